"""`<say-as>`: a text rewritten so that any engine reads it as what it is (twiml.md 2.1). Pure.

English has words for everything; for other languages only what is spelled or read digit by digit is rewritten, and the
engine reads the rest by its own rules. What is not of the kind that was named is left as it stands.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ringback.speech.language import primary
from ringback.speech.number_words import MAX_CARDINAL, cardinal, ordinal, year

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
CENTURY_PIVOT = 50
"""Years of two digits from 50 on are of the last century."""

_NUMBER = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?")
_AMOUNT = re.compile(r"([$€£¥]|[A-Za-z]{3})?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?\s*([€£¥$]|[A-Za-z]{3})?")
_DURATION = re.compile(r"(?:(\d{1,3})')?\s*(?:(\d{1,3})(?:\"|''))?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp])?\.?(?:[Mm]\.?)?")
_CURRENCIES = {
    "$": ("dollar", "cent"), "USD": ("dollar", "cent"), "CAD": ("Canadian dollar", "cent"),
    "AUD": ("Australian dollar", "cent"), "€": ("euro", "cent"), "EUR": ("euro", "cent"), "£": ("pound", "penny"),
    "GBP": ("pound", "penny"), "¥": ("yen", ""), "JPY": ("yen", ""), "CHF": ("franc", "centime"),
    "INR": ("rupee", "paisa"),
}  # fmt: skip
_PLURALS = {"penny": "pence", "yen": "yen", "paisa": "paise"}
_SIGNS = {
    "-": "dash", ".": "dot", "@": "at", "_": "underscore", "/": "slash", "\\": "backslash", "+": "plus", "*": "star",
    "#": "pound", "&": "and", "%": "percent", "$": "dollar", ":": "colon", ",": "comma", "=": "equals",
    "?": "question mark", "!": "exclamation mark", "'": "apostrophe", '"': "quote", "(": "open parenthesis",
    ")": "close parenthesis",
}  # fmt: skip


def said_as(text: str, kind: str | None, form: str | None, language: str | None) -> str:
    """The text as `kind` (an `interpret-as`) says; `form` is its `format`."""
    words = text.strip()
    english = primary(language or "en") == "en"
    if kind in _SPELLED:
        return _spelled(words, english)
    if kind == "digits":
        return _digit_by_digit(words)
    if kind == "telephone":
        return _telephone(words, english)
    reader = _ENGLISH.get(kind or "")
    if not english or reader is None:
        return words
    return reader(words, form or "") or words


_SPELLED = frozenset({"characters", "spell-out", "verbatim"})


def _spelled(text: str, english: bool) -> str:
    """Letter by letter. `A` alone would be the article, so each letter stands between commas."""
    names = _SIGNS if english else {}
    return ", ".join(names.get(sign, sign.upper()) for sign in text if not sign.isspace())


def _digit_by_digit(text: str) -> str:
    return " ".join(sign for sign in text if not sign.isspace())


def _telephone(text: str, english: bool) -> str:
    """Groups as written, with a pause between; digits alone are taken in threes and fours from the right."""
    groups = re.findall(r"[0-9A-Za-z*#]+", text)
    if len(groups) == 1 and groups[0].isdigit() and len(groups[0]) > 5:
        groups = _grouped(groups[0])
    spoken = ", ".join(" ".join(group) for group in groups)
    return f"plus {spoken}" if english and text.startswith("+") else spoken


def _grouped(digits: str) -> list[str]:
    head, last = digits[:-4], digits[-4:]
    cut = len(head) % 3
    return [group for group in (head[:cut], *(head[at : at + 3] for at in range(cut, len(head), 3)), last) if group]


def _cardinal(text: str, _form: str) -> str | None:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, whole, fraction = match.groups()
    number = _int(whole)
    if number is None:
        return _digit_by_digit(text)
    words = ("minus " if sign == "-" else "") + cardinal(number)
    return words if fraction is None else f"{words} point {' '.join(cardinal(int(digit)) for digit in fraction[:20])}"


def _ordinal(text: str, _form: str) -> str | None:
    match = re.fullmatch(r"(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th|\.)?", text, re.IGNORECASE)
    number = _int(match.group(1)) if match else None
    return None if number is None else ordinal(number)


def _date(text: str, form: str) -> str | None:
    """`09/13/2024` with `mdy`, `20240913`, `13.9.` with `dm`; a `?` leaves a part out."""
    form = form.lower()
    if re.fullmatch(r"[\d?]{8}", text) and form in ("", "yyyymmdd", "ymd"):
        parts, form = [text[:4], text[4:6], text[6:]], "ymd"
    else:
        parts = [part for part in re.split(r"[^0-9A-Za-z?]+", text) if part]
        form = form or ("ymd" if parts and len(parts[0]) == 4 else "mdy"[: len(parts)])
    if len(parts) != len(form) or set(form) - set("dmy") or len(set(form)) != len(form):
        return None
    read = dict(zip(form, parts, strict=True))
    try:
        month = _month(read.get("m", "?"))
        day = _number_in(read.get("d", "?"), 1, 31)
        years = _year(read.get("y", "?"))
    except ValueError:
        return None
    day_words = ordinal(day) if day else ""
    date = " ".join(part for part in (month, day_words) if part) or ""
    year_words = year(years) if years is not None else ""
    return ", ".join(part for part in (date, year_words) if part) or None


def _month(text: str) -> str:
    if text.isalpha():
        found = [month for month in MONTHS if len(text) >= 3 and month.lower().startswith(text.lower())]
        if not found:
            raise ValueError(text)
        return found[0]
    number = _number_in(text, 1, 12)
    return MONTHS[number - 1] if number else ""


def _number_in(text: str, low: int, high: int) -> int:
    """0 for a part that is left out (`??`)."""
    if set(text) <= {"?"}:
        return 0
    number = int(re.sub(r"(?<=\d)(st|nd|rd|th)$", "", text))
    if not low <= number <= high:
        raise ValueError(text)
    return number


def _year(text: str) -> int | None:
    if set(text) <= {"?"}:
        return None
    number = _number_in(text, 0, 9999)
    if len(text) <= 2:
        return number + (1900 if number >= CENTURY_PIVOT else 2000)
    return number


def _time(text: str, _form: str) -> str | None:
    """A duration such as 1'21", or a time of day."""
    duration = _DURATION.fullmatch(text) if text else None
    if duration is not None and any(duration.groups()):
        parts = zip(duration.groups(), ("minute", "second"), strict=True)
        return " ".join(_counted(int(amount), unit) for amount, unit in parts if amount)
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        return None
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    if hour > 24 or minute > 59 or second > 59:
        return None
    half = {"a": " A M", "p": " P M"}.get((clock.group(4) or "").lower(), "")
    minutes = f" {'oh ' if minute < 10 else ''}{cardinal(minute)}" if minute else ("" if half else " o'clock")
    return f"{cardinal(hour)}{minutes}{half}" + (f" and {_counted(second, 'second')}" if second else "")


def _currency(text: str, form: str) -> str | None:
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    before, whole, fraction, after = match.groups()
    names = _CURRENCIES.get((before or after or form or "USD").upper())
    number = _int(whole)
    if names is None or number is None:
        return None
    small = int((fraction or "0").ljust(2, "0"))
    parts = [_counted(number, names[0])] if number or not small else []
    if small and names[1]:
        parts.append(_counted(small, names[1]))
    return " and ".join(parts)


def _counted(number: int, unit: str) -> str:
    return f"{cardinal(number)} {unit if number == 1 else _PLURALS.get(unit, unit + 's')}"


def _int(text: str) -> int | None:
    """None for what is too long to be read as a number."""
    digits = text.replace(",", "")
    return int(digits) if len(digits) <= len(str(MAX_CARDINAL)) else None


_ENGLISH: Mapping[str, Callable[[str, str], str | None]] = MappingProxyType(
    {
        "cardinal": _cardinal,
        "number": _cardinal,
        "ordinal": _ordinal,
        "date": _date,
        "time": _time,
        "currency": _currency,
    }
)
