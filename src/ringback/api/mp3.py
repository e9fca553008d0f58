"""MP3 of a recording, made when it is first asked for and kept beside the WAV file.

32 kbit/s for each channel (rest-api.md section 9.6). Encoding runs in threads, two at once for the whole process; a
recording that is still written is encoded as far as it is, into a file that is not kept. `is_mixed` asks for the mix of
two channels.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import lameenc

from ringback.api.audio_file import mix, mono_of
from ringback.store.recording_file import mp3_beside
from ringback.store.wave import NotAWave, WaveLayout, wave_layout

BITRATE_KBPS = 32
QUALITY = 5
CONCURRENT_ENCODINGS = 2
SECONDS_PER_CHUNK = 10


class Mp3Shelf:
    """One for the server: it sees to it that no recording is encoded twice at once."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(CONCURRENT_ENCODINGS)
        self._running: dict[Path, asyncio.Task[Path]] = {}

    async def finished(self, wav: Path, *, is_mixed: bool = False) -> Path:
        """The MP3 of a recording that is complete, from beside it or made now. Raises `NotAWave` and `OSError`."""
        target = mp3_beside(wav, is_mixed=is_mixed)
        if await asyncio.to_thread(_is_fresh, target, wav):
            return target
        task = self._running.get(target)
        if task is None:
            task = asyncio.create_task(self._encode_beside(wav, target, is_mixed), name=f"mp3 {wav.name}")
            self._running[target] = task
            task.add_done_callback(lambda _: self._running.pop(target, None))
        return await asyncio.shield(task)

    async def so_far(self, wav: Path, *, is_mixed: bool = False) -> Path:
        """The MP3 of what is there; the caller removes the file. Raises `NotAWave` and `OSError`."""
        async with self._slots:
            return await asyncio.to_thread(_encode_to_temporary, wav, None, is_mixed)

    async def _encode_beside(self, wav: Path, target: Path, is_mixed: bool) -> Path:
        async with self._slots:
            temporary = await asyncio.to_thread(_encode_to_temporary, wav, target.parent, is_mixed)
        await asyncio.to_thread(_put_beside, wav, temporary, target)
        return target


def _put_beside(wav: Path, temporary: Path, target: Path) -> None:
    """Raises `FileNotFoundError` where the recording was deleted meanwhile, of which nothing may stay."""
    temporary.replace(target)
    if not wav.exists():
        target.unlink(missing_ok=True)
        raise FileNotFoundError(wav)


def _is_fresh(target: Path, wav: Path) -> bool:
    """The MP3 is there and not older than the audio. Raises `OSError` when there is no audio."""
    made = wav.stat().st_mtime
    return target.is_file() and target.stat().st_mtime >= made


def _encode_to_temporary(wav: Path, folder: Path | None, is_mixed: bool) -> Path:
    handle, name = tempfile.mkstemp(suffix=".mp3.part", dir=folder)
    try:
        with os.fdopen(handle, "wb") as output:
            for chunk in _encoded(wav, wave_layout(wav), is_mixed):
                output.write(chunk)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _encoded(wav: Path, layout: WaveLayout, is_mixed: bool) -> Iterator[bytes]:
    channels = mono_of(layout).channels if is_mixed else layout.channels
    if layout.bits != 16:
        raise NotAWave("only 16-bit samples can be encoded")
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(BITRATE_KBPS * channels)
    encoder.set_in_sample_rate(layout.rate_hz)
    encoder.set_channels(channels)
    encoder.set_quality(QUALITY)
    left = layout.data_bytes
    with wav.open("rb") as source:
        source.seek(layout.data_offset)
        while chunk := source.read(min(left, SECONDS_PER_CHUNK * layout.rate_hz * layout.frame_bytes)):
            left -= len(chunk)
            yield bytes(encoder.encode(mix(chunk) if is_mixed else chunk))
    yield bytes(encoder.flush())
