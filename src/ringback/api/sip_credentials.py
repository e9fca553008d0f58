"""`/SIP/CredentialLists/{CL}/Credentials`: who may call or register. A password goes in and never comes out (AU-06)."""

from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, account_uri, answer_found, answer_page, answer_removed, existing, position_of
from ringback.api.description import described
from ringback.api.form import Form
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import Missing, like_setting
from ringback.model.record import CredentialRecord
from ringback.model.settings.value import Password, Username
from ringback.services.keep_credentials import BAD_CREDENTIAL, CredentialKeeping

KEY = "credentials"
PATH = "/SIP/CredentialLists/{list_sid}/Credentials"

SipPassword = Annotated[SecretStr, like_setting(Password, BAD_CREDENTIAL)]


class CredentialForm(Form):
    """What create takes."""

    username: Annotated[
        str,
        like_setting(Username, BAD_CREDENTIAL),
        Missing(BAD_CREDENTIAL, "The parameter 'Username' is required."),
    ]
    password: Annotated[SipPassword, Missing(BAD_CREDENTIAL, "The parameter 'Password' is required.")]


class PasswordForm(Form):
    """What update takes; the user name stays."""

    password: SipPassword | None = None


class CredentialBody(Body):
    element: ClassVar[str] = "Credential"

    sid: str
    account_sid: str
    credential_list_sid: str
    username: str
    date_created: Date
    date_updated: Date
    uri: str

    @classmethod
    def of(cls, account_sid: str, record: CredentialRecord) -> Self:
        return cls(
            sid=record.sid,
            account_sid=account_sid,
            credential_list_sid=record.list_sid,
            username=record.username,
            date_created=record.created_at,
            date_updated=record.updated_at,
            uri=account_uri(account_sid, "SIP", "CredentialLists", record.list_sid, "Credentials", record.sid),
        )


def sip_credentials_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["SIP credentials"])
    keeping = CredentialKeeping(services.configuring)

    @router.post(PATH, **described(form=CredentialForm, body=CredentialBody, status=201))
    async def create_credential(
        request: Request,
        account: OwnAccount,
        list_sid: str,
        form: Annotated[CredentialForm, Depends(CredentialForm.read)],
    ) -> Response:
        password = form.password.get_secret_value()
        return _answer(request, account.sid, await keeping.create(account.sid, list_sid, form.username, password), 201)

    @router.get(PATH, **described(query=PageQuery, body=CredentialBody, listed_as=KEY))
    async def list_credentials(
        request: Request, account: OwnAccount, list_sid: str, query: Annotated[PageQuery, Depends(PageQuery.read)]
    ) -> Response:
        found = existing(request, await keeping.page(account.sid, list_sid, query.page_request()))

        def present(record: CredentialRecord) -> CredentialBody:
            return CredentialBody.of(account.sid, record)

        return answer_page(request, KEY, query, found, present, position_of, kind=CredentialBody)

    @router.get(f"{PATH}/{{sid}}", **described(body=CredentialBody))
    async def read_credential(request: Request, account: OwnAccount, list_sid: str, sid: str) -> Response:
        return _answer(request, account.sid, await keeping.find(account.sid, list_sid, sid))

    @router.post(f"{PATH}/{{sid}}", **described(form=PasswordForm, body=CredentialBody))
    async def update_credential(
        request: Request,
        account: OwnAccount,
        list_sid: str,
        sid: str,
        form: Annotated[PasswordForm, Depends(PasswordForm.read)],
    ) -> Response:
        password = form.password.get_secret_value() if form.password is not None else None
        return _answer(request, account.sid, await keeping.set_password(account.sid, list_sid, sid, password))

    @router.delete(f"{PATH}/{{sid}}", **described(status=204))
    async def delete_credential(request: Request, account: OwnAccount, list_sid: str, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(account.sid, list_sid, sid))

    return router


def _answer(request: Request, account_sid: str, record: CredentialRecord | None, status: int = 200) -> Response:
    return answer_found(request, record, lambda found: CredentialBody.of(account_sid, found), status)
