"""Offer and answer for one audio stream (RFC 3264): what we say, and what the media engine is told.

Of an offer the first usable audio stream is taken and every other stream is refused with port 0, in its place
(section 6). The answer names one codec, so that the far end has nothing to switch to, and telephone-event (RFC 4733).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address

from ringback.sdp.codec import DTMF_EVENTS, FAST_DTMF_PAYLOAD_TYPE, SUPPORTED_CODECS, TELEPHONE_EVENT, Codec
from ringback.sdp.description import (
    Attribute,
    Connection,
    MediaDescription,
    MediaDirection,
    Origin,
    SessionDescription,
)
from ringback.sdp.errors import MalformedSdp, NoCommonCodec, SecureMediaRefused, UnusableAddress
from ringback.sdp.opus import OpusParameters

PACKET_MS = 20
"""The packet length that we send and ask for; Twilio's too (sip.md section 9)."""
PACKET_MS_ALLOWED = (10, 20, 30, 40, 60)
HOLD_ADDRESS = "0.0.0.0"
"""RFC 3264 section 8.4: the connection address by which RFC 2543 asked for silence."""

# RTP/AVPF (RFC 4585) is RTP/AVP with earlier RTCP, which nobody has to use.
_PLAIN_PROTOCOLS = ("RTP/AVP", "RTP/AVPF")
_SECURE_PROTOCOLS = ("RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF")
# RFC 3605: a=rtcp:port [nettype addrtype address]
_RTCP = re.compile(r"([0-9]{1,5}+)(?: IN IP[46] \S++)?+ *+")


