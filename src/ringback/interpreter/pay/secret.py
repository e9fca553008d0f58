"""Digits that no log, notification, repr or traceback may show (PAY-04)."""


class Secret:
    """A value that is never written by accident: `str` and `repr` hide it, `reveal` is for the payment connector."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def masked(self, shown: int = 0) -> str:
        """All but the last `shown` characters as x; what is no longer than that is hidden whole."""
        shown = shown if len(self._value) > shown else 0
        return "x" * (len(self._value) - shown) + self._value[len(self._value) - shown :]

    def hidden_in(self, text: str) -> str:
        """`text` without the value, for what others wrote about it."""
        return text.replace(self._value, self.masked()) if self._value else text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(...)"
