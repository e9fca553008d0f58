"""What an answer says: one model a resource, whose fields are Twilio's names in Twilio's order (rest-api.md section 9).

A value that is not known is null, and its key is there all the same (rest-api.md section 4).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.errors import not_found
from ringback.api.page import PageQuery, envelope
from ringback.api.representation import render_list, render_one, requested_path
from ringback.store.paging import Position, Slice
from ringback.webhooks.callback_parameters import rfc2822

Item = TypeVar("Item")

API_VERSION = "2010-04-01"


Date = Annotated[datetime, PlainSerializer(rfc2822), WithJsonSchema({"type": "string"})]
"""A moment, as RFC 2822 text in the answer."""


class Body(BaseModel):
    """One resource. `element` is its name in XML."""

    element: ClassVar[str]
    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, populate_by_name=True)

    def plain(self) -> Mapping[str, Any]:
        """Ready to be written: dates are text."""
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def names(cls) -> Sequence[str]:
        """The keys of an answer, in its order."""
        return [field.serialization_alias or name for name, field in cls.model_fields.items()]


def answer(request: Request, body: Body, status: int = 200) -> Response:
    """200 for what was read or changed, 201 for what was made."""
    return render_one(request, body.element, body.plain(), status)


def deleted() -> Response:
    """204, and nothing else."""
    return Response(status_code=204)


def existing(request: Request, thing: Item | None) -> Item:
    """The thing. Raises 404/20404 where there is none, or none of this account."""
    if thing is None:
        raise not_found(requested_path(request))
    return thing


def answer_found(request: Request, thing: Item | None, present: Callable[[Item], Body], status: int = 200) -> Response:
    """`answer` to a request for one thing; raises what `existing` raises."""
    return answer(request, present(existing(request, thing)), status)


def answer_removed(request: Request, is_removed: bool) -> Response:
    """204, or 404/20404 where there was nothing to remove."""
    if not is_removed:
        raise not_found(requested_path(request))
    return deleted()


def answer_page(
    request: Request,
    key: str,
    query: PageQuery,
    found: Slice[Item],
    present: Callable[[Item], Body],
    position: Callable[[Item], Position],
    *,
    kind: type[Body],
) -> Response:
    """A page of resources with Twilio's paging keys; `key` names the array (rest-api.md section 6)."""
    paging = envelope(request, query, found, position)
    items = [present(item).plain() for item in found.records]
    return render_list(request, key, kind.element, items, paging, columns=list(items[0]) if items else kind.names())


class Dated(Protocol):
    """A record with a SID and a time at which it was made."""

    @property
    def sid(self) -> str: ...

    @property
    def created_at(self) -> datetime: ...


def position_of(record: Dated) -> Position:
    """Where it stands in a list: newest first by creation (rest-api.md section 6)."""
    return Position(at=record.created_at, sid=record.sid)


def account_uri(account_sid: str, *path: str) -> str:
    """The relative URI of something in an account: `/2010-04-01/Accounts/AC.../Calls/CA....json`."""
    return "/".join(("", API_VERSION, "Accounts", account_sid, *path)) + ".json"
