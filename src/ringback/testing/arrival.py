"""One of several callers of the same app: who calls, whom, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ringback.testing.caller import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """`at` is seconds after the test begins. Without `from_` it is caller-1, caller-2 ... of the demo domain."""

    caller: Caller = field(default_factory=Caller)
    at: float = 0.0
    from_: str | None = None
    to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
