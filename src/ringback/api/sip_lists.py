"""`/SIP/CredentialLists` and `/SIP/IpAccessControlLists`: what SIP Domains can be mapped to (rest-api.md 9.13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, account_uri, answer, answer_found, answer_page, answer_removed, position_of
from ringback.api.description import described
from ringback.api.form import Form
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import Missing, text_of
from ringback.model.record import AccessListRecord, CredentialListRecord
from ringback.services.keep_lists import ACCESS_LISTS, CREDENTIAL_LISTS, ListKeeping, ListKind

AnyList = AccessListRecord | CredentialListRecord

BAD_CREDENTIAL_LIST = 21240
BAD_ACCESS_LIST = 21235
_REQUIRED = "The parameter 'FriendlyName' is required."


class CredentialListForm(Form):
    friendly_name: Annotated[
        str, text_of(64, least=1, code=BAD_CREDENTIAL_LIST), Missing(BAD_CREDENTIAL_LIST, _REQUIRED)
    ]


class AccessListForm(Form):
    friendly_name: Annotated[str, text_of(255, least=1, code=BAD_ACCESS_LIST), Missing(BAD_ACCESS_LIST, _REQUIRED)]


class ListBody(Body):
    """Both kinds have the same fields."""

    sid: str
    account_sid: str
    friendly_name: str
    date_created: Date
    date_updated: Date
    subresource_uris: Mapping[str, str]
    uri: str


class CredentialListBody(ListBody):
    element: ClassVar[str] = "CredentialList"


class AccessListBody(ListBody):
    element: ClassVar[str] = "IpAccessControlList"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListResource:
    """What tells one kind of list from the other in the API: its path, the key of its array, and what is below it."""

    kind: ListKind[Any]
    path: str
    key: str
    below: tuple[str, str]
    form: type[CredentialListForm] | type[AccessListForm]
    body: type[ListBody]

    def present(self, record: AnyList) -> ListBody:
        key, word = self.below
        path = ("SIP", self.path, record.sid)
        return self.body(
            sid=record.sid,
            account_sid=record.account_sid,
            friendly_name=record.friendly_name,
            date_created=record.created_at,
            date_updated=record.updated_at,
            subresource_uris={key: account_uri(record.account_sid, *path, word)},
            uri=account_uri(record.account_sid, *path),
        )


RESOURCES = (
    ListResource(
        kind=CREDENTIAL_LISTS,
        path="CredentialLists",
        key="credential_lists",
        below=("credentials", "Credentials"),
        form=CredentialListForm,
        body=CredentialListBody,
    ),
    ListResource(
        kind=ACCESS_LISTS,
        path="IpAccessControlLists",
        key="ip_access_control_lists",
        below=("ip_addresses", "IpAddresses"),
        form=AccessListForm,
        body=AccessListBody,
    ),
)


def sip_lists_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["SIP lists"])
    for resource in RESOURCES:
        _add_collection(router, services, resource)
        _add_instance(router, services, resource)
    return router


def _add_collection(router: APIRouter, services: ApiServices, resource: ListResource) -> None:
    keeping: ListKeeping[Any] = ListKeeping(services.configuring, resource.kind)
    path = f"/SIP/{resource.path}"
    form_type: Any = resource.form

    @router.post(path, **described(form=form_type, body=resource.body, status=201), name=f"create {path}")
    async def create_list(
        request: Request, account: OwnAccount, form: Annotated[Any, Depends(form_type.read)]
    ) -> Response:
        return answer(request, resource.present(await keeping.create(account.sid, form.friendly_name)), 201)

    @router.get(path, **described(query=PageQuery, body=resource.body, listed_as=resource.key), name=f"list {path}")
    async def list_lists(
        request: Request, account: OwnAccount, query: Annotated[PageQuery, Depends(PageQuery.read)]
    ) -> Response:
        found = await keeping.page(account.sid, query.page_request())
        return answer_page(request, resource.key, query, found, resource.present, position_of, kind=resource.body)


def _add_instance(router: APIRouter, services: ApiServices, resource: ListResource) -> None:
    keeping: ListKeeping[Any] = ListKeeping(services.configuring, resource.kind)
    path = f"/SIP/{resource.path}/{{sid}}"
    form_type: Any = resource.form

    @router.get(path, **described(body=resource.body), name=f"read {path}")
    async def read_list(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_found(request, await keeping.find(account.sid, sid), resource.present)

    @router.post(path, **described(form=form_type, body=resource.body), name=f"update {path}")
    async def update_list(
        request: Request, account: OwnAccount, sid: str, form: Annotated[Any, Depends(form_type.read)]
    ) -> Response:
        return answer_found(request, await keeping.rename(account.sid, sid, form.friendly_name), resource.present)

    @router.delete(path, **described(status=204, errors=(400,)), name=f"delete {path}")
    async def delete_list(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(account.sid, sid))
