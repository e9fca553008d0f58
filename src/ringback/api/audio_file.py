"""The bytes of a recording as they are served: a header that is right, and the audio that is there.

A recording that is still written has a header behind its data. It is served as a WAV file of the audio so far, with a
header for just that much.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ringback.api.byte_range import ByteRange
from ringback.store.wave import wave_layout

CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFile:
    """`prefix`, then `length` bytes of the file from `offset`."""

    path: Path
    prefix: bytes
    offset: int
    length: int
    media_type: str
    modified: float

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
        position = self.offset + max(0, part.start - len(self.prefix))
        left = part.stop - max(part.start, len(self.prefix))
        with self.path.open("rb") as file:
            file.seek(position)
            while left > 0:
                chunk = file.read(min(CHUNK_BYTES, left))
                if not chunk:
                    return
                left -= len(chunk)
                yield chunk


def wav_file(path: Path) -> AudioFile:
    """The WAV file as it is now. Raises `NotAWave` and `OSError`."""
    layout = wave_layout(path)
    return AudioFile(
        path=path,
        prefix=layout.header(),
        offset=layout.data_offset,
        length=layout.data_bytes,
        media_type="audio/x-wav",
        modified=path.stat().st_mtime,
    )


def whole_file(path: Path, media_type: str) -> AudioFile:
    """A file as it is on disk. Raises `OSError`."""
    status = path.stat()
    return AudioFile(
        path=path, prefix=b"", offset=0, length=status.st_size, media_type=media_type, modified=status.st_mtime
    )


def path_inside(folder: Path, path: str) -> Path | None:
    """The file that a recording names, or None when it is not in the folder of recordings."""
    root = folder.resolve()
    resolved = (root / path).resolve()
    return resolved if resolved.is_relative_to(root) and resolved != root else None
