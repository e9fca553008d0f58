"""The audio of recordings: `/2010-04-01/Accounts/{AC}/Recordings/{RE}`, with `.wav`, `.mp3` or nothing behind.

Shapes are those of rest-api.md section 9.6: audio/x-wav of 16 bits at 8 kHz, audio/mpeg of 32 kbit/s.

We differ: a recording that is still made is served too, as far as it is (Twilio answers 404 until it is complete).
"""

from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.responses import Response, StreamingResponse

from ringback.api.audio_file import AudioFile, path_inside, wav_file, whole_file
from ringback.api.authentication import OwnAccount
from ringback.api.byte_range import ByteRange, UnsatisfiableRange, parse_range
from ringback.api.errors import not_found
from ringback.api.mp3 import Mp3Shelf
from ringback.api.representation import representation, requested_path
from ringback.api.services import ApiServices
from ringback.model.record import RecordingRecord, RecordingStatus
from ringback.model.sid import is_sid
from ringback.store.wave import NotAWave

PATH = "/2010-04-01/Accounts/{account_sid}/Recordings/{name}"
SUFFIXES = ("wav", "mp3")
SERVED = frozenset({RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED, RecordingStatus.COMPLETED})


def recordings_router(services: ApiServices) -> APIRouter:
    """The routes; `services` is all they know of the server."""
    router = APIRouter()
    shelf = Mp3Shelf()

    @router.get(PATH)
    @router.head(PATH, include_in_schema=False)
    async def recording_media(request: Request, account: OwnAccount, name: str) -> Response:
        """The audio of a recording, or a part of it."""
        if representation(request):
            raise not_found(requested_path(request))
        sid, suffix = _split(name)
        record = await services.find_recording(sid) if suffix and is_sid(sid, "RE") else None
        if record is None or record.account_sid != account.sid or record.status not in SERVED:
            raise not_found(requested_path(request))
        try:
            audio = await _audio(record, suffix, services.recordings_folder, shelf)
        except (NotAWave, OSError):
            raise not_found(requested_path(request)) from None
        return _response(request, audio, temporary=suffix == "mp3" and not _is_complete(record))

    return router


def _split(name: str) -> tuple[str, str]:
    """`RE....mp3` as SID and suffix; wav without one, "" for one that is not offered."""
    sid, dot, suffix = name.partition(".")
    if not dot:
        return sid, "wav"
    return sid, suffix if suffix in SUFFIXES else ""


def _is_complete(record: RecordingRecord) -> bool:
    return record.status is RecordingStatus.COMPLETED


async def _audio(record: RecordingRecord, suffix: str, folder: Path, shelf: Mp3Shelf) -> AudioFile:
    """Raises `NotAWave` or `OSError` when there is no audio."""
    path = await run_in_threadpool(path_inside, folder, record.path)
    if path is None:
        raise FileNotFoundError(record.path)
    if suffix == "wav":
        return await run_in_threadpool(wav_file, path)
    mp3 = await (shelf.finished(path) if _is_complete(record) else shelf.so_far(path))
    return await run_in_threadpool(whole_file, mp3, "audio/mpeg")


def _response(request: Request, audio: AudioFile, *, temporary: bool) -> Response:
    """200, 206 or 416; `temporary` removes the file when it has been sent."""
    after = BackgroundTask(audio.path.unlink, missing_ok=True) if temporary else None
    headers = {"Accept-Ranges": "bytes", "ETag": audio.etag, "Cache-Control": "private"}
    try:
        part = parse_range(_range_header(request, audio), audio.size)
    except UnsatisfiableRange:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{audio.size}"}, background=after)
    status = 206
    if part is None:
        status, part = 200, ByteRange(start=0, stop=audio.size)
    else:
        headers["Content-Range"] = part.content_range(audio.size)
    headers["Content-Length"] = str(part.stop - part.start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=audio.media_type, background=after)
    return StreamingResponse(_chunks(audio, part), status, headers, audio.media_type, background=after)


def _range_header(request: Request, audio: AudioFile) -> str | None:
    """The Range header, unless If-Range says that it meant another state of the file (RFC 9110 section 13.1.5)."""
    if_range = request.headers.get("if-range")
    return request.headers.get("range") if if_range is None or if_range == audio.etag else None


def _chunks(audio: AudioFile, part: ByteRange) -> AsyncIterator[bytes]:
    """Read in a thread, so that a slow disk holds nobody up."""
    return iterate_in_threadpool(audio.read(part))
