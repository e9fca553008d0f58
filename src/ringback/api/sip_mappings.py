"""Which lists a SIP Domain asks for: three mappings under `Auth/`, and two older paths for them (rest-api.md 9.12)."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, account_uri, answer_found, answer_page, answer_removed, existing
from ringback.api.description import described
from ringback.api.form import Form
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import Missing, sid_of
from ringback.services.map_lists import BAD_PARAMETER, ListMapping, Mapping, MappingKind
from ringback.store.paging import Position, slice_of

DOMAIN = "/SIP/Domains/{domain_sid}"


class CredentialMappingForm(Form):
    credential_list_sid: Annotated[
        str, sid_of("CL", BAD_PARAMETER), Missing(BAD_PARAMETER, "The parameter 'CredentialListSid' is required.")
    ]

    @property
    def list_sid(self) -> str:
        return self.credential_list_sid


class AccessMappingForm(Form):
    ip_access_control_list_sid: Annotated[
        str,
        sid_of("AL", BAD_PARAMETER),
        Missing(BAD_PARAMETER, "The parameter 'IpAccessControlListSid' is required."),
    ]

    @property
    def list_sid(self) -> str:
        return self.ip_access_control_list_sid


class MappingBody(Body):
    """`sid` is the list's, and `friendly_name` too."""

    element: ClassVar[str] = "Mapping"

    sid: str
    account_sid: str
    friendly_name: str
    date_created: Date
    date_updated: Date


class OlderMappingBody(MappingBody):
    element: ClassVar[str] = "Mapping"

    domain_sid: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingResource:
    """One family of paths. Where `is_older`, its answers have two more fields and another key round them."""

    kind: MappingKind
    path: str
    key: str
    form: type[CredentialMappingForm] | type[AccessMappingForm]
    is_older: bool = False

    @property
    def body(self) -> type[MappingBody]:
        return OlderMappingBody if self.is_older else MappingBody

    def present(self, mapping: Mapping) -> MappingBody:
        fields: dict[str, Any] = {
            "sid": mapping.list_sid,
            "account_sid": mapping.account_sid,
            "friendly_name": mapping.friendly_name,
            "date_created": mapping.created_at,
            "date_updated": mapping.created_at,
        }
        if not self.is_older:
            return MappingBody(**fields)
        uri = account_uri(mapping.account_sid, "SIP", "Domains", mapping.domain_sid, self.path, mapping.list_sid)
        return OlderMappingBody(**fields, domain_sid=mapping.domain_sid, uri=uri)


RESOURCES = (
    MappingResource(kind="calls", path="Auth/Calls/CredentialListMappings", key="contents", form=CredentialMappingForm),
    MappingResource(
        kind="addresses", path="Auth/Calls/IpAccessControlListMappings", key="contents", form=AccessMappingForm
    ),
    MappingResource(
        kind="registrations",
        path="Auth/Registrations/CredentialListMappings",
        key="contents",
        form=CredentialMappingForm,
    ),
    MappingResource(
        kind="calls",
        path="CredentialListMappings",
        key="credential_list_mappings",
        form=CredentialMappingForm,
        is_older=True,
    ),
    MappingResource(
        kind="addresses",
        path="IpAccessControlListMappings",
        key="ip_access_control_list_mappings",
        form=AccessMappingForm,
        is_older=True,
    ),
)


def sip_mappings_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["SIP mappings"])
    for resource in RESOURCES:
        _add_routes(router, ListMapping(services.configuring, resource.kind), resource)
    return router


def _add_routes(router: APIRouter, mappings: ListMapping, resource: MappingResource) -> None:
    path, form_type = f"{DOMAIN}/{resource.path}", resource.form
    reader: Any = form_type.read

    @router.post(path, **described(form=form_type, body=resource.body, status=201), name=f"create {path}")
    async def create_mapping(
        request: Request, account: OwnAccount, domain_sid: str, form: Annotated[Any, Depends(reader)]
    ) -> Response:
        return _answer(request, resource, await mappings.map(account.sid, domain_sid, form.list_sid), 201)

    @router.get(path, **described(query=PageQuery, body=resource.body, listed_as=resource.key), name=f"list {path}")
    async def list_mappings(
        request: Request, account: OwnAccount, domain_sid: str, query: Annotated[PageQuery, Depends(PageQuery.read)]
    ) -> Response:
        mapped = existing(request, await mappings.all(account.sid, domain_sid))
        found = slice_of(mapped, query.page_request(), _position)
        return answer_page(request, resource.key, query, found, resource.present, _position, kind=resource.body)

    @router.get(f"{path}/{{sid}}", **described(body=resource.body), name=f"read {path}")
    async def read_mapping(request: Request, account: OwnAccount, domain_sid: str, sid: str) -> Response:
        return _answer(request, resource, await mappings.find(account.sid, domain_sid, sid))

    @router.delete(f"{path}/{{sid}}", **described(status=204), name=f"delete {path}")
    async def delete_mapping(request: Request, account: OwnAccount, domain_sid: str, sid: str) -> Response:
        return answer_removed(request, await mappings.unmap(account.sid, domain_sid, sid))


def _answer(request: Request, resource: MappingResource, mapping: Mapping | None, status: int = 200) -> Response:
    return answer_found(request, mapping, resource.present, status)


def _position(mapping: Mapping) -> Position:
    return Position(at=mapping.created_at, sid=mapping.list_sid)
