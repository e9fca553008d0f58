"""What a request may say: one model a request, whose fields are Twilio's parameters and whose types bear the errors.

    class ApplicationForm(Form):
        friendly_name: FriendlyName | None = None      # `FriendlyName` on the wire
        voice_url: WebUrl | None = None

`Form` is read from a form body, `Query` from the query string. What is wrong with a parameter becomes one `ApiError`
with Twilio's code; nothing has been changed by then. A parameter that nobody knows is ignored (rest-api.md section 1).
Which parameters came, `model_fields_set` tells: one that is empty came as "".
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self, get_origin
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from starlette.requests import Request

from ringback.api.errors import ApiError
from ringback.api.representation import pascal
from ringback.api.value import ADDRESSES, BAD_PARAMETER, Missing
from ringback.webhooks.address_policy import AddressPolicy

MAX_BODY_BYTES = 256 * 1024
MAX_PARAMETERS = 1000
FORM = "application/x-www-form-urlencoded"


def parameter_name(field: str) -> str:
    """`status_callback_event` is `StatusCallbackEvent` on the wire; `from_` is `From`."""
    return pascal(field)


class Form(BaseModel):
    """The parameters of a POST, application/x-www-form-urlencoded."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=parameter_name, hide_input_in_errors=True, populate_by_name=True
    )

    @classmethod
    async def read(cls, request: Request) -> Self:
        """Raises `ApiError` for the first parameter that is wrong."""
        body = await body_of(request)
        if body:
            _check_content_type(request.headers.get("content-type", ""))
        pairs = parse_pairs(body.decode("utf-8", "replace"))
        return cls.of_pairs(pairs, addresses=request.app.state.services.addresses)

    @classmethod
    def of_pairs(cls, pairs: Sequence[tuple[str, str]], *, addresses: AddressPolicy | None = None) -> Self:
        """Raises `ApiError` for the first parameter that is wrong. Of one that is repeated, the last counts.

        A URL may not lead where `addresses` forbids it (webhooks.md H-16).
        """
        try:
            return cls.model_validate(cls._values(pairs), context={ADDRESSES: addresses or AddressPolicy()})
        except ValidationError as error:
            raise cls._api_error(error) from None

    @classmethod
    def _values(cls, pairs: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
        repeated = {_alias(name, field) for name, field in cls.model_fields.items() if _is_list(field)}
        values: dict[str, Any] = {}
        for name, value in pairs:
            if name in repeated:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        return values

    @classmethod
    def _api_error(cls, error: ValidationError) -> ApiError:
        problem = error.errors(include_url=False, include_input=False)[0]
        alias = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "missing":
            missing = next((mark for mark in cls._marks(alias) if isinstance(mark, Missing)), None)
            if missing is not None:
                return ApiError(400, missing.code, missing.message)
            return ApiError(400, BAD_PARAMETER, f"The parameter '{alias}' is required and was not given.")
        context = problem.get("ctx", {})
        code = context.get("code", BAD_PARAMETER)
        message = problem["msg"] if "code" in context else f"Invalid value: {problem['msg']}"
        return ApiError(400, int(code), f"Parameter '{alias}': {message}" if alias else str(message))

    @classmethod
    def _marks(cls, alias: str) -> Sequence[object]:
        for name, field in cls.model_fields.items():
            if _alias(name, field) == alias:
                return field.metadata
        return ()


class Query(Form):
    """The parameters of a GET: filters. `StartTime<` and `StartTime>` are fields with such an alias.

    One that is empty, such as a field that was left out of a search form, filters nothing.
    """

    @classmethod
    async def read(cls, request: Request) -> Self:
        return cls.of_pairs([(name, value) for name, value in parse_pairs(request.url.query) if value.strip()])


def parse_pairs(text: str) -> list[tuple[str, str]]:
    """Names and values. `StartTime>=2026-03-01`, written by hand, is the bound `StartTime>` (rest-api.md section 4).

    A NUL is refused, since PostgreSQL keeps none and looks for none.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise ApiError(400, BAD_PARAMETER, f"There are more than {MAX_PARAMETERS} parameters.") from None
    for name, value in pairs:
        if "\x00" in value:
            shown = name[:64].replace("\x00", "\ufffd")
            raise ApiError(400, BAD_PARAMETER, f"Parameter '{shown}': it has a NUL character")
    return pairs


def _check_content_type(content_type: str) -> None:
    """Raises `ApiError` for a body that would be read as a form without any parameter: JSON, or parts of a form."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json") or kind.startswith("multipart/"):
        raise ApiError(400, BAD_PARAMETER, f"Parameters are expected as {FORM}, not as {kind[:64]}.")


async def body_of(request: Request) -> bytes:
    """The body, as long as it is no longer than `MAX_BODY_BYTES`. Raises 413 as an `ApiError`."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise ApiError(413, BAD_PARAMETER, f"The request body is longer than {MAX_BODY_BYTES} bytes.")
        parts.append(part)
    return b"".join(parts)


def _alias(name: str, field: FieldInfo) -> str:
    return field.alias or parameter_name(name)


def _is_list(field: FieldInfo) -> bool:
    """True for `tuple[...]`, and for `tuple[...] | None`: a parameter that may be repeated."""
    kinds = (field.annotation, *getattr(field.annotation, "__args__", ()))
    return any(get_origin(kind) is tuple for kind in kinds)
