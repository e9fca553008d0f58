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

    def send(self, url: str, method: Method, parameters: Pairs, *, sid: str | None = None) -> None:
        self.delivery.post(self._callback(url, method, parameters, sid))

    def hold(self, url: str, method: Method, parameters: Pairs, *, sid: str) -> None:
        self.delivery.hold(self._callback(url, method, parameters, sid))

    def withdraw(self, url: str, method: Method, parameters: Pairs, *, sid: str) -> None:
        self.delivery.withdraw(self._callback(url, method, parameters, sid))

    def _callback(self, url: str, method: Method, parameters: Pairs, sid: str | None) -> Callback:
        return Callback(
            call_sid=self.call_sid, url=url, method=method, parameters=parameters, cookies=self.cookies, sid=sid
        )
