"""What an operator watches: calls, requests to apps, SIP input, audio. Names follow Prometheus' conventions."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ringback.model.call_status import CallStatus, Direction

SETUP_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15)


class Metrics:
    """The instruments of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._ended = Counter(
            "ringback_calls", "Calls that ended, by direction and final status.", ["direction", "status"],
            registry=self.registry,
        )  # fmt: skip
        self._active = Gauge("ringback_calls_active", "Calls that exist now.", ["direction"], registry=self.registry)
        self._answer_seconds = Histogram(
            "ringback_call_answer_seconds", "Seconds from INVITE to 200 of inbound calls.",
            buckets=SETUP_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._notifications = Counter(
            "ringback_notifications", "Errors and warnings reported to apps' authors, by Twilio's code.", ["code"],
            registry=self.registry,
        )  # fmt: skip

    def call_opened(self, direction: Direction) -> None:
        self._active.labels(direction.value).inc()

    def call_answered(self, direction: Direction, seconds: float) -> None:
        if direction is Direction.INBOUND:
            self._answer_seconds.observe(seconds)

    def call_ended(self, direction: Direction, status: CallStatus) -> None:
        self._active.labels(direction.value).dec()
        self._ended.labels(direction.value, status.value).inc()

    def notified(self, code: int) -> None:
        self._notifications.labels(str(code)).inc()

    def watch(self, name: str, description: str, read: Callable[[], float]) -> None:
        """A gauge that is read when somebody looks."""
        Gauge(name, description, registry=self.registry).set_function(read)
