"""A phone that is asked by REFER to call somebody else: it takes or refuses, and tells in NOTIFYs how it goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ringback.clock import Clock
from ringback.sip.events import Event, ReferReceived
from ringback.sip.net.server import SipServer


@dataclass
class Transferee:
    """`progress` are the NOTIFYs: seconds after the REFER, the status, and whether it is the final one."""

    sip: SipServer
    clock: Clock
    receive: Callable[[Event], None]
    refusal: int | None = None
    progress: Sequence[tuple[float, int, bool]] = ()
    hangs_up_after: float | None = None
    asked: list[ReferReceived] = field(default_factory=list)

    @classmethod
    def on(cls, sip: SipServer, clock: Clock) -> "Transferee":
        """Stand between the phone's stack and the phone."""
        transferee = cls(sip=sip, clock=clock, receive=sip.on_event)
        sip.on_event = transferee._take
        return transferee

    def _take(self, event: Event) -> None:
        if not isinstance(event, ReferReceived):
            self.receive(event)
            return
        self.asked.append(event)
        session = self.sip.endpoint.session(event.session_id)
        assert session is not None
        now = self.clock.now()
        if self.refusal is not None:
            session.refuse_refer(event, self.refusal, now)
            return
        session.accept_refer(event, now)
        for seconds, status, final in self.progress:
            self._later(seconds, lambda s=status, f=final: session.notify_refer(s, self.clock.now(), f))  # type: ignore[misc]
        if self.hangs_up_after is not None:
            self._later(self.hangs_up_after, lambda: session.hang_up(self.clock.now()))

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        def act() -> None:
            action()
            self.sip.pump()

        self.clock.call_at(self.clock.now() + seconds, act)
