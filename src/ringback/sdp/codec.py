"""`Codec`, and the table of those that can be negotiated. A further codec is one row here (and one in the engine)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

TELEPHONE_EVENT = "telephone-event"
DTMF_EVENTS = "0-15"
"""The events of RFC 4733 section 3.2 that are digits: 0-9, *, #, A-D."""
FAST_DTMF_PAYLOAD_TYPE = 110
"""What we offer telephone-event/48000 with, beside Opus; the number of telephone-event/8000 is the leg's."""
OPUS_PARAMETERS = "maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1"
"""Ours: nothing above 8 kHz is played or said, and copies in the next packet are made use of (RFC 7587 section 6.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """A media format under its RTP payload type. `parameters` is the text of `a=fmtp`."""

    payload_type: int
    name: str
    rate_hz: int = 8000
    channels: int = 1
    parameters: str | None = None

    @property
    def rtpmap(self) -> str:
        """`PCMU/8000`, as in `a=rtpmap`."""
        encoding = f"{self.name}/{self.rate_hz}"
        return encoding if self.channels == 1 else f"{encoding}/{self.channels}"

    def is_same_format(self, other: "Codec") -> bool:
        """Whether the two are one encoding, whatever the payload type; names compare without regard to case."""
        mine = (self.name.lower(), self.rate_hz, self.channels)
        return mine == (other.name.lower(), other.rate_hz, other.channels)


def _table(*codecs: Codec) -> Mapping[str, Codec]:
    return MappingProxyType({codec.name: codec for codec in codecs})


# What the media engine can encode and decode, under the payload type that we offer it with.
SUPPORTED_CODECS = _table(
    Codec(payload_type=0, name="PCMU"),
    Codec(payload_type=8, name="PCMA"),
    Codec(payload_type=9, name="G722"),
    # RFC 7587 section 7: always 48000/2, also for a mono voice at 16 kHz; the number is dynamic.
    Codec(payload_type=111, name="opus", rate_hz=48000, channels=2, parameters=OPUS_PARAMETERS),
)

# RFC 3551 section 6, tables 4 and 5: the formats that need no rtpmap. G722 says 8000 and means 16000 (section 4.5.2).
STATIC_PAYLOAD_TYPES: Mapping[int, Codec] = MappingProxyType(
    {
        codec.payload_type: codec
        for codec in (
            Codec(payload_type=0, name="PCMU"),
            Codec(payload_type=3, name="GSM"),
            Codec(payload_type=4, name="G723"),
            Codec(payload_type=5, name="DVI4"),
            Codec(payload_type=6, name="DVI4", rate_hz=16000),
            Codec(payload_type=7, name="LPC"),
            Codec(payload_type=8, name="PCMA"),
            Codec(payload_type=9, name="G722"),
            Codec(payload_type=10, name="L16", rate_hz=44100, channels=2),
            Codec(payload_type=11, name="L16", rate_hz=44100),
            Codec(payload_type=12, name="QCELP"),
            Codec(payload_type=13, name="CN"),
            Codec(payload_type=15, name="G728"),
            Codec(payload_type=18, name="G729"),
        )
    }
)
