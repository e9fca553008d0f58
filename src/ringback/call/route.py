"""From what a `<Dial>` names to where an INVITE goes: plain values, and the protocol of whoever knows the way."""

from dataclasses import dataclass
from typing import Protocol

from ringback.call.control import CallInfo, DialTarget
from ringback.call.exchange import Invitation
from ringback.call.inside_leg import InsideInvitation


class NotRoutable(Exception):
    """The target cannot be dialled; `code` is Twilio's number, `sip_status` what the leg reports (sip.md 5.3)."""

    def __init__(self, code: int, message: str, *, sip_status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.sip_status = sip_status


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """As whom a target is rung: who is `shown`, a number, a SIP address or a client; None for `display_name` is its
    user part. `domain` is the SIP domain that the caller's own call came to, which is then the host of From.
    """

    shown: str
    display_name: str | None = None
    domain: str | None = None
    domain_sid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The way to a target: the INVITE to send, and how the call is named in `To`.

    A registered user may have several phones: `others` are sent at the same time, and all are one call (RC-02).
    """

    invitation: Invitation
    to: str
    others: tuple[Invitation, ...] = ()

    @property
    def invitations(self) -> tuple[Invitation, ...]:
        return (self.invitation, *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideRoute:
    """The way to an application of ours: nothing is sent."""

    invitation: InsideInvitation
    to: str

    @property
    def invitations(self) -> tuple[InsideInvitation, ...]:
        return (self.invitation,)


class Router(Protocol):
    """Knows the trunks, the registered phones and the local domains."""

    def route(self, target: DialTarget, *, call: CallInfo, caller: Caller) -> Route | InsideRoute:
        """For `call`, the one that rings the target. Raises `NotRoutable`."""
        ...
