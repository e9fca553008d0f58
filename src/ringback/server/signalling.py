"""The SIP part of a server: who may come in, and by which transports."""

import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from ringback.clock import Clock
from ringback.model.settings import Settings
from ringback.server.errors import StartFailed
from ringback.server.storage import Storage
from ringback.server.telling import Telling
from ringback.services.admit_call import Admission
from ringback.services.register_phone import PhoneRegistration
from ringback.sip.digest import DigestGate
from ringback.sip.endpoint import Endpoint, EndpointSettings
from ringback.sip.net.server import SipServer
from ringback.sip.net.tls import client_context, server_context
from ringback.sip.net.trace import TraceLine
from ringback.sip.registrar import Registrar

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signalling:
    """The SIP side, and who may come in."""

    endpoint: Endpoint
    sip: SipServer
    admission: Admission
    phones: PhoneRegistration


def make_signalling(
    settings: Settings,
    storage: Storage,
    telling: Telling,
    clock: Clock,
    trace: Callable[[TraceLine], None] | None,
) -> Signalling:
    gate = DigestGate(settings.sip.realm, secrets.token_bytes(32), algorithms=settings.sip.digest_algorithms)
    admission = Admission(directory=storage.directory, gate=gate)
    endpoint = Endpoint(
        EndpointSettings(advertise=settings.sip.advertise, session_seconds=settings.sip.session_seconds or None),
        entropy=secrets.token_bytes,
        screen=admission.screen,
    )
    phones = PhoneRegistration(
        registrar=Registrar(),
        directory=storage.directory,
        responder=endpoint,
        put=telling.journal.put_notification,
        clock=clock,
    )
    admission.registrations.report = phones.report
    sip = SipServer(
        endpoint,
        clock=clock,
        trace=trace or (_log_trace if settings.sip.trace else None),
        tls=_tls_context(settings),
        client_tls=client_context(is_checked=settings.sip.tls_check_peers),
    )
    return Signalling(endpoint=endpoint, sip=sip, admission=admission, phones=phones)


def _tls_context(settings: Settings) -> ssl.SSLContext | None:
    """When a listener needs it."""
    if not any(at.transport == "tls" for at in settings.sip.listen):
        return None
    try:
        return server_context(str(settings.sip.tls_certificate), str(settings.sip.tls_key))
    except (OSError, ssl.SSLError) as problem:
        raise StartFailed(f"sip.tls_certificate and sip.tls_key cannot be used: {problem}") from None


def _log_trace(line: TraceLine) -> None:
    """`[sip] trace`: each message, credentials blanked."""
    logger.info("sip sent" if line.is_sent else "sip received", peer=line.peer, sip_message=line.text)
