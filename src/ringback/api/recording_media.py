"""The audio of recordings: `/Recordings/{RE}` with `.wav`, `.mp3` or nothing behind (rest-api.md 9.6).

audio/x-wav of 16 bits at 8 kHz, audio/mpeg of 32 kbit/s for each channel. `RequestedChannels=1` mixes two channels.

We differ: a recording that is still made is served too, as far as it is (Twilio answers 404 until it is complete).
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.background import BackgroundTask
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match
from starlette.types import Scope

from ringback.api.audio_file import AudioFile, wav_file, whole_file
from ringback.api.authentication import directory_of, owner, services_of
from ringback.api.byte_range import ByteRange, UnsatisfiableRange, parse_range
from ringback.api.description import refusals
from ringback.api.errors import ApiError, not_found
from ringback.api.form import Query
from ringback.api.mp3 import Mp3Shelf
from ringback.api.path import ACCOUNT
from ringback.api.representation import requested_path
from ringback.api.services import ApiServices
from ringback.api.value import whole
from ringback.model.record import RecordingRecord, RecordingStatus
from ringback.model.sid import is_sid
from ringback.store.recording import OPEN
from ringback.store.recording_file import path_inside
from ringback.store.wave import NotAWave, wave_layout

SUFFIXES = ("wav", "mp3")
SERVED = frozenset({*OPEN, RecordingStatus.COMPLETED})
NOT_DUAL = 16113
AUDIO: dict[int | str, Any] = {
    status: {"description": what, "content": {"audio/x-wav": {}, "audio/mpeg": {}}}
    for status, what in ((200, "the audio"), (206, "a part of it"))
}


class MediaQuery(Query):
    requested_channels: Annotated[int, whole(1, 2)] | None = None


class MediaRoute(APIRoute):
    """Takes what does not end in `.json`, `.xml` or `.csv`; those ask for what is known of the recording."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope.get("state", {}).get("representation"):
            return Match.NONE, {}
        return super().matches(scope)


def recording_media_router(services: ApiServices) -> APIRouter:
    """To be asked before `recordings_router`, which has the same paths."""
    router = APIRouter(prefix=ACCOUNT, route_class=MediaRoute, tags=["Recordings"])
    shelf = Mp3Shelf()

    @router.get(
        "/Recordings/{name}", response_class=Response, responses={**AUDIO, **refusals(400, 401, 404, as_xml=True)}
    )
    @router.head("/Recordings/{name}", include_in_schema=False)
    async def recording_media(
        request: Request,
        account_sid: str,
        name: str,
        listener: Annotated[None, Depends(_may_listen)],
        query: Annotated[MediaQuery, Depends(MediaQuery.read)],
    ) -> Response:
        """The audio of a recording, or a part of it."""
        sid, suffix = _split(name)
        record = await services.find_recording(sid) if suffix and is_sid(sid, "RE") else None
        if record is None or record.account_sid != account_sid or record.status not in SERVED:
            raise not_found(requested_path(request))
        try:
            audio = await _audio(record, suffix, query.requested_channels, services, shelf)
        except (NotAWave, OSError):
            raise not_found(requested_path(request)) from None
        return _response(request, audio, temporary=suffix == "mp3" and not _is_complete(record))

    return router


async def _may_listen(request: Request, account_sid: str) -> None:
    """Whoever may act for the account; with `[http] public_recordings` everybody who knows the URL."""
    if not services_of(request).public_recordings:
        owner(request, account_sid, directory_of(request))


def _split(name: str) -> tuple[str, str]:
    """`RE....mp3` as SID and suffix; wav without one, "" for one that is not offered."""
    sid, dot, suffix = name.partition(".")
    if not dot:
        return sid, "wav"
    return sid, suffix if suffix in SUFFIXES else ""


def _is_complete(record: RecordingRecord) -> bool:
    return record.status is RecordingStatus.COMPLETED


async def _audio(
    record: RecordingRecord, suffix: str, requested: int | None, services: ApiServices, shelf: Mp3Shelf
) -> AudioFile:
    """Raises `NotAWave` or `OSError` when there is no audio, and 400/16113 for two channels of one."""
    path = await run_in_threadpool(path_inside, services.recordings_folder, record.path)
    if path is None:
        raise FileNotFoundError(record.path)
    there = (await run_in_threadpool(wave_layout, path)).channels
    if requested == 2 and there == 1:
        raise ApiError(400, NOT_DUAL, f"Recording {record.sid} has one channel; two were requested.")
    is_mixed = there == 2 and (requested or (1 if record.conference_sid else 2)) == 1
    if suffix == "wav":
        return await run_in_threadpool(wav_file, path, is_mixed=is_mixed)
    make = shelf.finished if _is_complete(record) else shelf.so_far
    return await run_in_threadpool(whole_file, await make(path, is_mixed=is_mixed), "audio/mpeg")


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
