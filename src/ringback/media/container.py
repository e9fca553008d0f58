"""What kind of file some bytes are, and whether their Content-Type says so (PLAY-07). Pure."""

from typing import Literal

Kind = Literal["wav", "mp3", "aiff", "ogg", "flac", "au"]

_KINDS_OF_TYPE: dict[str, frozenset[Kind]] = {
    "application/ogg": frozenset({"ogg"}),
    "audio/aiff": frozenset({"aiff"}),
    "audio/flac": frozenset({"flac"}),
    "audio/mp3": frozenset({"mp3"}),
    "audio/mpeg": frozenset({"mp3"}),
    "audio/ogg": frozenset({"ogg"}),
    "audio/vnd.wave": frozenset({"wav"}),
    "audio/wav": frozenset({"wav"}),
    "audio/wave": frozenset({"wav"}),
    "audio/x-aifc": frozenset({"aiff"}),
    "audio/x-aiff": frozenset({"aiff"}),
    "audio/x-flac": frozenset({"flac"}),
    "audio/x-mpeg": frozenset({"mp3"}),
    "audio/x-wav": frozenset({"wav"}),
}
RAW_TYPES = frozenset({"audio/basic", "audio/ulaw"})
"""8 kHz mu-law: bare, or behind the header of a Sun `.au` file."""

_MU_LAW_ENCODING = 1
_AU_HEADER_BYTES = 24


def kind_of(data: bytes) -> Kind | None:
    """By the first bytes; None for what has no mark of its own."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[:4] == b"FORM" and data[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if data[:4] == b"OggS":
        return "ogg"
    if data[:4] == b"fLaC":
        return "flac"
    if data[:4] == b".snd":
        return "au"
    return "mp3" if data[:3] == b"ID3" or _is_mpeg_frame(data) else None


def contradiction(data: bytes, content_type: str) -> str | None:
    """A sentence when the bytes are plainly something other than the Content-Type says."""
    expected = _KINDS_OF_TYPE.get(content_type)
    found = kind_of(data)
    if expected is None or found is None or found in expected:
        return None
    return f"the Content-Type is {content_type}, but the file is {found}"


def mu_law_of_au(data: bytes) -> bytes | None:
    """The samples of a Sun `.au` file with 8 kHz mono mu-law; None for any other encoding."""
    start, encoding, rate, channels = (int.from_bytes(data[at : at + 4], "big") for at in (4, 12, 16, 20))
    if encoding != _MU_LAW_ENCODING or rate != 8000 or channels != 1 or start < _AU_HEADER_BYTES:
        return None
    return data[start:]


def _is_mpeg_frame(data: bytes) -> bool:
    """Frame sync, with a version and a layer that exist (ISO 11172-3 §2.4.2.3)."""
    if len(data) < 2 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return False
    return data[1] & 0x18 != 0x08 and data[1] & 0x06 != 0
