"""Payment cards by their number: of which kind, of which length, and whether the check digit fits (PAY-05). Pure."""

from dataclasses import dataclass

from ringback.twiml.nodes import CardType

SHORTEST_NUMBER = 12
LONGEST_NUMBER = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """`prefixes` are inclusive ranges of leading digits; every range has ends of one length."""

    name: CardType
    prefixes: tuple[tuple[str, str], ...]
    lengths: frozenset[int]
    has_check_digit: bool = True

    def fits(self, number: str) -> bool:
        return any(low <= number[: len(low)] <= high for low, high in self.prefixes)


def _kind(name: CardType, prefixes: str, lengths: tuple[int, ...], *, has_check_digit: bool = True) -> _Kind:
    ranges = [part.partition("-") for part in prefixes.split()]
    return _Kind(
        name=name,
        prefixes=tuple((low, high or low) for low, _, high in ranges),
        lengths=frozenset(lengths),
        has_check_digit=has_check_digit,
    )


# The first that fits counts: the narrow ranges stand before the wide ones of Maestro. Optima cards have the numbers of
# American Express and cannot be told from them.
_KINDS = (
    _kind("visa", "4", (13, 15, 16, 19)),
    _kind("mastercard", "51-55 2221-2720", (16,)),
    _kind("amex", "34 37", (15,)),
    _kind("enroute", "2014 2149", (15,), has_check_digit=False),
    _kind("jcb", "3528-3589", (16, 17, 18, 19)),
    _kind("jcb", "1800 2131", (15,)),
    _kind("diners-club", "300-305 3095 36 38-39", (14, 16, 17, 18, 19)),
    _kind("discover", "6011 644-649 65 622126-622925", (16, 17, 18, 19)),
    _kind("maestro", "50 56-58 60-69", tuple(range(SHORTEST_NUMBER, LONGEST_NUMBER + 1))),
)


def card_type(number: str) -> CardType | None:
    """The kind of card that a number, or the beginning of one, belongs to."""
    return next((kind.name for kind in _KINDS if kind.fits(number)), None)


def is_card_number(number: str) -> bool:
    """A number of a known kind, of a length that kind has, with a check digit that fits."""
    return any(
        kind.fits(number) and len(number) in kind.lengths and (not kind.has_check_digit or has_luhn_digit(number))
        for kind in _KINDS
    )


def whole_length(number: str) -> int:
    """How many digits there can be at most, given those pressed so far."""
    kinds = [kind for kind in _KINDS if kind.fits(number)]
    return max((max(kind.lengths) for kind in kinds[:1]), default=LONGEST_NUMBER)


def has_luhn_digit(number: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for position, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def security_code_length(kind: CardType | None) -> int:
    """American Express prints four digits on the front, the others three on the back."""
    return 4 if kind in ("amex", "optima") else 3


def has_routing_checksum(number: str) -> bool:
    """The check digit of an ABA routing number: weights 3, 7 and 1."""
    return sum(int(digit) * weight for digit, weight in zip(number, (3, 7, 1) * 3, strict=True)) % 10 == 0
