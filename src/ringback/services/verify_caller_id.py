r"""Verify that a number is the account's to show: call it, and have the code keyed in (rest-api.md 9.15).

The call is one as the REST API makes them. Its app is here: `CallerIdVerifying.answer` is asked for its documents and
is told of its end, at a URL that only this verification has.

    POST OutgoingCallerIds --> call --> "enter the code" --> right: verified  \
                                              ^-- wrong, three times at most --> hang up --> StatusCallback
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import quoteattr

from ringback.call.control import StatusEvents
from ringback.clock import Clock
from ringback.interpreter.source import DocumentRequest
from ringback.model.call_status import CallStatus
from ringback.model.record import AccountRecord, CallerIdRecord, CallRecord
from ringback.model.sid import CallSid, derived_sid
from ringback.services.call_order import CallbackTarget, CallOrder, CallRefused
from ringback.services.keep_caller_ids import CallerIdKeeping
from ringback.services.pace_calls import MAX_QUEUE_SECONDS
from ringback.services.reach_app import AppLinks
from ringback.services.refusal import Refused
from ringback.store.live_directory import LiveDirectory
from ringback.twiml.phone_number import formatted_number
from ringback.webhooks.callback import Callback
from ringback.webhooks.callback_parameters import CALLBACK_SOURCE, Completion, status_callback_parameters
from ringback.webhooks.parameters import CallFacts
from ringback.webhooks.transport import HttpRequest, HttpResponse

HOST = "verification.ringback.invalid"
CODE_DIGITS = 6
MAX_ATTEMPTS = 3
MAX_PENDING = 100
TIME_LIMIT_SECONDS = 300
FORGOTTEN_AFTER_SECONDS = MAX_QUEUE_SECONDS + 3600
"""Later than any call can end that was asked for now."""
GATHER_SECONDS = 15

USABLE_ALREADY, VERIFIED_ALREADY = 21449, 21450
TOO_MANY_AT_ONCE = 20429

ASKING = "This is a call to verify your phone number. Please enter your six digit code."
AGAIN = "That is not the code. Please enter your six digit code."
DONE = "Thank you. Your number is verified."
SORRY = "That is not the code. Your number is not verified. Goodbye."


class Placing(Protocol):
    """`place_call.CallPlacing`."""

    def place(self, order: CallOrder) -> CallRecord:
        """Raises `CallRefused`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationRequest:
    """What the API was asked for. `extension` is dialled after the answer."""

    number: str
    friendly_name: str | None = None
    delay_seconds: int = 0
    extension: str | None = None
    callback: CallbackTarget | None = None


@dataclass(slots=True, kw_only=True)
class Verification:
    """One that is under way, with its call; `code` is what the called person keys in."""

    account: AccountRecord
    number: str
    friendly_name: str
    code: str = field(repr=False)
    callback: CallbackTarget | None
    began: float
    placed: CallRecord | None = None
    attempts: int = 0
    verified: CallerIdRecord | None = None

    @property
    def call_sid(self) -> CallSid | None:
        return self.placed.sid if self.placed is not None else None


