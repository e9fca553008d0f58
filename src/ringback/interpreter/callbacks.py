"""The callbacks of one call, handed to whoever delivers those of the whole server."""

from dataclasses import dataclass

from ringback.interpreter.outcome import Method, Pairs
from ringback.model.sid import CallSid
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.delivery import Callback, Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredCallbacks:
    """Implements `run.Callbacks`: in order for this call, with its cookies (H-07)."""

    delivery: Delivery
    call_sid: CallSid
    cookies: CookieJar | None = None

    def send(self, url: str, method: Method, parameters: Pairs) -> None:
        self.delivery.post(
            Callback(call_sid=self.call_sid, url=url, method=method, parameters=parameters, cookies=self.cookies)
        )
