"""What is wrong with an order before anything is tried: Twilio's number for it (rest-api.md 5 and 9.2; sip.md OU-10).

Everything here raises `CallRefused`, and nothing is left behind.
"""

import re

from ringback.call.control import DialTarget, reason_header
from ringback.call.machine_detection import MachineDetection
from ringback.model.emergency import is_emergency_number, refusal_of
from ringback.model.phone_number import is_dialled
from ringback.services.call_order import MAX_SEND_DIGITS, MAX_TIMEOUT_SECONDS, CallOrder, CallRefused
from ringback.twiml.sip_address import AddressFault, HopelessAddress, SipAddress, read_sip_address

BAD_SEND_DIGITS = 21206
BAD_TIMEOUT = 21208
BAD_TO = 21211
BLOCKED_TO = 21216
BAD_PARAMETER = 20001
USERNAME_TOO_LONG, USERNAME_CHARACTERS = 21221, 21222
PASSWORD_TOO_LONG, PASSWORD_CHARACTERS, PASSWORD_MISSING = 21223, 21224, 21225
BAD_DETECTION = 21234
MAX_CREDENTIAL = 255
MAX_TIME_LIMIT_SECONDS = 24 * 3600

REFUSED_FAULTS = {13253: 21227, 32111: 21228, 32112: 21229}
"""What `<Sip>` leaves out with a warning, a REST call is refused for: its headers too long, a bad name, a bad value."""

SIP_SCHEMES = ("sip:", "sips:")
CLIENT_SCHEME = "client:"
APPLICATION_SCHEME = "app:"
MAX_APPLICATION_PARAMETERS = 800
"""Characters of the query string that an application is called with."""

_DIGITS = re.compile(rf"[0-9A-Da-d#*wW]{{1,{MAX_SEND_DIGITS}}}")
_CLIENT = re.compile(r"[^\s\x00-\x1f\x7f?]{1,121}")
_APPLICATION = re.compile(rf"AP[0-9a-fA-F]{{32}}(?:\?[!-~]{{0,{MAX_APPLICATION_PARAMETERS}}})?")
_RANGES = (
    ("MachineDetectionTimeout", "timeout_seconds", 3.0, 59.0),
    ("MachineDetectionSpeechThreshold", "speech_threshold_seconds", 1.0, 6.0),
    ("MachineDetectionSpeechEndThreshold", "speech_end_seconds", 0.5, 5.0),
    ("MachineDetectionSilenceTimeout", "silence_timeout_seconds", 2.0, 10.0),
)


def check_order(order: CallOrder) -> None:
    """Everything but whether there is a way to `to`."""
    if order.send_digits and not _DIGITS.fullmatch(order.send_digits):
        message = f"SendDigits takes up to {MAX_SEND_DIGITS} of 0-9 A-D # * w W, not {order.send_digits[:64]!r}"
        raise CallRefused(BAD_SEND_DIGITS, message)
    if not 1 <= order.timeout_seconds <= MAX_TIMEOUT_SECONDS:
        raise CallRefused(BAD_TIMEOUT, f"Timeout is a whole number of seconds from 1 to {MAX_TIMEOUT_SECONDS}")
    if order.time_limit_seconds is not None and not 1 <= order.time_limit_seconds <= MAX_TIME_LIMIT_SECONDS:
        raise CallRefused(BAD_PARAMETER, f"TimeLimit is a whole number of seconds from 1 to {MAX_TIME_LIMIT_SECONDS}")
    _check_credentials(order.sip_username, order.sip_password)
    if order.detection is not None:
        _check_detection(order.detection.detection)


def target_of(order: CallOrder) -> tuple[DialTarget, tuple[AddressFault, ...]]:
    """Whom to ring, and what of the address was left out."""
    to = order.to.strip()
    headers = reason_header(order.call_reason)
    if to.lower().startswith(SIP_SCHEMES):
        address = _sip_address(to)
        target = DialTarget(
            kind="sip",
            address=str(address),
            username=order.sip_username or None,
            password=order.sip_password,
            status=order.status_events,
            headers=headers,
        )
        return target, address.faults
    if to.startswith(CLIENT_SCHEME):
        identity = to.removeprefix(CLIENT_SCHEME)
        if not _CLIENT.fullmatch(identity):
            raise CallRefused(BAD_TO, f"{to[:64]!r} is no client identity")
        return DialTarget(kind="client", address=identity, status=order.status_events, headers=headers), ()
    if order.is_participant and to.startswith(APPLICATION_SCHEME):
        application = to.removeprefix(APPLICATION_SCHEME)
        if not _APPLICATION.fullmatch(application):
            raise CallRefused(BAD_TO, f"{to[:64]!r} is not the SID of an application, with or without parameters")
        return DialTarget(kind="application", address=application, status=order.status_events), ()
    if is_emergency_number(to):
        raise CallRefused(BLOCKED_TO, refusal_of(to))
    if not is_dialled(to):
        raise CallRefused(BAD_TO, f"The phone number you are attempting to call, {to[:64]}, is not valid.")
    return DialTarget(kind="number", address=to, status=order.status_events, headers=headers), ()


def _sip_address(to: str) -> SipAddress:
    try:
        address = read_sip_address(to)
    except HopelessAddress as problem:
        raise CallRefused(BAD_TO, f"{to[:64]!r} is not a SIP address: {problem}") from None
    for fault in address.faults:
        if fault.code in REFUSED_FAULTS:
            raise CallRefused(REFUSED_FAULTS[fault.code], fault.message)
    return address


def _check_credentials(username: str | None, password: str | None) -> None:
    if len(username or "") > MAX_CREDENTIAL:
        raise CallRefused(USERNAME_TOO_LONG, f"SipAuthUsername has more than {MAX_CREDENTIAL} characters")
    if username and not username.isprintable():
        raise CallRefused(USERNAME_CHARACTERS, "SipAuthUsername has characters that are not allowed")
    if len(password or "") > MAX_CREDENTIAL:
        raise CallRefused(PASSWORD_TOO_LONG, f"SipAuthPassword has more than {MAX_CREDENTIAL} characters")
    if password and not password.isprintable():
        raise CallRefused(PASSWORD_CHARACTERS, "SipAuthPassword has characters that are not allowed")
    if username and not password:
        raise CallRefused(PASSWORD_MISSING, "SipAuthUsername needs SipAuthPassword")


def _check_detection(detection: MachineDetection) -> None:
    for name, field, least, most in _RANGES:
        if not least <= getattr(detection, field) <= most:
            unit, factor = ("seconds", 1) if field == "timeout_seconds" else ("milliseconds", 1000)
            raise CallRefused(BAD_DETECTION, f"{name} is from {least * factor:g} to {most * factor:g} {unit}")
