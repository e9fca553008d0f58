"""Who picks up when a `<Dial>` rings in virtual time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ringback.call.machine_detection import AnsweredBy
from ringback.model.call_status import CallStatus, status_of_sip_response
from ringback.testing.caller import Caller

DialStatus = Literal["busy", "no-answer", "failed", "canceled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """`decides_after` seconds of ringing it sends `sip_status`; None rings for ever. Make one with the methods below.

    `talk_seconds` None stays on the line until the other side hangs up. `caller` is what its owner does while a
    screening document (`url` of the noun) runs. With `refers_to` it transfers the caller there (REFER) after
    `refers_after` seconds of talk.
    """

    sip_status: int = 200
    decides_after: float | None = 2.0
    talk_seconds: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    caller: Caller = field(default_factory=Caller)
    refers_to: str | None = None
    refers_after: float = 0.0
    answered_by: AnsweredBy = "human"

    @classmethod
    def answers(
        cls,
        *,
        after: float = 2.0,
        talks: float | None = None,
        headers: Mapping[str, str] | None = None,
        caller: Caller | None = None,
    ) -> "Phone":
        return cls(decides_after=after, talk_seconds=talks, headers=headers or {}, caller=caller or Caller())

    def transfers(self, to: str, *, after: float = 2.0) -> "Phone":
        """The same phone, which transfers the caller after a while of talk."""
        return replace(self, refers_to=to, refers_after=after)

    def detected_as(self, answered_by: AnsweredBy) -> "Phone":
        """The same phone, of which machine detection finds this out, two seconds after the answer."""
        return replace(self, answered_by=answered_by)

    @classmethod
    def busy(cls, *, after: float = 1.0) -> "Phone":
        return cls(sip_status=486, decides_after=after)

    @classmethod
    def rings(cls) -> "Phone":
        """Nobody ever picks up."""
        return cls(decides_after=None)

    @classmethod
    def refuses(cls, sip_status: int, *, after: float = 0.5, headers: Mapping[str, str] | None = None) -> "Phone":
        return cls(sip_status=sip_status, decides_after=after, headers=headers or {})

    @property
    def picks_up(self) -> bool:
        return self.decides_after is not None and self.sip_status < 300

    @property
    def refusal(self) -> DialStatus:
        """What a `<Dial>` says of a phone that did not pick up in time."""
        if self.decides_after is None or self.picks_up:
            return "no-answer"
        match status_of_sip_response(self.sip_status):
            case CallStatus.BUSY:
                return "busy"
            case CallStatus.NO_ANSWER:
                return "no-answer"
            case _:
                return "failed"


NOBODY = Phone.refuses(404, after=0.0)
