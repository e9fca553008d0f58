"""English numbers in words, for engines that read `1234` as a year. Pure."""

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ("", "thousand", "million", "billion", "trillion")
_ORDINAL_ENDS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
MAX_CARDINAL = 10 ** (3 * len(_SCALES)) - 1


def cardinal(number: int) -> str:
    """`one thousand two hundred thirty-four`. Raises `ValueError` over `MAX_CARDINAL`."""
    if abs(number) > MAX_CARDINAL:
        raise ValueError(f"{number} is too great to be read")
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number == 0:
        return _SMALL[0]
    groups: list[str] = []
    for scale in _SCALES:
        number, rest = divmod(number, 1000)
        if rest:
            groups.insert(0, f"{_below_thousand(rest)} {scale}".strip())
    return " ".join(groups)


def ordinal(number: int) -> str:
    """`one hundred twenty-first`."""
    words = cardinal(number)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    head, last = words[:cut], words[cut:]
    if last in _ORDINAL_ENDS:
        return head + _ORDINAL_ENDS[last]
    return head + (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")


def year(number: int) -> str:
    """As years are said: `nineteen ninety-nine`, `two thousand five`, `twenty twenty-four`."""
    century, rest = divmod(number, 100)
    if not 1100 <= number <= 2099 or 2000 <= number < 2010:
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    parts = [f"{_SMALL[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        parts.append(f"{_TENS[tens]}-{_SMALL[ones]}" if ones else _TENS[tens])
    elif rest:
        parts.append(_SMALL[rest])
    return " ".join(parts)
