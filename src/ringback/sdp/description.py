"""`SessionDescription`: the text of RFC 8866 as frozen values; read in any order, written in the standard's.

Lines of a type that the standard does not know are passed over (section 5 would have the whole description ignored).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from ringback.sdp.codec import STATIC_PAYLOAD_TYPES, Codec
from ringback.sdp.errors import EmptySdp, MalformedSdp

MAX_DESCRIPTION_CHARACTERS = 16_384
"""The longest description; an offer of a browser with video is about 6,000."""
MAX_LINES = 512
MAX_MEDIA = 16
"""The most m= lines; each one has to be answered."""
MAX_FORMATS = 64
"""The most formats of one m= line."""

_LINE = re.compile(r"([a-z])=(.*+)")
# media-field = "m=" media SP port ["/" integer] SP proto 1*(SP fmt)
_MEDIA = re.compile(r"([!-.0-~]++) ++([0-9]{1,5}+)(?:/([0-9]{1,5}+))?+ ++([!-~]++)((?: ++[!-~]++)*+) *+")
# origin-field = "o=" username SP sess-id SP sess-version SP nettype SP addrtype SP unicast-address
_ORIGIN = re.compile(r"(\S++) ++([0-9]{1,30}+) ++([0-9]{1,30}+) ++IN ++(IP[46]) ++(\S++) *+")
_CONNECTION = re.compile(r"IN ++(IP[46]) ++(\S++) *+")
_RTPMAP = re.compile(r"([0-9]{1,3}+) ++([^\s/]++)/([0-9]{1,7}+)(?:/([0-9]{1,3}+))?+ *+")
_FMTP = re.compile(r"([0-9]{1,3}+) ++(.*+)")

Attribute = tuple[str, str | None]


class MediaDirection(Enum):
    """Which way media flows, seen from the side whose description it is (RFC 3264 section 5.1)."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        """Whether this side sends."""
        return self in (MediaDirection.SENDRECV, MediaDirection.SENDONLY)

    @property
    def receives(self) -> bool:
        """Whether this side receives."""
        return self in (MediaDirection.SENDRECV, MediaDirection.RECVONLY)

    @classmethod
    def of(cls, *, sends: bool, receives: bool) -> "MediaDirection":
        """The direction with these two halves."""
        if sends:
            return cls.SENDRECV if receives else cls.SENDONLY
        return cls.RECVONLY if receives else cls.INACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who made the description, and its version (RFC 8866 section 5.2)."""

    username: str = "-"
    session_id: int
    version: int
    address_type: str = "IP4"
    address: str

    @classmethod
    def parse(cls, text: str) -> "Origin":
        """Read the value of an o= line; raises `MalformedSdp`."""
        found = _ORIGIN.fullmatch(text)
        if found is None:
            raise MalformedSdp("a malformed o= line")
        username, session_id, version, address_type, address = found.groups()
        return cls(
            username=username,
            session_id=int(session_id),
            version=int(version),
            address_type=address_type,
            address=address,
        )

    def __str__(self) -> str:
        return f"{self.username} {self.session_id} {self.version} IN {self.address_type} {self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where media goes; `address` has the "/ttl" of a multicast group still on it."""

    address_type: str
    address: str

    @classmethod
    def parse(cls, text: str) -> "Connection":
        """Read the value of a c= line; raises `MalformedSdp`."""
        found = _CONNECTION.fullmatch(text)
        if found is None:
            raise MalformedSdp("a malformed c= line")
        return cls(address_type=found.group(1), address=found.group(2))

    def __str__(self) -> str:
        return f"IN {self.address_type} {self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaDescription:
    """One m= line and what belongs to it."""

    media: str
    port: int
    port_count: int | None = None
    protocol: str = "RTP/AVP"
    formats: tuple[str, ...]
    title: str | None = None
    connection: Connection | None = None
    bandwidths: tuple[str, ...] = ()
    key: str | None = None
    attributes: tuple[Attribute, ...] = ()

    def attribute(self, name: str) -> str | None:
        """The value of the first attribute of that name; None where it has none or is not there."""
        return next((value for key, value in self.attributes if key == name), None)

    def codecs(self) -> tuple[Codec, ...]:
        """The formats that can be named, in the order of the m= line. Those of a dynamic payload type without a
        usable rtpmap are left out.
        """
        mapped = self._mapped_codecs()
        parameters = self._format_parameters()
        found = [mapped.get(number) or STATIC_PAYLOAD_TYPES.get(number) for number in self._payload_types()]
        return tuple(
            replace(codec, parameters=parameters[codec.payload_type]) if codec.payload_type in parameters else codec
            for codec in found
            if codec
        )

    def direction(self) -> MediaDirection | None:
        """The direction attribute of this stream, if it has one."""
        return find_direction(self.attributes)

    def _payload_types(self) -> list[int]:
        numbers = [int(text) for text in self.formats if text.isascii() and text.isdigit() and len(text) <= 3]
        return [number for number in dict.fromkeys(numbers) if number < 128]

    def _mapped_codecs(self) -> dict[int, Codec]:
        codecs: dict[int, Codec] = {}
        for name, value in self.attributes:
            found = _RTPMAP.fullmatch(value or "") if name == "rtpmap" else None
            if found is None:
                continue
            number, encoding, rate, channels = found.groups()
            codec = Codec(payload_type=int(number), name=encoding, rate_hz=int(rate), channels=int(channels or 1))
            codecs.setdefault(int(number), codec)
        return codecs

    def _format_parameters(self) -> dict[int, str]:
        found = (_FMTP.fullmatch(value or "") for name, value in self.attributes if name == "fmtp")
        return {int(match.group(1)): match.group(2) for match in found if match is not None}

    def lines(self) -> list[str]:
        """The lines of this stream in the order of RFC 8866 section 5."""
        port = str(self.port) if self.port_count is None else f"{self.port}/{self.port_count}"
        lines = [" ".join(("m=" + self.media, port, self.protocol, *self.formats))]
        lines += _optional("i", self.title)
        lines += _optional("c", self.connection)
        lines += [f"b={value}" for value in self.bandwidths]
        lines += _optional("k", self.key)
        return lines + _attribute_lines(self.attributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDescription:
    """A whole description. `times` are the values of t=, r= and z= lines with their letter, in order."""

    origin: Origin
    name: str = "-"
    information: str | None = None
    uri: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    connection: Connection | None = None
    bandwidths: tuple[str, ...] = ()
    times: tuple[str, ...] = ("t=0 0",)
    key: str | None = None
    attributes: tuple[Attribute, ...] = ()
    media: tuple[MediaDescription, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "SessionDescription":
        """Read a description; raises `MalformedSdp`, for an empty text `EmptySdp`."""
        session, *streams = _split_sections(_lines(text))
        if _first(session, "v") != "0":
            raise MalformedSdp("no v=0 line")
        origin = _first(session, "o")
        if origin is None:
            raise MalformedSdp("no o= line")
        return cls(
            origin=Origin.parse(origin),
            name=_first(session, "s") or "-",
            information=_first(session, "i"),
            uri=_first(session, "u"),
            emails=_every(session, "e"),
            phones=_every(session, "p"),
            connection=_connection(session),
            bandwidths=_every(session, "b"),
            times=tuple(f"{letter}={value}" for letter, value in session if letter in "trz") or ("t=0 0",),
            key=_first(session, "k"),
            attributes=_attributes(session),
            media=tuple(_parse_media(stream) for stream in streams),
        )

    def __str__(self) -> str:
        lines = ["v=0", f"o={self.origin}", f"s={self.name}"]
        lines += _optional("i", self.information) + _optional("u", self.uri)
        lines += [f"e={value}" for value in self.emails] + [f"p={value}" for value in self.phones]
        lines += _optional("c", self.connection)
        lines += [f"b={value}" for value in self.bandwidths]
        lines += self.times
        lines += _optional("k", self.key) + _attribute_lines(self.attributes)
        for stream in self.media:
            lines += stream.lines()
        return "\r\n".join([*lines, ""])

    def direction_of(self, stream: MediaDescription) -> MediaDirection:
        """The direction of a stream: its own, else the session's, else sendrecv (RFC 8866 section 6.7)."""
        return stream.direction() or find_direction(self.attributes) or MediaDirection.SENDRECV

    def connection_of(self, stream: MediaDescription) -> Connection:
        """Where a stream goes: its own c= line, else the session's; one of them must be there (section 5.7)."""
        connection = stream.connection or self.connection
        if connection is None:
            raise MalformedSdp("no c= line")
        return connection


def find_direction(attributes: Iterable[Attribute]) -> MediaDirection | None:
    """The first direction among attributes."""
    names = {direction.value: direction for direction in MediaDirection}
    return next((names[name] for name, _ in attributes if name in names), None)


_Line = tuple[str, str]


def _lines(text: str) -> list[_Line]:
    if not text.strip():
        raise EmptySdp("no session description")
    if len(text) > MAX_DESCRIPTION_CHARACTERS:
        raise MalformedSdp(f"more than {MAX_DESCRIPTION_CHARACTERS} characters")
    # RFC 8866 section 5: CRLF, and parsers SHOULD take a lone LF.
    raw = text.replace("\r\n", "\n").split("\n")
    if len(raw) > MAX_LINES:
        raise MalformedSdp(f"more than {MAX_LINES} lines")
    lines: list[_Line] = []
    for line in raw:
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        if found is None or "\r" in line or "\x00" in line:
            raise MalformedSdp("a line that is not <type>=<value>")
        lines.append((found.group(1), found.group(2)))
    return lines


def _split_sections(lines: list[_Line]) -> list[list[_Line]]:
    """The session's lines, then those of each m= line."""
    sections: list[list[_Line]] = [[]]
    for line in lines:
        if line[0] == "m":
            sections.append([])
        sections[-1].append(line)
    if len(sections) > MAX_MEDIA + 1:
        raise MalformedSdp(f"more than {MAX_MEDIA} m= lines")
    return sections


def _parse_media(lines: list[_Line]) -> MediaDescription:
    found = _MEDIA.fullmatch(lines[0][1])
    if found is None:
        raise MalformedSdp("a malformed m= line")
    media, port, count, protocol, formats = found.groups()
    if int(port) > 65535 or len(formats.split()) > MAX_FORMATS:
        raise MalformedSdp("an m= line out of bounds")
    return MediaDescription(
        media=media,
        port=int(port),
        port_count=None if count is None else int(count),
        protocol=protocol,
        formats=tuple(formats.split()),
        title=_first(lines, "i"),
        connection=_connection(lines),
        bandwidths=_every(lines, "b"),
        key=_first(lines, "k"),
        attributes=_attributes(lines),
    )


def _first(lines: list[_Line], letter: str) -> str | None:
    return next((value for key, value in lines if key == letter), None)


def _every(lines: list[_Line], letter: str) -> tuple[str, ...]:
    return tuple(value for key, value in lines if key == letter)


def _connection(lines: list[_Line]) -> Connection | None:
    text = _first(lines, "c")
    return None if text is None else Connection.parse(text)


def _attributes(lines: list[_Line]) -> tuple[Attribute, ...]:
    # attribute = (attribute-name ":" attribute-value) / attribute-name
    parts = (value.partition(":") for value in _every(lines, "a"))
    return tuple((name.rstrip(), value if colon else None) for name, colon, value in parts)


def _attribute_lines(attributes: Iterable[Attribute]) -> list[str]:
    return [f"a={name}" if value is None else f"a={name}:{value}" for name, value in attributes]


def _optional(letter: str, value: object | None) -> list[str]:
    return [] if value is None else [f"{letter}={value}"]
