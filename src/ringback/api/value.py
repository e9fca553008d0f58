"""The types of parameters: each says what it takes, and with which of Twilio's codes it refuses (rest-api.md 4, 5)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, TypeAdapter, ValidationError, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from ringback.model.sid import is_sid
from ringback.webhooks.address_policy import AddressPolicy, AddressRefused

BAD_PARAMETER = 20001
FRIENDLY_NAME = 20002
BAD_URL = 21205
BAD_METHOD = 21209
MAX_URL = 4000
MAX_FRIENDLY_NAME = 64
ADDRESSES = "addresses"
"""The key of the `AddressPolicy` in the context of a validation."""

Method = Literal["GET", "POST"]


@dataclass(frozen=True, slots=True)
class Missing:
    """Beside the type of a required field: what its absence is answered with."""

    code: int
    message: str


def refusal(message: str, code: int = BAD_PARAMETER) -> PydanticCustomError:
    """What a validator raises; `message` continues "Parameter 'X': "."""
    return PydanticCustomError("parameter", "{message}", {"message": message, "code": code})


def text_of(most: int, *, least: int = 0, code: int = BAD_PARAMETER) -> Any:
    """Text of a bounded length: `Annotated[str, text_of(64)]`."""

    def check(value: object) -> str:
        text = str(value)
        if not least <= len(text) <= most:
            raise refusal(f"it has {len(text)} characters; {least} to {most} are possible", code)
        return text

    return BeforeValidator(check)


def one_of(*words: str, code: int = BAD_PARAMETER) -> Any:
    """One of these words, in any case: `Annotated[str, one_of("mono", "dual")]`."""
    known = {word.lower(): word for word in words}

    def check(value: object) -> str:
        word = known.get(str(value).strip().lower())
        if word is None:
            raise refusal(f"{str(value)[:100]!r} is not one of {', '.join(words)}", code)
        return word

    return BeforeValidator(check)


def whole(least: int, most: int, code: int = BAD_PARAMETER) -> Any:
    """A whole number in decimal: `Annotated[int, whole(1, 600, 21208)]`."""

    def check(value: object) -> int:
        text = str(value).strip()
        if not re.fullmatch(r"-?[0-9]{1,18}", text) or not least <= int(text) <= most:
            raise refusal(f"{text[:100]!r} is not a whole number from {least} to {most}", code)
        return int(text)

    return BeforeValidator(check)


def url_with(code: int, *, schemes: tuple[str, ...] = ("http", "https")) -> Any:
    """An absolute URL of one of the schemes; an empty one is given back as it is, and clears what was set.

    It may not lead where the validation's context forbids it.
    """

    def check(value: object, info: ValidationInfo) -> str:
        text = str(value).strip()
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            is_absolute = parts.scheme.lower() in schemes and bool(parts.hostname)
            _ = parts.port
        except ValueError:
            is_absolute = False
        if not is_absolute or len(text) > MAX_URL or any(character <= " " for character in text):
            raise refusal(f"{text[:200]!r} is not an absolute {' or '.join(schemes)} URL", code)
        try:
            (info.context or {}).get(ADDRESSES, AddressPolicy()).check_url(text)
        except AddressRefused as refused:
            raise refusal(str(refused), code) from None
        return text

    return BeforeValidator(check)


def sid_of(prefix: str, code: int = BAD_PARAMETER) -> Any:
    """A SID of this kind, in lower case; an empty one is given back as it is."""

    def check(value: object) -> str:
        text = str(value).strip()
        lowered = text[:2] + text[2:].lower()
        if text and not is_sid(lowered, prefix):
            raise refusal(f"{text[:100]!r} is not a SID ({prefix} and 32 hexadecimal digits)", code)
        return lowered

    return BeforeValidator(check)


def _method(value: object) -> str:
    text = str(value).strip().upper() or "POST"
    if text not in ("GET", "POST"):
        raise refusal(f"{text[:20]!r} is neither GET nor POST", BAD_METHOD)
    return text


def switch(code: int = BAD_PARAMETER) -> Any:
    """True or false, in the words of a form: `Annotated[bool, switch(64020)]`."""

    def check(value: object) -> bool:
        if isinstance(value, bool):
            return value
        text = str(value).strip().lower()
        if text in ("true", "1", "yes", "on"):
            return True
        if text in ("false", "0", "no", "off", ""):
            return False
        raise refusal(f"{text[:20]!r} is neither true nor false", code)

    return BeforeValidator(check)


def moment(value: object) -> datetime:
    """A date (its first moment) or a date with a time, in ISO 8601, RFC 2822 or a loose form; UTC where no zone is."""
    text = str(value).strip()
    for read in (_iso, parsedate_to_datetime, _american):
        try:
            found = read(text)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    raise refusal(f"{text[:60]!r} is not a date; expected YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ")


def _iso(text: str) -> datetime:
    """The `+` of a zone that was not percent-encoded has become a space."""
    return datetime.fromisoformat(re.sub(r"(?<=T)(\S+) (\d\d:?\d\d)$", r"\1+\2", text))


def _american(text: str) -> datetime:
    """`06/11/2019 22:05:25 MST`: the zone's name is not looked at."""
    return datetime.strptime(" ".join(text.split()[:2]), "%m/%d/%Y %H:%M:%S")


def is_whole_day(text: str) -> bool:
    """True for a date without a time."""
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()) is not None


def _upper_bound(value: object) -> datetime:
    """A date alone reaches to its last moment."""
    found = moment(value)
    return datetime.combine(found.date(), time.max, UTC) if is_whole_day(str(value)) else found


def _day(value: object) -> date:
    return moment(value).date()


def words(*known: str, code: int = BAD_PARAMETER) -> Any:
    """A list of words: repeated keys, or one value with spaces or commas (rest-api.md section 4)."""
    by_word = {word.lower(): word for word in known}

    def check(value: object) -> tuple[str, ...]:
        given = value if isinstance(value, list | tuple) else [value]
        listed = [word for text in given for word in re.split(r"[\s,]+", str(text)) if word]
        for word in listed:
            if word.lower() not in by_word:
                raise refusal(f"{word[:60]!r} is not one of {', '.join(known)}", code)
        return tuple(dict.fromkeys(by_word[word.lower()] for word in listed))

    return BeforeValidator(check)


FriendlyName = Annotated[str, text_of(MAX_FRIENDLY_NAME, code=FRIENDLY_NAME)]
WebUrl = Annotated[str, url_with(BAD_URL), WithJsonSchema({"type": "string", "format": "uri"})]
HttpMethod = Annotated[Method, BeforeValidator(_method)]
Switch = Annotated[bool, switch()]
Text = Annotated[str, text_of(4000)]
Moment = Annotated[datetime, BeforeValidator(moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Until = Annotated[datetime, BeforeValidator(_upper_bound), WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


def like_setting(kind: Any, code: int = BAD_PARAMETER) -> Any:
    """What a type of the settings file takes, refused in its words: `like_setting(DomainName, 21232)`."""
    return BeforeValidator(lambda value: as_setting(kind, value, code))


def as_setting(kind: Any, value: object, code: int = BAD_PARAMETER) -> Any:
    """The value as a type of the settings file makes it. Raises what a validator raises."""
    try:
        return TypeAdapter[Any](kind).validate_python(str(value).strip())
    except ValidationError as error:
        expected = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise refusal(f"it must be {expected}", code) from None
