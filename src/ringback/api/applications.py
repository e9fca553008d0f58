"""`/Applications`: voice apps that calls and numbers name by their SID (rest-api.md 9.11)."""

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
    answer_found,
    answer_page,
    answer_removed,
    position_of,
)
from ringback.api.description import described
from ringback.api.form import Form
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import FriendlyName, HttpMethod, Switch, Text, WebUrl, one_of
from ringback.model.record import ApplicationRecord
from ringback.services.keep_applications import ApplicationKeeping

KEY = "applications"
_OWN = ("friendly_name", "voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method")
_STATUS = {"status_callback": "status_callback_url", "status_callback_method": "status_callback_method"}


class ApplicationForm(Form):
    """What create and update take; all of it may be left out."""

    friendly_name: FriendlyName | None = None
    api_version: Annotated[str, one_of(API_VERSION)] | None = None
    voice_url: WebUrl | None = None
    voice_method: HttpMethod | None = None
    voice_fallback_url: WebUrl | None = None
    voice_fallback_method: HttpMethod | None = None
    status_callback: WebUrl | None = None
    status_callback_method: HttpMethod | None = None
    voice_caller_id_lookup: Switch | None = None
    public_application_connect_enabled: Switch | None = None
    sms_url: WebUrl | None = None
    sms_method: HttpMethod | None = None
    sms_fallback_url: WebUrl | None = None
    sms_fallback_method: HttpMethod | None = None
    sms_status_callback: WebUrl | None = None
    message_status_callback: WebUrl | None = None

    def values(self) -> Mapping[str, Any]:
        """Fields of the record; an empty URL clears it."""
        given = {name: getattr(self, name) for name in self.model_fields_set - {"api_version"}}
        cleared = {name: None if value == "" and name != "friendly_name" else value for name, value in given.items()}
        own = {name: value for name, value in cleared.items() if name in _OWN}
        status = {_STATUS[name]: value for name, value in cleared.items() if name in _STATUS}
        carried = {name: value for name, value in cleared.items() if name not in own and name not in _STATUS}
        return {**own, **status, "carried": carried}


class ApplicationQuery(PageQuery):
    friendly_name: Text | None = None


class ApplicationBody(Body):
    element: ClassVar[str] = "Application"

    sid: str
    account_sid: str
    api_version: str = API_VERSION
    date_created: Date
    date_updated: Date
    friendly_name: str
    voice_url: str | None
    voice_method: str
    voice_fallback_url: str | None
    voice_fallback_method: str
    voice_caller_id_lookup: bool = False
    public_application_connect_enabled: bool = False
    status_callback: str | None
    status_callback_method: str
    sms_url: str | None = None
    sms_method: str = "POST"
    sms_fallback_url: str | None = None
    sms_fallback_method: str = "POST"
    sms_status_callback: str | None = None
    message_status_callback: str | None = None
    uri: str

    @classmethod
    def of(cls, record: ApplicationRecord) -> Self:
        return cls(
            sid=record.sid,
            account_sid=record.account_sid,
            date_created=record.created_at,
            date_updated=record.updated_at,
            friendly_name=record.friendly_name,
            voice_url=record.voice_url,
            voice_method=record.voice_method,
            voice_fallback_url=record.voice_fallback_url,
            voice_fallback_method=record.voice_fallback_method,
            status_callback=record.status_callback_url,
            status_callback_method=record.status_callback_method,
            uri=account_uri(record.account_sid, "Applications", record.sid),
            **record.carried,  # type: ignore[arg-type]  # written by `ApplicationForm.values`
        )


def applications_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Applications"])
    keeping = ApplicationKeeping(services.configuring)

    @router.post("/Applications", **described(form=ApplicationForm, body=ApplicationBody, status=201))
    async def create_application(
        request: Request, account: OwnAccount, form: Annotated[ApplicationForm, Depends(ApplicationForm.read)]
    ) -> Response:
        return answer(request, ApplicationBody.of(await keeping.create(account.sid, form.values())), 201)

    @router.get("/Applications", **described(query=ApplicationQuery, body=ApplicationBody, listed_as=KEY))
    async def list_applications(
        request: Request, account: OwnAccount, query: Annotated[ApplicationQuery, Depends(ApplicationQuery.read)]
    ) -> Response:
        found = await keeping.page(account.sid, query.page_request(), friendly_name=query.friendly_name)
        return answer_page(request, KEY, query, found, ApplicationBody.of, position_of, kind=ApplicationBody)

    @router.get("/Applications/{sid}", **described(body=ApplicationBody))
    async def read_application(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_found(request, await keeping.find(account.sid, sid), ApplicationBody.of)

    @router.post("/Applications/{sid}", **described(form=ApplicationForm, body=ApplicationBody))
    async def update_application(
        request: Request, account: OwnAccount, sid: str, form: Annotated[ApplicationForm, Depends(ApplicationForm.read)]
    ) -> Response:
        return answer_found(request, await keeping.update(account.sid, sid, form.values()), ApplicationBody.of)

    @router.delete("/Applications/{sid}", **described(status=204))
    async def delete_application(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(account.sid, sid))

    return router
