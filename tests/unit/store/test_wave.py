"""WAV files as they are while they are written, and after the writer was killed."""

import io
import struct
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.store.wave import NotAWave, read_layout, repair_header, wave_layout


def wav(seconds: float = 1.0, *, channels: int = 1, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(b"\x01\x02" * channels * int(seconds * rate))
    return file.getvalue()


@pytest.mark.parametrize(("channels", "seconds"), [(1, 1.0), (2, 2.5), (1, 0.0)])
def test_a_finished_file_is_as_long_as_it_says(tmp_path: Path, channels: int, seconds: float) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(seconds, channels=channels))
    layout = wave_layout(path)
    assert (layout.channels, layout.rate_hz, layout.bits, layout.data_offset) == (channels, 8000, 16, 44)
    assert layout.seconds == seconds
    assert layout.header() == path.read_bytes()[:44]


def test_the_size_of_the_file_counts_and_not_a_header_that_is_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(1.0) + b"\x01\x02" * 4000 + b"\x09")
    layout = wave_layout(path)
    assert layout.seconds == 1.5
    assert layout.header_bytes == 16000


def test_a_header_is_put_right_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(1.0) + b"\x01\x02" * 4000 + b"\x09")
    assert repair_header(path).seconds == 1.5
    with wave.open(str(path)) as reader:
        assert reader.getnframes() == 12000
    assert path.stat().st_size == 44 + 24000
    before = path.read_bytes()
    repair_header(path)
    assert path.read_bytes() == before


def test_a_file_that_is_shorter_than_its_header_says_is_put_right_too(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(1.0)[: 44 + 8001])
    assert repair_header(path).seconds == 0.5
    with wave.open(str(path)) as reader:
        assert reader.getnframes() == 4000


def test_other_chunks_before_the_audio_are_passed_over(tmp_path: Path) -> None:
    data = wav(1.0)
    path = tmp_path / "a.wav"
    path.write_bytes(data[:12] + b"LIST" + struct.pack("<I", 3) + b"abc\x00" + data[12:])
    assert wave_layout(path).data_offset == 44 + 12
    assert wave_layout(path).seconds == 1.0


@pytest.mark.parametrize("length", range(44))
def test_a_file_cut_off_in_its_header_is_no_wave(length: int) -> None:
    with pytest.raises(NotAWave):
        read_layout(io.BytesIO(wav()[:length]), length)


@pytest.mark.parametrize(
    "data",
    [
        b"RIFX" + wav()[4:],
        wav()[:8] + b"AVI " + wav()[12:],
        wav()[:20] + struct.pack("<H", 7) + wav()[22:],
        wav()[:22] + struct.pack("<H", 0) + wav()[24:],
        wav()[:22] + struct.pack("<H", 3) + wav()[24:],
        wav()[:24] + struct.pack("<I", 0) + wav()[28:],
        wav()[:34] + struct.pack("<H", 24) + wav()[36:],
        wav()[:12] + b"data" + wav()[16:],
        wav()[:16] + struct.pack("<I", 2) + wav()[20:],
    ],
)
def test_what_is_not_pcm_of_one_or_two_channels_is_refused(data: bytes) -> None:
    with pytest.raises(NotAWave):
        read_layout(io.BytesIO(data), len(data))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_layout_or_refused(data: bytes) -> None:
    for candidate in (data, b"RIFF\x00\x00\x00\x00WAVE" + data, wav()[:36] + data):
        try:
            layout = read_layout(io.BytesIO(candidate), len(candidate))
        except NotAWave:
            continue
        assert 0 <= layout.data_bytes <= len(candidate)
        assert layout.seconds >= 0


def test_many_empty_chunks_end() -> None:
    data = wav()[:12] + (b"junk" + struct.pack("<I", 0)) * 10_000
    with pytest.raises(NotAWave, match="no data chunk"):
        read_layout(io.BytesIO(data), len(data))
