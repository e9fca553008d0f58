"""What an app and the phone of a call tell each other beside the audio (rest-api.md 9.5): MESSAGE in its dialog."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from ringback.sip.dialog.conversation import Body
from ringback.sip.dialog.messaging import JSON

MAX_WAITING = 32
"""Messages to one phone that wait for their turn, or for the call to be answered."""

Outcome = Callable[[int | None], None]
"""Told once of each message: the final SIP status of the phone, or None when the call ended before."""


class TooManyMessages(Exception):
    """`MAX_WAITING` messages wait for this phone already."""

    def __init__(self) -> None:
        super().__init__(f"{MAX_WAITING} messages wait for the phone already, which is the limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneMessage:
    """What a phone said; `number` counts its messages in the call, from 1."""

    number: int
    content_type: str
    content: bytes = field(repr=False)


def json_body(content: str) -> Body:
    """JSON text for a phone."""
    return Body(content_type=JSON, data=content.encode())


class SentMessages:
    """Those of one leg that have no outcome yet."""

    def __init__(self) -> None:
        self._outcomes: dict[str, Outcome] = {}
        self._ids = itertools.count(1)

    def add(self, outcome: Outcome) -> str:
        """The id of one more. Raises `TooManyMessages`."""
        if len(self._outcomes) >= MAX_WAITING:
            raise TooManyMessages
        message_id = str(next(self._ids))
        self._outcomes[message_id] = outcome
        return message_id

    def settle(self, message_id: str, status: int) -> None:
        outcome = self._outcomes.pop(message_id, None)
        if outcome is not None:
            outcome(status)

    def close(self) -> None:
        """The leg is over."""
        outcomes, self._outcomes = self._outcomes, {}
        for outcome in outcomes.values():
            outcome(None)


class HeldMessages:
    """Those to a phone that rings, until it answers, or will not."""

    def __init__(self) -> None:
        self._held: list[tuple[Body, Outcome]] = []

    def hold(self, body: Body, outcome: Outcome) -> None:
        """Raises `TooManyMessages`."""
        if len(self._held) >= MAX_WAITING:
            raise TooManyMessages
        self._held.append((body, outcome))

    def hand_over(self, send: Callable[[Body, Outcome], None]) -> None:
        """The phone has answered."""
        held, self._held = self._held, []
        for body, outcome in held:
            send(body, outcome)

    def close(self) -> None:
        """Nobody answered."""
        self.hand_over(lambda body, outcome: outcome(None))
