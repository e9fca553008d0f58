"""What a file is by its first bytes, and whether its Content-Type agrees (PLAY-07)."""

import struct

import pytest

from ringback.media.container import Kind, contradiction, kind_of, mu_law_of_au

FILES: dict[Kind, bytes] = {
    "wav": b"RIFF\x00\x00\x00\x00WAVEfmt ",
    "aiff": b"FORM\x00\x00\x00\x00AIFFCOMM",
    "ogg": b"OggS\x00",
    "flac": b"fLaC\x00",
    "mp3": b"ID3\x04\x00",
    "au": b".snd\x00",
}


@pytest.mark.parametrize("kind", sorted(FILES))
def test_a_file_is_known_by_its_mark(kind: Kind) -> None:
    assert kind_of(FILES[kind]) == kind


@pytest.mark.parametrize("data", [b"\xff\xfb\x90\x00", b"\xff\xf3\x40", b"\xff\xfa", b"\xff\xe3\x18"])
def test_an_mp3_without_tags_is_known_by_its_first_frame(data: bytes) -> None:
    assert kind_of(data) == "mp3"


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"\xff\xff" * 0, b"<html>", b"\xff\xe9\x00", b"\xff\xf9", b"RIFF1234AVI "]
)
def test_anything_else_has_no_kind(data: bytes) -> None:
    assert kind_of(data) is None


@pytest.mark.parametrize(
    ("content_type", "kind", "agrees"),
    [
        ("audio/wav", "wav", True),
        ("audio/x-wav", "mp3", False),
        ("audio/mpeg", "mp3", True),
        ("audio/mpeg", "wav", False),
        ("audio/x-aifc", "aiff", True),
        ("application/ogg", "ogg", True),
        ("audio/flac", "ogg", False),
        ("audio/unheard-of", "mp3", True),
    ],
)
def test_the_type_must_fit_the_bytes(content_type: str, kind: Kind, agrees: bool) -> None:
    assert (contradiction(FILES[kind], content_type) is None) is agrees


def test_bytes_without_a_mark_contradict_nothing() -> None:
    assert contradiction(b"\x00\x01", "audio/mpeg") is None


def au(encoding: int = 1, rate: int = 8000, channels: int = 1, start: int = 24) -> bytes:
    header = b".snd" + struct.pack(">IIIII", start, 0xFFFFFFFF, encoding, rate, channels)
    return header + bytes(max(0, start - 24)) + b"\x7f\xff"


def test_mu_law_in_an_au_file_is_found_behind_its_header() -> None:
    assert mu_law_of_au(au()) == b"\x7f\xff"
    assert mu_law_of_au(au(start=32)) == b"\x7f\xff"


@pytest.mark.parametrize("data", [au(encoding=3), au(rate=44100), au(channels=2), au(start=0), b".snd"])
def test_other_au_files_are_refused(data: bytes) -> None:
    assert mu_law_of_au(data) is None
