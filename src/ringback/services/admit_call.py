"""May this INVITE in? Asked inside the SIP endpoint for every new call, before anybody is told of it.

A REGISTER is for `admit_registration`.

The order is Twilio's (sip.md section 3): the domain by the Request-URI's host, then the source address, then digest.
All of it is answered from a snapshot in memory, so that a stranger costs no database, no webhook and no port. A call
from a trunk's address to a number of ours needs no domain.
"""

from collections import Counter
from dataclasses import dataclass

from ringback.model.phone_number import is_e164
from ringback.model.record import AccountRecord, ApplicationRecord, DomainRecord, NumberRecord, TrunkRecord
from ringback.services.admit_registration import RegistrationScreen
from ringback.sip.digest import Challenge, DigestGate, Failed, Passed, Stale
from ringback.sip.events import Flow
from ringback.sip.message.authorization import Credentials
from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.message import Request
from ringback.sip.message.uri import SipUri
from ringback.sip.message.validate import Refusal, refuse
from ringback.store.directory import Directory
from ringback.store.live_directory import LiveDirectory

SOURCE_NOT_ALLOWED = "32201 Authentication failure - source IP Address not in ACL"
BAD_CREDENTIALS = "32202 Authentication failure - bad user credentials"
NO_AUTHENTICATION = "32200 Authentication failure - the domain has neither users nor allowed addresses"
ACCOUNT_NOT_ACTIVE = "10003 Incoming call refused - the account is not active"
NUMBER_NOT_E164 = "32101 The called number is not in E.164 form"
TLS_REQUIRED = "32209 The domain takes calls over TLS only"
ERROR_HEADER = "X-Twilio-Error"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDestination:
    """Whom an admitted call is for: a SIP Domain, or a number that a trunk brought a call to.

    `application` is the one that the number names; what is asked then is its URLs (rest-api.md 9.14).
    """

    account: AccountRecord
    domain: DomainRecord | None = None
    number: NumberRecord | None = None
    application: ApplicationRecord | None = None
    trunk: TrunkRecord | None = None
    username: str | None = None


