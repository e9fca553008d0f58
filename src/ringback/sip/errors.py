"""Local misuse of the SIP stack. A peer's fault never raises out of it: it is answered, or dropped and counted.

SipError
├── WrongState       a method that this session or transaction cannot do now (answer after BYE, ring twice a refusal)
├── TooManySessions  no room for one more outgoing call
└── BadAddress       a listen address or a target that is no address
"""


class SipError(Exception):
    """What the SIP stack raises at its own caller."""


class WrongState(SipError):
    """`action` was asked of something in `state`."""

    def __init__(self, action: str, state: str) -> None:
        super().__init__(f"cannot {action}: {state}")
        self.action = action
        self.state = state


class TooManySessions(SipError):
    """`limit` sessions are open."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} sessions are open, which is the limit")
        self.limit = limit


class BadAddress(SipError):
    """`text` cannot be read as `wanted`."""

    def __init__(self, text: str, wanted: str) -> None:
        super().__init__(f"{text!r} is not {wanted}")
        self.text = text
        self.wanted = wanted
