"""What can be wrong with a session description. Each kind knows the SIP status and Twilio's error code it owes.

SdpError
├── MalformedSdp            400, 32102 (IN-03)
│   └── EmptySdp            400, 32103 (IN-03)
└── NotAcceptable           488
    ├── NoCommonCodec       32102 (IN-04)
    ├── SecureMediaRefused  32207: only SRTP is offered
    └── UnusableAddress     32102: a host name, a multicast group, or the other IP version
"""

from typing import ClassVar


class SdpError(ValueError):
    """A description that a call cannot be made with."""

    status: ClassVar[int] = 488
    code: ClassVar[int] = 32102


class MalformedSdp(SdpError):
    """Text that is outside the grammar of RFC 8866."""

    status = 400


class EmptySdp(MalformedSdp):
    """No text where a description is needed."""

    code = 32103


class NotAcceptable(SdpError):
    """A good description of something we do not do."""


class NoCommonCodec(NotAcceptable):
    """No audio stream with a codec that both sides have."""


class SecureMediaRefused(NotAcceptable):
    """Every audio stream asks for SRTP."""

    code = 32207


class UnusableAddress(NotAcceptable):
    """Media cannot be sent to the address."""