class Admission:
    """The screen of the SIP endpoint, and afterwards the answer to whom a call is for."""

    def __init__(self, *, directory: LiveDirectory, gate: DigestGate) -> None:
        self._directory = directory
        self._gate = gate
        self.registrations = RegistrationScreen(gate)
        self.refusals: Counter[str] = Counter()

    def screen(self, request: Request, flow: Flow, now: float) -> Refusal | Challenge | None:
        """None lets the request pass."""
        directory = self._directory.current
        host, _ = _target(request)
        domain = directory.domain_at_edge(host)
        if domain is not None and not _is_active(directory, domain):
            return self._refuse("inactive_account", 403, ACCOUNT_NOT_ACTIVE)
        if domain is not None and request.method == "REGISTER":
            return self.registrations.screen(directory, domain, request, flow, now)
        if domain is not None:
            return self._screen_domain(directory, domain, request, flow, now)
        found = _trunk_call(directory, request, flow) if request.method == "INVITE" else None
        if found is None:
            return self._refuse_unknown(directory, request, flow)
        if not _is_active(directory, found[1]):
            return self._refuse("inactive_account", 403, ACCOUNT_NOT_ACTIVE)
        return None

    def destination(self, request: Request, flow: Flow) -> CallDestination | None:
        """Whom a screened call is for; None if it went away meanwhile."""
        directory = self._directory.current
        host, _ = _target(request)
        domain = directory.domain_at_edge(host)
        if domain is not None:
            account = directory.account(domain.account_sid)
            username = _username(request) if directory.gate(domain.sid).callers is not None else None
            return CallDestination(account=account, domain=domain, username=username) if account else None
        found = _trunk_call(directory, request, flow)
        return None if found is None else _number_destination(directory, *found)

    def application(self, sid: str) -> CallDestination | None:
        """An application that is called by its SID; None if it is there no more."""
        directory = self._directory.current
        application = directory.application(sid)
        account = directory.account(application.account_sid) if application is not None else None
        return CallDestination(account=account, application=application) if account is not None else None

    def _screen_domain(
        self, directory: Directory, domain: DomainRecord, request: Request, flow: Flow, now: float
    ) -> Refusal | Challenge | None:
        gate = directory.gate(domain.sid)
        if gate.is_closed:
            return self._refuse("no_authentication", 403, NO_AUTHENTICATION)
        if domain.secure and flow.transport != "tls":
            return self._refuse("not_tls", 403, TLS_REQUIRED)
        if not directory.address_allowed(domain.sid, flow.remote_address):
            return self._refuse("source_address", 403, SOURCE_NOT_ALLOWED)
        if gate.callers is None:
            return None
        return self._check_digest(directory, domain, request, now)

    def _check_digest(
        self, directory: Directory, domain: DomainRecord, request: Request, now: float
    ) -> Refusal | Challenge | None:
        value = request.headers.get("Proxy-Authorization")
        if value is None:
            return self._challenge(now, stale=False)
        answer = self._gate.check(
            value, request.method, lambda user, algorithm: directory.ha1(domain.sid, user, algorithm), now
        )
        match answer:
            case Passed():
                return None
            case Stale():
                return self._challenge(now, stale=True)
            case Failed():
                return self._refuse("credentials", 403, BAD_CREDENTIALS)

    def _challenge(self, now: float, *, stale: bool) -> Challenge:
        self.refusals["challenged"] += 1
        return Challenge(values=tuple(self._gate.challenge(now, stale=stale)))

    def _refuse_unknown(self, directory: Directory, request: Request, flow: Flow) -> Refusal:
        """A trunk is told how numbers are written here (AD-08); a stranger hears nothing of what is here (AD-06)."""
        is_number = is_e164(_target(request)[1])
        if is_number or request.method != "INVITE" or directory.trunk_of_source(flow.remote_address) is None:
            return self._refuse("unknown_domain", 404)
        return self._refuse("not_e164", 404, NUMBER_NOT_E164)

    def _refuse(self, why: str, status: int, error: str | None = None) -> Refusal:
        self.refusals[why] += 1
        return refuse(status, None, *(((ERROR_HEADER, error),) if error else ()))


def _number_destination(directory: Directory, trunk: TrunkRecord, number: NumberRecord) -> CallDestination | None:
    """An application that is gone, or is not the account's, leaves the number's own URLs."""
    account = directory.account(number.account_sid)
    if account is None:
        return None
    named = directory.application(number.voice_application_sid) if number.voice_application_sid else None
    application = named if named is not None and named.account_sid == account.sid else None
    return CallDestination(account=account, trunk=trunk, number=number, application=application)


def _is_active(directory: Directory, called: DomainRecord | NumberRecord) -> bool:
    """Whether the account of a domain or number takes calls (rest-api.md 9.1)."""
    account = directory.account(called.account_sid)
    return account is None or account.is_active


def _target(request: Request) -> tuple[str, str]:
    """Host and user of the Request-URI; validation has made sure that it is a SIP URI."""
    uri = request.uri
    return (uri.host, uri.user or "") if isinstance(uri, SipUri) else ("", "")


def _trunk_call(directory: Directory, request: Request, flow: Flow) -> tuple[TrunkRecord, NumberRecord] | None:
    trunk = directory.trunk_of_source(flow.remote_address)
    number = directory.number(_target(request)[1]) if trunk is not None else None
    return (trunk, number) if trunk is not None and number is not None else None


def _username(request: Request) -> str | None:
    """The digest user (DG-08); the credentials were checked when the call was screened."""
    value = request.headers.get("Proxy-Authorization")
    if value is None:
        return None
    try:
        return Credentials.parse(value).username
    except MalformedHeader:
        return None
