"""Which `callerId` a `<Dial>` may show (twiml.md DI-14 to DI-16). Any other is reported, and the default is used."""

import re

from ringback.interpreter.run import Run
from ringback.twiml.nodes import Client, Dial, DialNoun, Number, Sip

CALLER_ID = 13214

_PHONE_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_SIP_USER = re.compile(r"[A-Za-z0-9+._-]+")
_CLIENT = re.compile(r"client:[^\s\x00-\x1f\x7f]+")


def allowed_caller_id(verb: Dial, run: Run) -> str | None:
    """The verb's caller id if each of its nouns may show it; None is the parent's own."""
    caller_id = verb.caller_id
    if caller_id is None:
        return None
    for noun in verb.nouns:
        objection = _objection(noun, caller_id, run)
        if objection:
            message = f"callerId {caller_id!r} {objection}; the caller's own is used"
            run.report(CALLER_ID, message, node=verb, attribute="callerId", value=caller_id)
            return None
    return caller_id


def _objection(noun: DialNoun, caller_id: str, run: Run) -> str:
    """Why this noun may not show it; empty if it may."""
    match noun:
        case Number():
            return _objection_for_number(caller_id, run)
        case Sip():
            return "" if _SIP_USER.fullmatch(caller_id) else "may hold letters, digits and + - _ . for <Sip>"
        case Client():
            fits = _PHONE_NUMBER.fullmatch(caller_id) or _CLIENT.fullmatch(caller_id)
            return "" if fits else "must be a phone number or client:identity for <Client>"
        case _:
            return ""


def _objection_for_number(caller_id: str, run: Run) -> str:
    """DI-14: the parent's To or From, unless the call came by SIP; else a number of the account."""
    if not _PHONE_NUMBER.fullmatch(caller_id):
        return "is not a phone number, which <Number> needs"
    info = run.call.info
    came_by_sip = "SipDomain" in dict(info.sip_parameters)
    if not came_by_sip and caller_id in (info.from_, info.to):
        return ""
    if run.owns_number is None or run.owns_number(caller_id):
        return ""
    return "is no number of this account"
