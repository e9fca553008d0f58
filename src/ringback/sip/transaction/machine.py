"""What a transaction state machine is: states, inputs, and one table that decides every pair of them.

Two rules. Every transition lives in a table; nothing here knows sockets, tasks or users.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from types import MappingProxyType

from ringback.sip.timers import Timer
from ringback.sip.transaction.action import Action


class State(StrEnum):
    """`NEW` is before the first message; the others are the boxes of the figures in RFC 3261 and RFC 6026."""

    NEW = "New"
    CALLING = "Calling"
    TRYING = "Trying"
    PROCEEDING = "Proceeding"
    ACCEPTED = "Accepted"
    COMPLETED = "Completed"
    CONFIRMED = "Confirmed"
    TERMINATED = "Terminated"


class Input(StrEnum):
    """What can happen to a transaction. Responses come from the peer at a client, from our user at a server."""

    REQUEST = "request"  # client: our user's; server: the peer's, the first and each copy
    ACK = "ACK"
    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    FAILURE = "300-699"
    TRANSPORT_ERROR = "transport error"
    TIMER_A = "timer A"
    TIMER_B = "timer B"
    TIMER_D = "timer D"
    TIMER_E = "timer E"
    TIMER_F = "timer F"
    TIMER_G = "timer G"
    TIMER_H = "timer H"
    TIMER_I = "timer I"
    TIMER_J = "timer J"
    TIMER_K = "timer K"
    TIMER_L = "timer L"
    TIMER_M = "timer M"


def input_of_timer(timer: Timer) -> Input:
    return Input(f"timer {timer}")


def input_of_status(status: int) -> Input:
    """Which input a response with this status is."""
    if status < 200:
        return Input.PROVISIONAL
    return Input.SUCCESS if status < 300 else Input.FAILURE


Transition = tuple[tuple[Action, ...], State]
Table = Mapping[tuple[State, Input], Transition]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One of the four. Making one fails unless each (state, input) pair is decided, and no other is."""

    name: str
    section: str
    states: tuple[State, ...]
    inputs: tuple[Input, ...]
    table: Table

    def __post_init__(self) -> None:
        pairs = set(product(self.states, self.inputs))
        if undecided := pairs - set(self.table):
            raise ValueError(f"{self.name}: undecided {sorted(undecided)}")
        if foreign := set(self.table) - pairs:
            raise ValueError(f"{self.name}: not of this machine {sorted(foreign)}")

    def step(self, state: State, event: Input) -> Transition:
        return self.table[state, event]


def table(*rows: tuple[State, Input, Sequence[Action], State], ignored: Mapping[State, Sequence[Input]]) -> Table:
    """Rows of (state, input, actions, next state), and the pairs in which nothing is done and nothing changes."""
    decided: dict[tuple[State, Input], Transition] = {}
    for state, event, actions, following in rows:
        if (state, event) in decided:
            raise ValueError(f"decided twice: {state}, {event}")
        decided[state, event] = (tuple(actions), following)
    for state, events in ignored.items():
        for event in events:
            if (state, event) in decided:
                raise ValueError(f"decided twice: {state}, {event}")
            decided[state, event] = ((), state)
    return MappingProxyType(decided)
