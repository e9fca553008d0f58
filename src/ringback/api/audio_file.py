"""The bytes of a recording as they are served: a header that is right, and the audio that is there.

A recording that is still written has a header behind its data. It is served as a WAV file of the audio so far, with a
header for just that much.

A dual recording can be heard as one channel, its mix, which is made while it is served.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ringback.api.byte_range import ByteRange
from ringback.store.wave import NotAWave, WaveLayout, wave_layout

CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFile:
    """`prefix`, then `length` bytes: those of the file from `offset`; with `is_mixed`, the mix of its two channels."""

    path: Path
    prefix: bytes
    offset: int
    length: int
    media_type: str
    modified: float
    is_mixed: bool = False

    @property
    def size(self) -> int:
        return len(self.prefix) + self.length

    @property
    def etag(self) -> str:
        return f'"{int(self.modified * 1e6):x}-{self.size:x}"'

    def read(self, part: ByteRange) -> Iterator[bytes]:
        """The bytes of `part`, in chunks. Blocking: for a thread."""
        head = self.prefix[part.start : part.stop]
        if head:
            yield head
        start = max(0, part.start - len(self.prefix))
        stop = max(start, part.stop - len(self.prefix))
        yield from self._mixed(start, stop) if self.is_mixed else self._stored(start, stop)

    def _stored(self, start: int, stop: int) -> Iterator[bytes]:
        left = stop - start
        with self.path.open("rb") as file:
            file.seek(self.offset + start)
            while left > 0:
                chunk = file.read(min(CHUNK_BYTES, left))
                if not chunk:
                    return
                left -= len(chunk)
                yield chunk

    def _mixed(self, start: int, stop: int) -> Iterator[bytes]:
        """A sample is two bytes in the mix and four in the file; a part may begin and end within one."""
        first, last = start // 2, -(-stop // 2)
        skipped, left = start % 2, stop - start
        for chunk in self._stored(first * 4, last * 4):
            part = mix(chunk)[skipped : skipped + left]
            skipped, left = 0, left - len(part)
            yield part


def mix(pcm: bytes) -> bytes:
    """One channel of two, of 16 bits: their sum, as the engine mixes a recording of one channel."""
    pairs = np.frombuffer(pcm[: len(pcm) // 4 * 4], dtype="<i2").reshape(-1, 2)
    return bytes(pairs.sum(axis=1, dtype=np.int32).clip(-32768, 32767).astype("<i2").tobytes())


def wav_file(path: Path, *, is_mixed: bool = False) -> AudioFile:
    """The WAV file as it is now, or its two channels as one. Raises `NotAWave` and `OSError`."""
    layout = wave_layout(path)
    heard = mono_of(layout) if is_mixed else layout
    return AudioFile(
        path=path,
        prefix=heard.header(),
        offset=layout.data_offset,
        length=heard.data_bytes,
        media_type="audio/x-wav",
        modified=path.stat().st_mtime,
        is_mixed=is_mixed,
    )


def mono_of(layout: WaveLayout) -> WaveLayout:
    """The layout of the mix. Raises `NotAWave` for what cannot be mixed."""
    if layout.channels != 2 or layout.bits != 16:
        raise NotAWave("only two channels of 16-bit samples can be mixed")
    return replace(layout, channels=1, data_bytes=layout.data_bytes // 2)


def whole_file(path: Path, media_type: str) -> AudioFile:
    """A file as it is on disk. Raises `OSError`."""
    status = path.stat()
    return AudioFile(
        path=path, prefix=b"", offset=0, length=status.st_size, media_type=media_type, modified=status.st_mtime
    )
