"""`/Accounts`: an account and its subaccounts, for tokens only (rest-api.md 9.1)."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import CallingAccount
from ringback.api.body import API_VERSION, Body, Date, account_uri, answer, answer_found, answer_page, position_of
from ringback.api.description import described
from ringback.api.form import Form
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNTS
from ringback.api.services import ApiServices
from ringback.api.value import FriendlyName, Text, one_of
from ringback.model.record import AccountRecord, AccountStatus
from ringback.services.keep_accounts import AccountKeeping

KEY = "accounts"
BAD_STATUS = 21475
SUBRESOURCES: Mapping[str, str] = {
    "addresses": "Addresses",
    "applications": "Applications",
    "authorized_connect_apps": "AuthorizedConnectApps",
    "available_phone_numbers": "AvailablePhoneNumbers",
    "balance": "Balance",
    "calls": "Calls",
    "conferences": "Conferences",
    "connect_apps": "ConnectApps",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "keys": "Keys",
    "messages": "Messages",
    "notifications": "Notifications",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "queues": "Queues",
    "recordings": "Recordings",
    "short_codes": "SMS/ShortCodes",
    "signing_keys": "SigningKeys",
    "sip": "SIP",
    "transcriptions": "Transcriptions",
    "usage": "Usage",
}
"""Twilio's, those of messages and others that are not served here included (rest-api.md 9.19)."""

_Status = Annotated[str, one_of(*AccountStatus, code=BAD_STATUS)]


class NewAccountForm(Form):
    friendly_name: FriendlyName | None = None


class AccountForm(Form):
    friendly_name: FriendlyName | None = None
    status: _Status | None = None


class AccountQuery(PageQuery):
    friendly_name: Text | None = None
    status: _Status | None = None


class AccountBody(Body):
    element: ClassVar[str] = "Account"

    auth_token: str
    date_created: Date
    date_updated: Date
    friendly_name: str
    owner_account_sid: str
    sid: str
    status: str
    subresource_uris: Mapping[str, str]
    type: str = "Full"
    uri: str

    @classmethod
    def of(cls, record: AccountRecord) -> Self:
        return cls(
            auth_token=record.auth_token,
            date_created=record.created_at,
            date_updated=record.updated_at,
            friendly_name=record.friendly_name,
            owner_account_sid=record.owner_sid or record.sid,
            sid=record.sid,
            status=record.status,
            subresource_uris={name: account_uri(record.sid, word) for name, word in SUBRESOURCES.items()},
            uri=f"/{API_VERSION}/Accounts/{record.sid}.json",
        )


def accounts_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNTS, tags=["Accounts"])
    keeping = AccountKeeping(services.configuring)

    @router.post("", **described(form=NewAccountForm, body=AccountBody, status=201, errors=(403,)))
    async def create_account(
        request: Request, caller: CallingAccount, form: Annotated[NewAccountForm, Depends(NewAccountForm.read)]
    ) -> Response:
        return answer(request, AccountBody.of(await keeping.create(caller, form.friendly_name)), 201)

    @router.get("", **described(query=AccountQuery, body=AccountBody, listed_as=KEY))
    async def list_accounts(
        request: Request, caller: CallingAccount, query: Annotated[AccountQuery, Depends(AccountQuery.read)]
    ) -> Response:
        status = AccountStatus(query.status) if query.status else None
        found = await keeping.page(caller, query.page_request(), friendly_name=query.friendly_name, status=status)
        return answer_page(request, KEY, query, found, AccountBody.of, position_of, kind=AccountBody)

    @router.get("/{sid}", **described(body=AccountBody))
    async def read_account(request: Request, caller: CallingAccount, sid: str) -> Response:
        return answer_found(request, await keeping.find(caller, sid), AccountBody.of)

    @router.post("/{sid}", **described(form=AccountForm, body=AccountBody, errors=(403,)))
    async def update_account(
        request: Request, caller: CallingAccount, sid: str, form: Annotated[AccountForm, Depends(AccountForm.read)]
    ) -> Response:
        status = AccountStatus(form.status) if form.status else None
        return answer_found(
            request, await keeping.update(caller, sid, friendly_name=form.friendly_name, status=status), AccountBody.of
        )

    return router
