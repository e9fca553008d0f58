"""`/OutgoingCallerIds`: numbers that the account has verified, to be shown to others (rest-api.md 9.15)."""

import re
from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from pydantic import BeforeValidator
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, account_uri, answer, answer_found, answer_page, answer_removed, position_of
from ringback.api.description import described
from ringback.api.form import Form
from ringback.api.incoming_phone_number_form import PhoneNumber
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import FriendlyName, HttpMethod, Text, WebUrl, refusal, whole
from ringback.model.record import CallerIdRecord
from ringback.services.call_order import MAX_SEND_DIGITS, CallbackTarget
from ringback.services.keep_caller_ids import CallerIdKeeping
from ringback.services.verify_caller_id import Verification, VerificationRequest
from ringback.twiml.phone_number import normal_number

KEY = "outgoing_caller_ids"
BAD_DELAY = 21454
MAX_DELAY_SECONDS = 60
_EXTENSION = re.compile(rf"[0-9*#wW,]{{0,{MAX_SEND_DIGITS}}}")


def _extension(value: object) -> str:
    """A comma waits as `w` does."""
    text = str(value).strip()
    if not _EXTENSION.fullmatch(text):
        raise refusal(f"{text[:40]!r} is not up to {MAX_SEND_DIGITS} of 0-9 * # w and comma")
    return text.replace(",", "w")


class VerificationForm(Form):
    phone_number: PhoneNumber
    friendly_name: FriendlyName | None = None
    call_delay: Annotated[int, whole(0, MAX_DELAY_SECONDS, BAD_DELAY)] = 0
    extension: Annotated[str, BeforeValidator(_extension)] | None = None
    status_callback: WebUrl | None = None
    status_callback_method: HttpMethod = "POST"

    def wanted(self) -> VerificationRequest:
        target = CallbackTarget(url=self.status_callback or "", method=self.status_callback_method)
        return VerificationRequest(
            number=self.phone_number,
            friendly_name=self.friendly_name,
            delay_seconds=self.call_delay,
            extension=self.extension or None,
            callback=target if target.url else None,
        )


class CallerIdForm(Form):
    friendly_name: FriendlyName | None = None


class CallerIdQuery(PageQuery):
    phone_number: Text | None = None
    friendly_name: Text | None = None


class ValidationRequestBody(Body):
    element: ClassVar[str] = "ValidationRequest"

    account_sid: str
    call_sid: str
    friendly_name: str
    phone_number: str
    validation_code: str

    @classmethod
    def of(cls, verification: Verification) -> Self:
        return cls(
            account_sid=verification.account.sid,
            call_sid=verification.call_sid or "",
            friendly_name=verification.friendly_name,
            phone_number=verification.number,
            validation_code=verification.code,
        )


class CallerIdBody(Body):
    element: ClassVar[str] = "OutgoingCallerId"

    sid: str
    account_sid: str
    friendly_name: str
    phone_number: str
    date_created: Date
    date_updated: Date
    uri: str

    @classmethod
    def of(cls, record: CallerIdRecord) -> Self:
        return cls(
            sid=record.sid,
            account_sid=record.account_sid,
            friendly_name=record.friendly_name,
            phone_number=record.number,
            date_created=record.created_at,
            date_updated=record.updated_at,
            uri=account_uri(record.account_sid, "OutgoingCallerIds", record.sid),
        )


def outgoing_caller_ids_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=f"{ACCOUNT}/OutgoingCallerIds", tags=["OutgoingCallerIds"])
    keeping = CallerIdKeeping(services.configuring)

    @router.post("", **described(form=VerificationForm, body=ValidationRequestBody, errors=(403, 429)))
    async def create_validation_request(
        request: Request, account: OwnAccount, form: Annotated[VerificationForm, Depends(VerificationForm.read)]
    ) -> Response:
        return answer(request, ValidationRequestBody.of(await services.verifying.start(account, form.wanted())))

    @router.get("", **described(query=CallerIdQuery, body=CallerIdBody, listed_as=KEY))
    async def list_caller_ids(
        request: Request, account: OwnAccount, query: Annotated[CallerIdQuery, Depends(CallerIdQuery.read)]
    ) -> Response:
        number = query.phone_number and (normal_number(query.phone_number) or query.phone_number)
        found = await keeping.page(account.sid, query.page_request(), number=number, friendly_name=query.friendly_name)
        return answer_page(request, KEY, query, found, CallerIdBody.of, position_of, kind=CallerIdBody)

    @router.get("/{sid}", **described(body=CallerIdBody))
    async def read_caller_id(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_found(request, await keeping.find(account.sid, sid), CallerIdBody.of)

    @router.post("/{sid}", **described(form=CallerIdForm, body=CallerIdBody))
    async def update_caller_id(
        request: Request, account: OwnAccount, sid: str, form: Annotated[CallerIdForm, Depends(CallerIdForm.read)]
    ) -> Response:
        return answer_found(request, await keeping.rename(account.sid, sid, form.friendly_name), CallerIdBody.of)

    @router.delete("/{sid}", **described(status=204))
    async def delete_caller_id(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(account.sid, sid))

    return router
