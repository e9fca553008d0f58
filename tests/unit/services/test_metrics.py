"""What an operator watches."""

from prometheus_client import generate_latest

from ringback.model.call_status import CallStatus, Direction
from ringback.services.metrics import Metrics


def test_the_time_to_the_answer_is_that_of_inbound_calls() -> None:
    metrics = Metrics()
    metrics.call_opened(Direction.INBOUND)
    metrics.call_answered(Direction.INBOUND, 0.3)
    metrics.call_answered(Direction.OUTBOUND_DIAL, 9)
    metrics.call_ended(Direction.INBOUND, CallStatus.COMPLETED)
    value = metrics.registry.get_sample_value
    assert value("ringback_call_answer_seconds_count") == 1
    assert value("ringback_call_answer_seconds_sum") == 0.3
    assert value("ringback_calls_total", {"direction": "inbound", "status": "completed"}) == 1


def test_a_watched_figure_is_read_when_somebody_looks() -> None:
    metrics = Metrics()
    figures = iter([1.0, 2.0])
    metrics.watch("ringback_legs", "Legs.", lambda: next(figures))
    assert b"ringback_legs 1.0" in generate_latest(metrics.registry)
    assert b"ringback_legs 2.0" in generate_latest(metrics.registry)


def test_two_servers_in_a_process_do_not_count_together() -> None:
    one, other = Metrics(), Metrics()
    one.call_opened(Direction.INBOUND)
    assert other.registry.get_sample_value("ringback_calls_active", {"direction": "inbound"}) is None
