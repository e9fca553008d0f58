"""Answer a call: ring, ask the domain's or number's VoiceUrl what to do, run what it says until the call is over.

The order is sip.md section 4: by the time a call comes here it has been admitted and 100 was sent. 180 goes out at
once, before the app is asked. Each call runs in a task of its own; a call that fails ends itself and no other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ringback.call.call import Call, CallParts
from ringback.call.control import CallInfo, StatusEvents
from ringback.call.inside_leg import InsideInvitation
from ringback.call.journal import CallOpened
from ringback.call.leg import Leg
from ringback.call.leg_event import MediaRefused
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.call_status import CallStatus, Direction
from ringback.model.error_code import error_code
from ringback.model.phone_number import is_e164
from ringback.model.record import ApplicationRecord, DomainRecord, NumberRecord
from ringback.model.sid import new_call_sid
from ringback.services.admit_call import ERROR_HEADER, Admission, CallDestination
from ringback.services.call_run import CallRuns
from ringback.services.keep_journal import Journal
from ringback.services.limit_rate import CallRate
from ringback.services.reach_app import AppLink, AppLinks
from ringback.sip.events import IncomingCall
from ringback.sip.message.uri import SipUri, Uri
from ringback.webhooks.parameters import sip_parameters
from ringback.webhooks.signature import Parameters
from ringback.webhooks.verb_parameters import application_parameters

CONCURRENCY_LIMIT = 10004
RATE_LIMIT = 32013
SRTP_REQUIRED = 32208
NO_VOICE_URL = 11100
RETRY_AFTER_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """What the caller gets, and the app's author is told."""

    status: int
    code: int
    message: str
    headers: tuple[tuple[str, str], ...] = ()


class CallAnswering:
    """Takes the inbound calls of a server. `parts_of` makes what a call of an account shares with the others; of more
    than `most` calls that run documents, or than `rate` lets in, one more is refused."""

    def __init__(
        self,
        *,
        admission: Admission,
        links: AppLinks,
        journal: Journal,
        parts_of: Callable[[AppLink], CallParts],
        runs: CallRuns,
        most: int,
        rate: CallRate,
    ) -> None:
        self._admission = admission
        self._links = links
        self._journal = journal
        self._parts_of = parts_of
        self._runs = runs
        self._most = most
        self._rate = rate

    def take(self, leg: Leg, event: IncomingCall) -> None:
        """Ring and run, or refuse with what is owed. Called by the exchange for each new call."""
        destination = self._admission.destination(event.request, event.flow)
        if destination is None:
            leg.refuse(404)
            return
        info = call_info(destination, event)
        refusal = self._refusal(leg, destination)
        if refusal is not None:
            error = f"{refusal.code} {error_code(refusal.code).message}"
            leg.refuse(refusal.status, headers=(*refusal.headers, (ERROR_HEADER, error)))
            self._journal.report(info, refusal.code, refusal.message)
            return
        leg.ring()
        self._runs.running.start(info.call_sid, self._run(leg, info, destination))

    def take_inside(self, leg: Leg, invitation: InsideInvitation) -> None:
        """An application is called into a conference (rest-api.md 9.9): run its documents, as those of a child call."""
        destination = self._admission.application(invitation.application_sid)
        if destination is None:
            leg.refuse(404)
            return
        info = inside_info(invitation)
        leg.ring()
        parameters = application_parameters(invitation.parameters, invitation.call.account_sid)
        self._runs.running.start(info.call_sid, self._run(leg, info, destination, parameters))

    def _refusal(self, leg: Leg, destination: CallDestination) -> "_Refusal | None":
        """What an admitted call is refused for before it rings (IN-03, IN-04, IN-06, IN-07, sip.md section 8)."""
        if not self._rate.take(destination.account.sid):
            message = f"{self._rate.most} calls have come in within a second, which is the limit"
            return _Refusal(status=503, code=RATE_LIMIT, message=message, headers=(("Retry-After", "1"),))
        if self._runs.running.task_count >= self._most:
            message = f"{self._most} calls are running, which is the limit"
            headers = (("Retry-After", str(RETRY_AFTER_SECONDS)),)
            return _Refusal(status=503, code=CONCURRENCY_LIMIT, message=message, headers=headers)
        try:
            leg.check_offer()
        except MediaRefused as refused:
            return _Refusal(status=refused.status, code=refused.code, message=refused.message)
        if destination.domain is not None and destination.domain.secure:
            message = "the domain takes encrypted audio only, and plain RTP was offered"
            return _Refusal(status=488, code=SRTP_REQUIRED, message=message)
        return None

    async def _run(self, leg: Leg, info: CallInfo, destination: CallDestination, parameters: Parameters = ()) -> None:
        voice = _voice(destination)
        self._journal.call_opened(
            CallOpened(
                info=info,
                status=CallStatus.RINGING,
                sip_call_id=leg.call_id,
                status_events=_status_events(destination),
            )
        )
        call = Call(info=info, leg=leg, parts=self._parts_of(self._links.of(destination.account)))
        self._runs.running.enter(call)
        if not voice.voice_url:
            self._journal.report(info, NO_VOICE_URL, f"{info.to}: there is no voice_url to ask what to do")
            await call.end_unanswered()
            return
        fallback = Fallback.of(voice.voice_fallback_url, _method(voice.voice_fallback_method))
        run = self._runs.of(call, destination.account, fallback=fallback)
        await run.run(DocumentRequest(url=voice.voice_url, method=_method(voice.voice_method), parameters=parameters))


