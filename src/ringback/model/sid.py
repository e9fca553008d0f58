"""String identifiers: two capital letters that say what a thing is, then 32 lower-case hex digits."""

import hashlib
import re
import secrets
from typing import NewType

AccountSid = NewType("AccountSid", str)
CallSid = NewType("CallSid", str)
RecordingSid = NewType("RecordingSid", str)
DomainSid = NewType("DomainSid", str)
ApplicationSid = NewType("ApplicationSid", str)
ConferenceSid = NewType("ConferenceSid", str)
QueueSid = NewType("QueueSid", str)
TranscriptionSid = NewType("TranscriptionSid", str)

_SHAPE = re.compile(r"[A-Z]{2}[0-9a-f]{32}")


def new_sid(prefix: str) -> str:
    """A fresh random SID with the two-letter `prefix`, such as `CA` for a call."""
    return prefix + secrets.token_hex(16)


def derived_sid(prefix: str, *names: str) -> str:
    """The SID that the same names always give, so that what the settings file names keeps its SID over restarts."""
    digest = hashlib.sha256("\x00".join((prefix, *names)).encode()).hexdigest()
    return prefix + digest[:32]


def application_sid(name: str, given: str | None = None) -> ApplicationSid:
    """The SID of an application of the settings file: the one that it gives, or one made from its name."""
    return ApplicationSid(given or derived_sid("AP", name))


def new_call_sid() -> CallSid:
    return CallSid(new_sid("CA"))


def new_recording_sid() -> RecordingSid:
    return RecordingSid(new_sid("RE"))


def transcription_sid(recording_sid: RecordingSid) -> TranscriptionSid:
    """Of the words of a recording, which has them once; so it is known before they are."""
    return TranscriptionSid(recording_sid.replace("RE", "TR", 1))


def new_conference_sid() -> ConferenceSid:
    return ConferenceSid(new_sid("CF"))


def queue_sid(account_sid: AccountSid, name: str) -> QueueSid:
    """A queue has one name in its account, so the name gives the SID."""
    return QueueSid(derived_sid("QU", account_sid, name))


def is_sid(text: str, prefix: str | None = None) -> bool:
    """True if `text` has the shape of a SID (of this prefix)."""
    return bool(_SHAPE.fullmatch(text)) and (prefix is None or text.startswith(prefix))