class CallerIdVerifying:
    """Calls numbers to be verified, and is the app of those calls. What is under way ends with the process."""

    def __init__(
        self, *, placing: Placing, keeping: CallerIdKeeping, links: AppLinks, directory: LiveDirectory, clock: Clock
    ) -> None:
        self._placing = placing
        self._keeping = keeping
        self._links = links
        self._directory = directory
        self._clock = clock
        self._pending: dict[str, Verification] = {}

    @property
    def pending_count(self) -> int:
        return len(self._pending)

    async def start(self, account: AccountRecord, request: VerificationRequest) -> Verification:
        """Place the call. Raises `Refused` for a number that needs no verification or cannot be called."""
        await self._refuse_known(account, request.number)
        self._forget_old()
        if sum(entry.account.sid == account.sid for entry in self._pending.values()) >= MAX_PENDING:
            raise Refused(TOO_MANY_AT_ONCE, f"{MAX_PENDING} verifications are under way, the limit.", status=429)
        verification = Verification(
            account=account,
            number=request.number,
            friendly_name=request.friendly_name or formatted_number(request.number),
            code=f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}",
            callback=request.callback,
            began=self._clock.now(),
        )
        token = secrets.token_hex(16)
        self._pending[token] = verification
        try:
            verification.placed = self._placing.place(self._order(verification, request, token))
        except CallRefused as refusal:
            del self._pending[token]
            raise Refused(refusal.code, refusal.message, status=refusal.status) from None
        self._expect_end(verification)
        return verification

    async def answer(self, request: HttpRequest) -> HttpResponse:
        """The app of these calls: a document to each request for one, and nothing to the callback at the end."""
        token = urlsplit(request.url).path.strip("/")
        parameters = tuple(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        given = dict(parameters)
        if given.get("CallbackSource") == CALLBACK_SOURCE:
            self._end(token, parameters)
            return HttpResponse(status=204)
        verification = self._pending.get(token)
        if verification is None:
            return HttpResponse(status=404)
        return _twiml(await self._document(verification, given.get("Digits"), request.url))

    async def _document(self, verification: Verification, digits: str | None, url: str) -> str:
        if digits is None:
            return _asking(ASKING, url)
        verification.attempts += 1
        if secrets.compare_digest(digits.encode(), verification.code.encode()):
            verification.verified = await self._keeping.add(
                verification.account.sid, verification.number, verification.friendly_name
            )
            self._expect_end(verification)
            return _saying(DONE)
        return _asking(AGAIN, url) if verification.attempts < MAX_ATTEMPTS else _saying(SORRY)

    def _end(self, token: str, parameters: Sequence[tuple[str, str]]) -> None:
        """The call is over. One that an earlier process made is nobody's."""
        verification = self._pending.pop(token, None)
        if verification is not None:
            self._tell(verification, parameters)

    def _forget_old(self) -> None:
        """Those whose end was not told, because the store and the queue of callbacks were full."""
        oldest = self._clock.now() - FORGOTTEN_AFTER_SECONDS
        self._pending = {token: entry for token, entry in self._pending.items() if entry.began > oldest}

    def _tell(self, verification: Verification, parameters: Sequence[tuple[str, str]]) -> None:
        """The StatusCallback: how the call ended, and whether the number is verified."""
        callback = _callback(verification, parameters)
        if callback is not None:
            self._links.of(verification.account).delivery.post(callback)

    def _expect_end(self, verification: Verification) -> None:
        """What the next process is to tell, should this one die: nobody else knows of the verification."""
        call = verification.placed
        if call is None or all(verification is not pending for pending in self._pending.values()):
            return
        facts = CallFacts(
            call_sid=call.sid,
            account_sid=call.account_sid,
            from_=call.from_,
            to=call.to,
            direction=call.direction,
            status=CallStatus.FAILED,
        )
        completion = Completion(seconds=0)
        now = self._clock.utc_now()
        callback = _callback(
            verification,
            status_callback_parameters(facts, "completed", timestamp=now, sequence_number=0, completion=completion),
        )
        if callback is not None:
            self._links.of(verification.account).delivery.hold(callback)

    async def _refuse_known(self, account: AccountRecord, number: str) -> None:
        owned = self._directory.current.number(number)
        if owned is not None and owned.account_sid == account.sid:
            raise Refused(USABLE_ALREADY, f"{number} is a number of this account and needs no verification.")
        if await self._keeping.of_number(account.sid, number) is not None:
            raise Refused(VERIFIED_ALREADY, f"{number} is verified already.")

    def _order(self, verification: Verification, request: VerificationRequest, token: str) -> CallOrder:
        url = f"http://{HOST}/{token}"
        return CallOrder(
            account_sid=verification.account.sid,
            to=verification.number,
            from_=self._shown(verification),
            first=DocumentRequest(url=url),
            status_events=StatusEvents(url=url),
            time_limit_seconds=TIME_LIMIT_SECONDS,
            send_digits=request.extension,
            delay_seconds=request.delay_seconds,
        )

    def _shown(self, verification: Verification) -> str:
        """A number of the account; without one, the number that is called."""
        owned = (
            entry.number for entry in self._directory.current.numbers if entry.account_sid == verification.account.sid
        )
        return next(owned, verification.number)


def _callback(verification: Verification, parameters: Sequence[tuple[str, str]]) -> Callback | None:
    callback, record, call = verification.callback, verification.verified, verification.placed
    if callback is None or call is None:
        return None
    outcome = [("VerificationStatus", "failed")]
    if record is not None:
        outcome = [("VerificationStatus", "success"), ("OutgoingCallerIdSid", record.sid)]
    return Callback(
        call_sid=call.sid,
        url=callback.url,
        method=callback.method,
        parameters=(*parameters, *outcome),
        sid=derived_sid("CB", call.sid, "verification"),
    )


def _asking(text: str, url: str) -> str:
    """Nothing keyed in counts as a wrong code."""
    attributes = f'action={quoteattr(url)} numDigits="{CODE_DIGITS}" timeout="{GATHER_SECONDS}"'
    return f'<Gather {attributes} actionOnEmptyResult="true"><Say>{text}</Say></Gather>'


def _saying(text: str) -> str:
    return f"<Say>{text}</Say><Hangup/>"


def _twiml(verbs: str) -> HttpResponse:
    body = f"<Response>{verbs}</Response>".encode()
    return HttpResponse(status=200, headers=(("Content-Type", "text/xml"),), body=body)
