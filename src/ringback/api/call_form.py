"""What the parameters of a call over REST may be, and the order that they make (rest-api.md 9.2, Create and Update)."""

import re
from typing import Annotated

from pydantic import BeforeValidator

from ringback.api.leg_form import CallbackUrl, FilledForm, LegForm, target
from ringback.api.value import HttpMethod, Switch, Text, WebUrl, one_of, sid_of, text_of, whole
from ringback.model.sid import AccountSid
from ringback.services.call_order import CallOrder
from ringback.services.change_call import CallChange
from ringback.services.check_order import MAX_TIME_LIMIT_SECONDS
from ringback.services.read_script import BAD_APPLICATION, ReadyScript, Script

BAD_IF_MACHINE = 21207
TWIML_TOO_LARGE = 32018
MAX_TWIML = 4000
MAX_EVENTS = 20


def _loose_words(value: object) -> tuple[str, ...]:
    """Any words; which of them there are is looked at later."""
    given = value if isinstance(value, list | tuple) else [value]
    listed = [word.lower() for text in given for word in re.split(r"[\s,]+", str(text)) if word]
    return tuple(dict.fromkeys(listed))[:MAX_EVENTS]


Twiml = Annotated[str, text_of(MAX_TWIML, code=TWIML_TOO_LARGE)]


class CallForm(LegForm):
    """Create. Kept without effect beside those of `LegForm`: the old IfMachine."""

    url: WebUrl | None = None
    twiml: Twiml | None = None
    application_sid: Annotated[str, sid_of("AP", BAD_APPLICATION)] | None = None
    method: HttpMethod = "POST"
    fallback_url: WebUrl | None = None
    fallback_method: HttpMethod = "POST"
    status_callback_event: Annotated[tuple[str, ...], BeforeValidator(_loose_words)] = ()
    send_digits: Text | None = None
    async_amd: Switch = False
    async_amd_status_callback: CallbackUrl | None = None
    async_amd_status_callback_method: HttpMethod = "POST"
    if_machine: Annotated[str, one_of("Continue", "Hangup", code=BAD_IF_MACHINE)] | None = None

    def script(self) -> Script:
        """What the call is to run."""
        return Script(
            url=self.url,
            method=self.method,
            twiml=self.twiml,
            application_sid=self.application_sid,
            fallback_url=self.fallback_url,
            fallback_method=self.fallback_method,
            status_callback=self.status_callback,
            status_callback_method=self.status_callback_method,
            status_callback_event=self.status_callback_event,
        )

    def order(self, account_sid: AccountSid, ready: ReadyScript) -> CallOrder:
        verdict = target(self.async_amd_status_callback, self.async_amd_status_callback_method)
        return CallOrder(
            account_sid=account_sid,
            to=self.to,
            from_=self.from_,
            first=ready.first,
            fallback=ready.fallback,
            status_events=ready.status_events,
            timeout_seconds=self.timeout,
            time_limit_seconds=self.time_limit,
            send_digits=self.send_digits,
            caller_id=self.caller_id,
            sip_username=self.sip_auth_username,
            sip_password=self.sip_auth_password,
            record=self.recording(),
            detection=self.detection(verdict, asynchronous=self.async_amd),
            call_reason=self.call_reason,
        )


class CallUpdateForm(FilledForm):
    """Update. `StatusCallback` counts only beside `Url`, as at Twilio."""

    url: WebUrl | None = None
    method: HttpMethod = "POST"
    twiml: Twiml | None = None
    status: Annotated[str, one_of("canceled", "completed")] | None = None
    fallback_url: WebUrl | None = None
    fallback_method: HttpMethod = "POST"
    status_callback: CallbackUrl | None = None
    status_callback_method: HttpMethod = "POST"
    time_limit: Annotated[int, whole(1, MAX_TIME_LIMIT_SECONDS)] | None = None

    def change(self) -> CallChange:
        return CallChange(
            script=self._script() if self.url or self.twiml else None,
            end=self.status,  # type: ignore[arg-type]  # one of the words
            time_limit_seconds=self.time_limit,
        )

    def _script(self) -> Script:
        return Script(
            url=self.url,
            method=self.method,
            twiml=self.twiml,
            fallback_url=self.fallback_url,
            fallback_method=self.fallback_method,
            status_callback=self.status_callback if self.url else None,
            status_callback_method=self.status_callback_method,
        )
