"""`/Calls/{CallSid}/UserDefinedMessages` and `/UserDefinedMessageSubscriptions` (rest-api.md 9.5)."""

import json
from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from pydantic import AfterValidator
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, account_uri, answer, answer_removed, existing
from ringback.api.description import described
from ringback.api.leg_form import FilledForm
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import BAD_PARAMETER, HttpMethod, Missing, WebUrl, refusal, text_of
from ringback.model.record import MessageSubscriptionRecord, UserDefinedMessageRecord

MAX_CONTENT_BYTES = 10_240
"""Twilio's limit of the content of a message, 10 KB."""
MAX_KEY = 255

_MESSAGES = "/Calls/{call_sid}/UserDefinedMessages"
_SUBSCRIPTIONS = "/Calls/{call_sid}/UserDefinedMessageSubscriptions"


def _json(text: str) -> str:
    if len(text.encode()) > MAX_CONTENT_BYTES:
        raise refusal(f"it has more than {MAX_CONTENT_BYTES} bytes")
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise refusal("it is not JSON") from None
    return text


IdempotencyKey = Annotated[str, text_of(MAX_KEY)]


class MessageForm(FilledForm):
    content: Annotated[
        str, text_of(MAX_CONTENT_BYTES), AfterValidator(_json), Missing(BAD_PARAMETER, "Content parameter is required.")
    ]
    idempotency_key: IdempotencyKey | None = None


class SubscriptionForm(FilledForm):
    callback: Annotated[WebUrl, Missing(BAD_PARAMETER, "Callback parameter is required.")]
    method: HttpMethod = "POST"
    idempotency_key: IdempotencyKey | None = None


class MessageBody(Body):
    element: ClassVar[str] = "UserDefinedMessage"

    account_sid: str
    call_sid: str
    sid: str
    date_created: Date

    @classmethod
    def of(cls, record: UserDefinedMessageRecord) -> Self:
        return cls(
            account_sid=record.account_sid, call_sid=record.call_sid, sid=record.sid, date_created=record.created_at
        )


class SubscriptionBody(Body):
    element: ClassVar[str] = "UserDefinedMessageSubscription"

    account_sid: str
    call_sid: str
    sid: str
    date_created: Date
    uri: str

    @classmethod
    def of(cls, record: MessageSubscriptionRecord) -> Self:
        return cls(
            account_sid=record.account_sid,
            call_sid=record.call_sid,
            sid=record.sid,
            date_created=record.created_at,
            uri=account_uri(
                record.account_sid, "Calls", record.call_sid, "UserDefinedMessageSubscriptions", record.sid
            ),
        )


def user_defined_messages_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["User-defined messages"])
    exchanging = services.messages

    @router.post(_MESSAGES, **described(form=MessageForm, body=MessageBody, status=201, errors=(429,)))
    async def create_message(
        request: Request, account: OwnAccount, call_sid: str, form: Annotated[MessageForm, Depends(MessageForm.read)]
    ) -> Response:
        made = existing(request, await exchanging.send(account.sid, call_sid, form.content, form.idempotency_key))
        return answer(request, MessageBody.of(made), 201)

    @router.post(_SUBSCRIPTIONS, **described(form=SubscriptionForm, body=SubscriptionBody, status=201))
    async def create_subscription(
        request: Request,
        account: OwnAccount,
        call_sid: str,
        form: Annotated[SubscriptionForm, Depends(SubscriptionForm.read)],
    ) -> Response:
        made = existing(
            request, await exchanging.subscribe(account.sid, call_sid, form.callback, form.method, form.idempotency_key)
        )
        return answer(request, SubscriptionBody.of(made), 201)

    @router.delete(f"{_SUBSCRIPTIONS}/{{sid}}", **described(status=204))
    async def delete_subscription(request: Request, account: OwnAccount, call_sid: str, sid: str) -> Response:
        return answer_removed(request, await exchanging.unsubscribe(account.sid, call_sid, sid))

    return router
