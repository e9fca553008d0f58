"""Where the audio of a WAV file is, and how long it is: from the size of the file, so also while it is written.

A recording's header is up to a second behind its data (the engine writes it from time to time), and stays so after a
crash. What counts is how much data there is.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PCM = 1
MAX_CHUNKS = 64
_RIFF = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")


class NotAWave(Exception):
    """The file is no WAV file of PCM samples, or is cut off before its audio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveLayout:
    """The audio is the `data_bytes` bytes from `data_offset`."""

    channels: int
    rate_hz: int
    bits: int
    data_offset: int
    data_bytes: int
    header_bytes: int  # what the header says of the data, right or behind

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8

    @property
    def seconds(self) -> float:
        return self.data_bytes / (self.frame_bytes * self.rate_hz)

    def header(self) -> bytes:
        """A plain header for this much audio."""
        frame = self.frame_bytes
        format_chunk = _FORMAT.pack(PCM, self.channels, self.rate_hz, self.rate_hz * frame, frame, self.bits)
        return (
            _RIFF.pack(b"RIFF", 4 + 8 + len(format_chunk) + 8 + self.data_bytes, b"WAVE")
            + _CHUNK.pack(b"fmt ", len(format_chunk))
            + format_chunk
            + _CHUNK.pack(b"data", self.data_bytes)
        )


def wave_layout(path: Path) -> WaveLayout:
    """Reads the header only. Raises `NotAWave`, and `OSError` when the file cannot be read."""
    with path.open("rb") as file:
        return read_layout(file, path.stat().st_size)


def read_layout(file: BinaryIO, size: int) -> WaveLayout:
    """The layout of an open file of `size` bytes; whole frames only."""
    riff, _, form = _RIFF.unpack(_exactly(file, _RIFF.size))
    if riff != b"RIFF" or form != b"WAVE":
        raise NotAWave("no RIFF WAVE header")
    values: tuple[int, ...] | None = None
    for _ in range(MAX_CHUNKS):
        name, length = _CHUNK.unpack(_exactly(file, _CHUNK.size))
        if name == b"fmt ":
            if length < _FORMAT.size:
                raise NotAWave("a format chunk that is too short")
            values = _FORMAT.unpack(_exactly(file, _FORMAT.size))
            file.seek(length - _FORMAT.size + length % 2, 1)
        elif name == b"data":
            return _layout(values, file.tell(), length, size)
        else:
            file.seek(length + length % 2, 1)
    raise NotAWave("no data chunk")


def repair_header(path: Path) -> WaveLayout:
    """Let the header of a file that was cut short say how much audio there is. Raises as `wave_layout`."""
    layout = wave_layout(path)
    if layout.header_bytes != layout.data_bytes:
        with path.open("r+b") as file:
            file.truncate(layout.data_offset + layout.data_bytes)
            file.seek(4)
            file.write(struct.pack("<I", layout.data_offset - 8 + layout.data_bytes))
            file.seek(layout.data_offset - 4)
            file.write(struct.pack("<I", layout.data_bytes))
    return layout


def _layout(values: tuple[int, ...] | None, offset: int, header_bytes: int, size: int) -> WaveLayout:
    if values is None:
        raise NotAWave("data before format")
    kind, channels, rate_hz, _, frame, bits = values
    if kind != PCM or not 1 <= channels <= 2 or not rate_hz or bits not in (8, 16) or frame != channels * bits // 8:
        raise NotAWave("not PCM of one or two channels")
    there = max(0, size - offset)
    return WaveLayout(
        channels=channels,
        rate_hz=rate_hz,
        bits=bits,
        data_offset=offset,
        data_bytes=there - there % frame,
        header_bytes=header_bytes,
    )


def _exactly(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) != length:
        raise NotAWave("cut off in its header")
    return data