def call_info(destination: CallDestination, event: IncomingCall) -> CallInfo:
    """The facts of an inbound call (sip.md 4.1): `To` is the Request-URI, `From` the caller's URI without its name.

    What a trunk brings is a call of the telephone network: numbers are plain, and its headers are dropped (HD-05).
    """
    request, domain = event.request, destination.domain
    number = destination.number
    return CallInfo(
        call_sid=new_call_sid(),
        account_sid=destination.account.sid,
        from_=_caller(request.from_.uri, is_plain=number is not None),
        to=number.number if number is not None else _shown(request.uri),
        direction=Direction.INBOUND,
        caller_name=request.from_.display_name,
        sip_parameters=sip_parameters(
            domain=_host(request.uri) if domain else None,
            domain_sid=domain.sid if domain else None,
            username=destination.username,
            call_id=request.call_id,
            source_ip=event.flow.remote_address,
            headers=request.headers.items() if number is None else (),
        ),
    )


def inside_info(invitation: InsideInvitation) -> CallInfo:
    """As that of an `<Application>` that is dialled (twiml.md 8.6): a child of the call that is in the conference."""
    return CallInfo(
        call_sid=new_call_sid(),
        account_sid=invitation.call.account_sid,
        from_=invitation.call.from_,
        to=invitation.application_sid,
        direction=Direction.OUTBOUND_DIAL,
        parent_call_sid=invitation.call.call_sid,
    )


def _caller(uri: Uri, *, is_plain: bool) -> str:
    user = uri.user if isinstance(uri, SipUri) else None
    return user if is_plain and user is not None and is_e164(user) else _shown(uri)


def _shown(uri: Uri) -> str:
    """AD-07: apps are told of sip URIs only."""
    return str(uri.without_sips() if isinstance(uri, SipUri) else uri)


def _host(uri: Uri) -> str | None:
    return uri.host if isinstance(uri, SipUri) else None


def _voice(destination: CallDestination) -> DomainRecord | NumberRecord | ApplicationRecord:
    voice = destination.domain or destination.application or destination.number
    assert voice is not None, "a destination is a domain or a number"
    return voice


def _status_events(destination: CallDestination) -> StatusEvents | None:
    """Inbound calls have the `completed` callback only (IN-11). A number's own is for an application that has none."""
    for voice in (_voice(destination), destination.number):
        if voice is not None and voice.status_callback_url:
            return StatusEvents(url=voice.status_callback_url, method=_method(voice.status_callback_method))
    return None


def _method(text: str) -> Literal["GET", "POST"]:
    return "GET" if text.upper() == "GET" else "POST"
