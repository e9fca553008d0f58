"""How much of a call an app may use up. Each limit has a reason; none is met by a flow that a person listens to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one call's documents.

    - `max_documents`: documents run in one call, wherever it is moved to (`DocumentCount`); four hours of polling every
      second and a half stay below it.
    - `max_hasty_documents`: documents in a row that each took less than `hasty_seconds`, fetch included. An app that
      redirects for ever without playing, waiting or listening is stopped after these, not after `max_documents`.
    - `max_loops`: repetitions that `loop="0"` means for `<Say>` and `<Play>` (twiml.md sections 2 and 3).
    - `max_digits`: keys one `<Gather>` without `numDigits` collects before it is submitted.
    """

    max_documents: int = 10_000
    max_hasty_documents: int = 100
    hasty_seconds: float = 0.2
    max_loops: int = 1000
    max_digits: int = 1000


@dataclass(slots=True)
class DocumentCount:
    """How many documents a call has run: one count for the call, also when it is moved."""

    documents: int = 0
