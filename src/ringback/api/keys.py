"""`/Keys` and `/SigningKeys`: what programs sign in with instead of the account's token (rest-api.md 9.16).

Both names lead to the same keys. Only the account's token, or its parent's, may ask here (section 2).
"""

from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import TokenOwnAccount
from ringback.api.body import Body, Date, answer, answer_found, answer_page, answer_removed, position_of
from ringback.api.description import described
from ringback.api.form import Form
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import FriendlyName
from ringback.model.record import KeyRecord
from ringback.services.keep_keys import KeyKeeping


class KeyForm(Form):
    friendly_name: FriendlyName | None = None


class KeyBody(Body):
    element: ClassVar[str] = "Key"

    sid: str
    friendly_name: str
    date_created: Date
    date_updated: Date

    @classmethod
    def of(cls, record: KeyRecord) -> Self:
        return cls(
            sid=record.sid,
            friendly_name=record.friendly_name,
            date_created=record.created_at,
            date_updated=record.updated_at,
        )


class SigningKeyBody(KeyBody):
    element: ClassVar[str] = "SigningKey"


class NewKeyBody(KeyBody):
    """The answer to a create, the only one that has the secret."""

    secret: str

    @classmethod
    def with_secret(cls, record: KeyRecord, secret: str) -> Self:
        return cls(**dict(KeyBody.of(record)), secret=secret)


class NewSigningKeyBody(NewKeyBody):
    element: ClassVar[str] = "SigningKey"


def keys_router(services: ApiServices) -> APIRouter:
    router = APIRouter(tags=["Keys"])
    keeping = KeyKeeping(services.configuring)
    router.include_router(_router("Keys", "keys", KeyBody, NewKeyBody, keeping))
    router.include_router(_router("SigningKeys", "signing_keys", SigningKeyBody, NewSigningKeyBody, keeping))
    return router


def _router(word: str, key: str, kind: type[KeyBody], new: type[NewKeyBody], keeping: KeyKeeping) -> APIRouter:
    """The routes under one of the two names; `key` names the array of a list."""
    router = APIRouter(prefix=f"{ACCOUNT}/{word}")

    @router.post("", name=f"create_{key}", **described(form=KeyForm, body=new, status=201, errors=(403,)))
    async def create(
        request: Request, account: TokenOwnAccount, form: Annotated[KeyForm, Depends(KeyForm.read)]
    ) -> Response:
        return answer(request, new.with_secret(*await keeping.create(account.sid, form.friendly_name or "")), 201)

    @router.get("", name=f"list_{key}", **described(query=PageQuery, body=kind, listed_as=key))
    async def list_all(
        request: Request, account: TokenOwnAccount, query: Annotated[PageQuery, Depends(PageQuery.read)]
    ) -> Response:
        found = await keeping.page(account.sid, query.page_request())
        return answer_page(request, key, query, found, kind.of, position_of, kind=kind)

    @router.get("/{sid}", name=f"read_{key}", **described(body=kind))
    async def read(request: Request, account: TokenOwnAccount, sid: str) -> Response:
        return answer_found(request, await keeping.find(account.sid, sid), kind.of)

    @router.post("/{sid}", name=f"update_{key}", **described(form=KeyForm, body=kind))
    async def update(
        request: Request, account: TokenOwnAccount, sid: str, form: Annotated[KeyForm, Depends(KeyForm.read)]
    ) -> Response:
        return answer_found(request, await keeping.rename(account.sid, sid, form.friendly_name), kind.of)

    @router.delete("/{sid}", name=f"delete_{key}", **described(status=204))
    async def delete(request: Request, account: TokenOwnAccount, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(account.sid, sid))

    return router
