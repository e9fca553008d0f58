"""`OpusParameters`: what the far end's `a=fmtp` wishes for the Opus that it hears (RFC 7587 sections 6.1 and 7).

All of it is declared by the one who receives and binds nobody: what cannot be read counts as not said.
"""

import re
from dataclasses import dataclass

PLAYBACK_RATES_HZ = range(8_000, 48_001)
AVERAGE_BITRATES = range(6_000, 510_001)
"""RFC 7587 section 6.1, of both."""

# What a voice is sent with, by what can be played (RFC 7587 section 3.1.1, and a little more for the copies of FEC).
_BITS_PER_SECOND = ((8_000, 12_000), (12_000, 18_000), (48_000, 24_000))
_PARAMETER = re.compile(r"\s*+([A-Za-z-]{1,32}+)\s*+=\s*+([0-9]{1,7}+)\s*+")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpusParameters:
    """The wishes that matter to one who sends a mono voice, with their defaults."""

    max_playback_rate_hz: int = 48_000
    stereo: bool = False
    use_inband_fec: bool = False
    max_average_bitrate: int | None = None

    @classmethod
    def parse(cls, text: str | None) -> "OpusParameters":
        """Read the value of an fmtp attribute; whatever is no parameter of ours is passed over."""
        found = (_PARAMETER.fullmatch(part) for part in (text or "").split(";"))
        values = {match.group(1).lower(): int(match.group(2)) for match in found if match is not None}
        rate = values.get("maxplaybackrate", 48_000)
        bitrate = values.get("maxaveragebitrate")
        return cls(
            max_playback_rate_hz=rate if rate in PLAYBACK_RATES_HZ else 48_000,
            stereo=values.get("stereo") == 1,
            use_inband_fec=values.get("useinbandfec") == 1,
            max_average_bitrate=bitrate if bitrate is not None and bitrate in AVERAGE_BITRATES else None,
        )

    @property
    def bits_per_second(self) -> int:
        """What to send with: enough for a voice that they can play, and no more than they allow."""
        enough = next(bits for rate, bits in _BITS_PER_SECOND if self.max_playback_rate_hz <= rate)
        return enough if self.max_average_bitrate is None else min(enough, self.max_average_bitrate)
