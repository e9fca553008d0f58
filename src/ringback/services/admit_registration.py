"""May this phone register? Asked inside the SIP endpoint for every REGISTER, before the registrar hears of it.

The order is Twilio's (sip.md section 7): the domain takes registrations at all, then TLS where it is asked for, then
digest with 407, then the address of record, which must be the user's own (RG-01 to RG-03).
"""

from collections.abc import Callable

from ringback.model.record import DomainRecord, Purpose
from ringback.sip.digest import Challenge, DigestGate, Failed, Passed, Stale
from ringback.sip.events import Flow
from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.message import Request
from ringback.sip.message.uri import SipUri
from ringback.sip.message.validate import Refusal, refuse
from ringback.store.directory import Directory

NOT_ENABLED = 32210
NOT_AUTHENTICATED = 32212
NO_CREDENTIALS = 32200
TLS_NEEDED = 32209
ERROR_HEADER = "X-Twilio-Error"

ReportProblem = Callable[[DomainRecord, int, str], None]


def report_nothing(domain: DomainRecord, code: int, message: str) -> None:
    """For a server that nobody wants to hear problems of."""


class RegistrationScreen:
    """Judges each REGISTER. `report` hears what was refused, for the domain's account."""

    def __init__(self, gate: DigestGate, report: ReportProblem = report_nothing) -> None:
        self._gate = gate
        self.report = report

    def screen(
        self, directory: Directory, domain: DomainRecord, request: Request, flow: Flow, now: float
    ) -> Refusal | Challenge | None:
        """None lets the REGISTER pass."""
        if not domain.registration:
            return self._refuse(domain, NOT_ENABLED, "registration is not enabled for the domain")
        if directory.gate(domain.sid).registrants is None:
            return self._refuse(domain, NO_CREDENTIALS, "the domain has no credentials for registrations")
        if domain.secure and flow.transport != "tls":
            return self._refuse(domain, TLS_NEEDED, "the domain takes registrations over TLS only")
        value = request.headers.get("Proxy-Authorization")
        if value is None:
            return self._challenge(now, stale=False)
        answer = self._gate.check(
            value,
            request.method,
            lambda user, algorithm: directory.ha1(domain.sid, user, algorithm, Purpose.REGISTRATIONS),
            now,
        )
        match answer:
            case Stale():
                return self._challenge(now, stale=True)
            case Failed():
                return self._refuse(domain, NOT_AUTHENTICATED, "the user name or the password is wrong")
            case Passed(username=username):
                return self._check_address(directory, domain, request, username)

    def _check_address(
        self, directory: Directory, domain: DomainRecord, request: Request, username: str
    ) -> Refusal | None:
        """RG-02: the address of record is the user's own, in this domain; user names are case-sensitive."""
        try:
            to = request.to.uri
        except MalformedHeader:
            return refuse(400, "Bad To Header")
        if isinstance(to, SipUri) and to.user == username and directory.domain_at_edge(to.host) == domain:
            return None
        return self._refuse(domain, NOT_AUTHENTICATED, f"{username} may register sip:{username}@{domain.name} only")

    def _challenge(self, now: float, *, stale: bool) -> Challenge:
        return Challenge(values=tuple(self._gate.challenge(now, stale=stale)))

    def _refuse(self, domain: DomainRecord, code: int, why: str) -> Refusal:
        self.report(domain, code, why)
        return refuse(403, None, (ERROR_HEADER, f"{code} {why}"))