class CodecPreference(Enum):
    """Whose order of codecs decides in an answer."""

    THEIRS = "theirs"
    OURS = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalMedia:
    """What one leg of ours can do. `codecs` are names of `SUPPORTED_CODECS`, best first; `address` is an IP
    address; `dtmf_payload_type` is what telephone-event/8000 is offered with, None for no keys. Raises ValueError for
    others.
    """

    address: str
    port: int
    codecs: tuple[str, ...] = ("PCMU", "PCMA")
    dtmf_payload_type: int | None = 101
    direction: MediaDirection = MediaDirection.SENDRECV
    preference: CodecPreference = CodecPreference.THEIRS

    def __post_init__(self) -> None:
        ip_address(self.address)
        if not self.codecs or any(name not in SUPPORTED_CODECS for name in self.codecs):
            raise ValueError(f"codecs must be some of {', '.join(SUPPORTED_CODECS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NegotiatedMedia:
    """What both sides agreed on, seen from ours: `payload_type` and `dtmf_payload_type` are those we send with, the
    others those they send with where these differ, `direction` is ours, and a `remote_address` of 0.0.0.0 is old-style
    hold. `dtmf_rate_hz` is what durations of events count in, `opus` what they wish if that is the codec.
    """

    remote_address: str
    remote_port: int
    remote_rtcp_port: int
    codec: str
    payload_type: int
    dtmf_payload_type: int | None
    ptime_ms: int
    direction: MediaDirection
    receive_payload_type: int | None = None
    receive_dtmf_payload_type: int | None = None
    dtmf_rate_hz: int = 8000
    opus: OpusParameters | None = None

    @property
    def is_on_hold(self) -> bool:
        """Whether the far end does not want to hear us now."""
        return self.remote_address == HOLD_ADDRESS or not self.direction.sends


def make_offer(local: LocalMedia, *, session_id: int, version: int) -> SessionDescription:
    """An offer of everything that `local` can do."""
    codecs = [SUPPORTED_CODECS[name] for name in local.codecs]
    stream = _describe_stream(local, codecs, _our_events(local), local.direction)
    return _describe_session(local, (stream,), session_id, version)


def make_answer(
    offer: SessionDescription, local: LocalMedia, *, session_id: int, version: int
) -> tuple[SessionDescription, NegotiatedMedia]:
    """Our answer and what it agrees on; raises `NoCommonCodec` and the other errors of `ringback.sdp.errors`."""
    index, codec, events = _choose_stream(offer, local)
    stream = offer.media[index]
    negotiated = _negotiate(offer, stream, codec, events, local)
    ours = replace(codec, parameters=SUPPORTED_CODECS[negotiated.codec].parameters)
    described = _describe_stream(local, [ours], [events] if events else [], negotiated.direction)
    accepted = replace(described, protocol=stream.protocol, media=stream.media)
    streams = [_refuse_stream(other) for other in offer.media]
    streams[index] = accepted
    return _describe_session(local, tuple(streams), session_id, version), negotiated


def accept_answer(local: LocalMedia, answer: SessionDescription) -> NegotiatedMedia:
    """What their answer to `make_offer(local)` agrees on; raises like `make_answer`."""
    if not answer.media:
        raise MalformedSdp("an answer without the m= line of the offer")
    stream = answer.media[0]
    if stream.media != "audio" or stream.protocol.upper() not in _PLAIN_PROTOCOLS:
        raise MalformedSdp("an answer to another m= line than the offer's")
    if stream.port == 0:
        raise NoCommonCodec("the audio stream was refused")
    # RFC 3264 section 6.1: the answerer puts the codec it likes best first.
    theirs = stream.codecs()
    codec = _choose_codec(theirs, replace(local, preference=CodecPreference.THEIRS))
    if codec is None:
        raise NoCommonCodec("none of the codecs is supported")
    negotiated = _negotiate(answer, stream, codec, _events_for(codec, theirs, local), local)
    # RFC 3264 section 5.1: they send with the numbers of our offer, also where their answer has others.
    ours = SUPPORTED_CODECS[negotiated.codec]
    events = _events_for(ours, _our_events(local), local)
    return replace(
        negotiated,
        receive_payload_type=_if_other(ours.payload_type, negotiated.payload_type),
        receive_dtmf_payload_type=_if_other(events.payload_type if events else None, negotiated.dtmf_payload_type),
    )


def with_version_after(previous: SessionDescription, description: SessionDescription) -> SessionDescription:
    """The description under the version it must bear after `previous`: the same if nothing else differs, else one
    more (RFC 3264 section 8).
    """
    origin = replace(description.origin, version=previous.origin.version)
    unchanged = replace(description, origin=origin)
    if unchanged == previous:
        return unchanged
    return replace(description, origin=replace(origin, version=previous.origin.version + 1))


def _choose_stream(offer: SessionDescription, local: LocalMedia) -> tuple[int, Codec, Codec | None]:
    """The place of the first audio stream that we can take, its codec, and the telephone events beside it."""
    audio = [(index, stream) for index, stream in enumerate(offer.media) if stream.media == "audio" and stream.port]
    plain = [(index, stream) for index, stream in audio if stream.protocol.upper() in _PLAIN_PROTOCOLS]
    for index, stream in plain:
        theirs = stream.codecs()
        codec = _choose_codec(theirs, local)
        if codec is not None:
            return index, codec, _events_for(codec, theirs, local)
    if plain:
        raise NoCommonCodec("none of the offered codecs is supported")
    if any(stream.protocol.upper() in _SECURE_PROTOCOLS for _, stream in audio):
        raise SecureMediaRefused("only SRTP is offered")
    raise NoCommonCodec("no audio stream is offered")


def _choose_codec(theirs: Sequence[Codec], local: LocalMedia) -> Codec | None:
    """The first that we have too, in the order that decides, under their payload type."""
    ours = [SUPPORTED_CODECS[name] for name in local.codecs]
    if local.preference is CodecPreference.OURS:
        return next((codec for mine in ours for codec in theirs if codec.is_same_format(mine)), None)
    return next((codec for codec in theirs if any(codec.is_same_format(mine) for mine in ours)), None)


def _our_events(local: LocalMedia) -> tuple[Codec, ...]:
    """Telephone events for every clock rate among our codecs (RFC 4733 section 2.1 wants that of the audio)."""
    if local.dtmf_payload_type is None:
        return ()
    numbers = {8_000: local.dtmf_payload_type, 48_000: FAST_DTMF_PAYLOAD_TYPE}
    rates = dict.fromkeys(SUPPORTED_CODECS[name].rate_hz for name in local.codecs)
    return tuple(Codec(payload_type=numbers[rate], name=TELEPHONE_EVENT, rate_hz=rate) for rate in sorted(rates))


def _events_for(codec: Codec, formats: Sequence[Codec], local: LocalMedia) -> Codec | None:
    """The telephone events that go with a codec. We differ: many phones have Opus and only telephone-event/8000; their
    keys are worth more than the rule.
    """
    if local.dtmf_payload_type is None:
        return None
    rates = (codec.rate_hz, 8_000) if codec.rate_hz > 8_000 else (codec.rate_hz,)
    wanted = [Codec(payload_type=0, name=TELEPHONE_EVENT, rate_hz=rate) for rate in rates]
    return next((found for want in wanted for found in formats if found.is_same_format(want)), None)


def _if_other(ours: int | None, theirs: int | None) -> int | None:
    return None if ours == theirs else ours


def _negotiate(
    theirs: SessionDescription, stream: MediaDescription, codec: Codec, events: Codec | None, local: LocalMedia
) -> NegotiatedMedia:
    address = _remote_address(theirs.connection_of(stream), local)
    their_direction = theirs.direction_of(stream)
    name = _supported_name(codec)
    return NegotiatedMedia(
        remote_address=address,
        remote_port=stream.port,
        remote_rtcp_port=_rtcp_port(stream),
        codec=name,
        payload_type=codec.payload_type,
        dtmf_payload_type=events.payload_type if events else None,
        dtmf_rate_hz=events.rate_hz if events else 8_000,
        opus=OpusParameters.parse(codec.parameters) if name == "opus" else None,
        ptime_ms=_packet_ms(stream),
        # RFC 3264 section 6.1: sendonly is answered by recvonly or inactive, and so on.
        direction=MediaDirection.of(
            sends=local.direction.sends and their_direction.receives and address != HOLD_ADDRESS,
            receives=local.direction.receives and their_direction.sends,
        ),
    )


def _supported_name(codec: Codec) -> str:
    return next(name for name, mine in SUPPORTED_CODECS.items() if mine.is_same_format(codec))


def _remote_address(connection: Connection, local: LocalMedia) -> str:
    try:
        address = ip_address(connection.address)
    except ValueError:
        raise UnusableAddress("the c= line bears no IP address") from None
    if (address.version == 6) != (connection.address_type == "IP6"):
        raise MalformedSdp("a c= line whose address is not of its type")
    if address.is_unspecified:
        return HOLD_ADDRESS
    if address.is_multicast or address == IPv4Address("255.255.255.255"):
        raise UnusableAddress("the c= line bears a multicast or broadcast address")
    if (address.version == 6) != (":" in local.address):
        raise UnusableAddress("the c= line bears an address of the other IP version")
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise MalformedSdp("a c= line with an IPv6 zone")
    return str(address)


def _rtcp_port(stream: MediaDescription) -> int:
    """RFC 3605, else the next port; an address in the attribute is not used, RTCP goes where RTP goes."""
    found = _RTCP.fullmatch(stream.attribute("rtcp") or "")
    if found is not None and 0 < int(found.group(1)) < 65536:
        return int(found.group(1))
    return min(stream.port + 1, 65535)


def _packet_ms(stream: MediaDescription) -> int:
    """Their wish where it is one that we can meet, within their maxptime; else 20 ms."""
    wish = _milliseconds(stream.attribute("ptime"))
    longest = _milliseconds(stream.attribute("maxptime")) or max(PACKET_MS_ALLOWED)
    return wish if wish in PACKET_MS_ALLOWED and wish <= longest else PACKET_MS


def _milliseconds(text: str | None) -> int:
    value = (text or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0


def _describe_stream(
    local: LocalMedia, codecs: Sequence[Codec], events: Sequence[Codec], direction: MediaDirection
) -> MediaDescription:
    attributes: list[Attribute] = []
    for codec in (*codecs, *(replace(event, parameters=DTMF_EVENTS) for event in events)):
        attributes.append(("rtpmap", f"{codec.payload_type} {codec.rtpmap}"))
        if codec.parameters is not None:
            attributes.append(("fmtp", f"{codec.payload_type} {codec.parameters}"))
    formats = tuple(str(codec.payload_type) for codec in (*codecs, *events))
    attributes += [("ptime", str(PACKET_MS)), (direction.value, None)]
    return MediaDescription(media="audio", port=local.port, formats=formats, attributes=tuple(attributes))


def _refuse_stream(stream: MediaDescription) -> MediaDescription:
    # RFC 3264 section 6: port zero; the formats are there because the grammar wants one, and mean nothing.
    return MediaDescription(
        media=stream.media, port=0, protocol=stream.protocol, formats=stream.formats[:1] or ("0",), attributes=()
    )


def _describe_session(
    local: LocalMedia, media: tuple[MediaDescription, ...], session_id: int, version: int
) -> SessionDescription:
    address_type = "IP6" if ":" in local.address else "IP4"
    return SessionDescription(
        origin=Origin(session_id=session_id, version=version, address_type=address_type, address=local.address),
        connection=Connection(address_type=address_type, address=local.address),
        media=media,
    )
