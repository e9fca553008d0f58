"""A call that is not over, as one sees it who knows nothing but its SID: the REST API, the end of the server.

Calls enter the register when they begin to exist, whoever makes them, and leave it when they are over. A dialled call
is in it from its first INVITE on, first as the attempt that rings it, then as the call that was answered.
"""

from typing import TYPE_CHECKING, Literal, Protocol

from ringback.model.call_status import CallStatus

if TYPE_CHECKING:
    from ringback.call.call import Call
    from ringback.call.control import CallInfo
    from ringback.call.phone_message import Outcome

EndStatus = Literal["completed", "canceled"]


class LiveCall(Protocol):
    """`call.call.Call` is one; so is what rings a call that nobody has answered yet."""

    @property
    def info(self) -> "CallInfo": ...

    @property
    def status(self) -> CallStatus: ...

    @property
    def has_finished(self) -> bool:
        """The call itself is over."""
        ...

    @property
    def is_in_progress(self) -> bool:
        """It may be moved to another document (L-05)."""
        ...

    @property
    def call(self) -> "Call | None":
        """What documents run on; None while a call that we make has not been answered."""
        ...

    def terminate(self, status: EndStatus) -> None:
        """L-03: `completed` ends it in any state, `canceled` only if nobody has answered it."""
        ...

    def limit(self, seconds: float) -> None:
        """It may last so long, from its answer on; instead of what was set before."""
        ...

    def send_message(self, content: str, outcome: "Outcome") -> None:
        """Tell the phone this JSON text, after what it was told before, and once the call is answered.

        Raises `TooManyMessages`.
        """
        ...


class CallRegister(Protocol):
    """Where live calls are found by SID."""

    def enter(self, live: LiveCall) -> None:
        """In place of what is there under this SID. It need not be taken out again: who has finished is not found."""
        ...
