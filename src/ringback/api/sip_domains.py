"""`/SIP/Domains`: host names that take calls, and what they ask (sip.md section 1, rest-api.md 9.12)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import (
    API_VERSION,
    Body,
    Date,
    account_uri,
    answer,
    answer_page,
    answer_removed,
    existing,
    position_of,
)
from ringback.api.description import described
from ringback.api.form import Form
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import HttpMethod, Missing, Switch, like_setting, sid_of, text_of, url_with
from ringback.model.record import DomainRecord, Purpose
from ringback.model.settings.value import DomainName
from ringback.services.keep_domains import DomainKeeping
from ringback.store.directory import Directory

KEY = "domains"
BAD_PARAMETER = 21231
BAD_NAME = 21232

_FIELDS = {
    "domain_name": "name",
    "voice_status_callback_url": "status_callback_url",
    "voice_status_callback_method": "status_callback_method",
    "sip_registration": "registration",
}
_CARRIED = frozenset({"emergency_calling_enabled", "byoc_trunk_sid", "emergency_caller_sid"})

FriendlyName = Annotated[str, text_of(64, code=BAD_PARAMETER)]
Url = Annotated[str, url_with(BAD_PARAMETER)]


class DomainChangeForm(Form):
    """What update takes. The emergency parameters and `ByocTrunkSid` are kept and have no effect here."""

    domain_name: Annotated[str, like_setting(DomainName, BAD_NAME)] | None = None
    friendly_name: FriendlyName | None = None
    voice_url: Url | None = None
    voice_method: HttpMethod | None = None
    voice_fallback_url: Url | None = None
    voice_fallback_method: HttpMethod | None = None
    voice_status_callback_url: Url | None = None
    voice_status_callback_method: HttpMethod | None = None
    sip_registration: Switch | None = None
    secure: Switch | None = None
    emergency_calling_enabled: Switch | None = None
    byoc_trunk_sid: Annotated[str, sid_of("BY", BAD_PARAMETER)] | None = None
    emergency_caller_sid: Annotated[str, sid_of("PN", BAD_PARAMETER)] | None = None

    def values(self) -> Mapping[str, Any]:
        """Fields of the record; an empty URL clears it."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        cleared = {name: None if value == "" and name != "friendly_name" else value for name, value in given.items()}
        fields = {_FIELDS.get(name, name): value for name, value in cleared.items() if name not in _CARRIED}
        return {**fields, "carried": {name: value for name, value in cleared.items() if name in _CARRIED}}


class DomainForm(DomainChangeForm):
    """What create takes."""

    domain_name: Annotated[
        str, like_setting(DomainName, BAD_NAME), Missing(BAD_NAME, "The parameter 'DomainName' is required.")
    ]


class DomainBody(Body):
    element: ClassVar[str] = "Domain"

    sid: str
    account_sid: str
    api_version: str = API_VERSION
    domain_name: str
    friendly_name: str
    auth_type: str
    voice_url: str | None
    voice_method: str
    voice_fallback_url: str | None
    voice_fallback_method: str
    voice_status_callback_url: str | None
    voice_status_callback_method: str
    sip_registration: bool
    secure: bool
    emergency_calling_enabled: bool = False
    byoc_trunk_sid: str | None = None
    emergency_caller_sid: str | None = None
    date_created: Date
    date_updated: Date
    uri: str
    subresource_uris: Mapping[str, str]

    @classmethod
    def of(cls, record: DomainRecord, directory: Directory) -> Self:
        path = ("SIP", "Domains", record.sid)
        return cls(
            sid=record.sid,
            account_sid=record.account_sid,
            domain_name=record.name,
            friendly_name=record.friendly_name,
            auth_type=auth_type(record, directory),
            voice_url=record.voice_url,
            voice_method=record.voice_method,
            voice_fallback_url=record.voice_fallback_url,
            voice_fallback_method=record.voice_fallback_method,
            voice_status_callback_url=record.status_callback_url,
            voice_status_callback_method=record.status_callback_method,
            sip_registration=record.registration,
            secure=record.secure,
            date_created=record.created_at,
            date_updated=record.updated_at,
            uri=account_uri(record.account_sid, *path),
            subresource_uris={
                "ip_access_control_list_mappings": account_uri(
                    record.account_sid, *path, "IpAccessControlListMappings"
                ),
                "credential_list_mappings": account_uri(record.account_sid, *path, "CredentialListMappings"),
            },
            **record.carried,  # type: ignore[arg-type]  # written by `DomainChangeForm.values`
        )


def auth_type(record: DomainRecord, directory: Directory) -> str:
    """What calls are asked for; nothing means that none is let in (DM-08)."""
    asks = {
        "IP_ACL": directory.maps_addresses(record.sid),
        "CREDENTIAL_LIST": directory.maps_credentials(record.sid, Purpose.CALLS),
    }
    return ",".join(word for word, is_asked in asks.items() if is_asked)


def sip_domains_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["SIP Domains"])
    keeping, directory = DomainKeeping(services.configuring), services.configuring.directory

    def body(record: DomainRecord) -> DomainBody:
        return DomainBody.of(record, directory.current)

    @router.post("/SIP/Domains", **described(form=DomainForm, body=DomainBody, status=201))
    async def create_domain(
        request: Request, account: OwnAccount, form: Annotated[DomainForm, Depends(DomainForm.read)]
    ) -> Response:
        return answer(request, body(await keeping.create(account.sid, form.values())), 201)

    @router.get("/SIP/Domains", **described(query=PageQuery, body=DomainBody, listed_as=KEY))
    async def list_domains(
        request: Request, account: OwnAccount, query: Annotated[PageQuery, Depends(PageQuery.read)]
    ) -> Response:
        found = await keeping.page(account.sid, query.page_request())
        return answer_page(request, KEY, query, found, body, position_of, kind=DomainBody)

    @router.get("/SIP/Domains/{sid}", **described(body=DomainBody))
    async def read_domain(request: Request, account: OwnAccount, sid: str) -> Response:
        record = existing(request, await keeping.find(account.sid, sid))
        return answer(request, body(record))

    @router.post("/SIP/Domains/{sid}", **described(form=DomainChangeForm, body=DomainBody))
    async def update_domain(
        request: Request,
        account: OwnAccount,
        sid: str,
        form: Annotated[DomainChangeForm, Depends(DomainChangeForm.read)],
    ) -> Response:
        record = existing(request, await keeping.update(account.sid, sid, form.values()))
        return answer(request, body(record))

    @router.delete("/SIP/Domains/{sid}", **described(status=204, errors=(400,)))
    async def delete_domain(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(account.sid, sid))

    return router
