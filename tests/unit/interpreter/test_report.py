"""What is told of a failure, in the log and as a notification."""

from structlog.testing import capture_logs

from ringback.interpreter.report import MAX_REPORTED_BODY, NotificationReporter, Report, report_of_problem
from ringback.model.record import NotificationRecord
from ringback.twiml.errors import Problem
from tests.unit.interpreter.conftest import Bench

FAILURE = Report(
    code=11200,
    level="error",
    message="the app answered 500",
    url="http://app.example/voice",
    method="POST",
    parameters=(("CallSid", "CA1"), ("Digits", "#")),
    response_status=500,
    response_headers=(("Content-Type", "text/html"),),
    response_body=b"oops \xff" + b"x" * 10_000,
)


def reporter_of(bench: Bench, notifications: list[NotificationRecord]) -> NotificationReporter:
    return NotificationReporter(info=bench.call.info, clock=bench.clock, put=notifications.append)


def test_a_notification_has_every_field_of_the_alert_log(bench: Bench) -> None:
    notifications: list[NotificationRecord] = []
    reporter_of(bench, notifications).report(FAILURE)
    record = notifications[0]
    assert record.sid.startswith("NO")
    assert (record.account_sid, record.call_sid) == (bench.call.info.account_sid, bench.call.info.call_sid)
    assert (record.error_code, record.level, record.message) == (11200, "error", "the app answered 500")
    assert record.created_at == bench.clock.utc_now()
    assert (record.request_url, record.request_method) == ("http://app.example/voice", "POST")
    assert record.request_parameters == "CallSid=CA1&Digits=%23"
    assert (record.response_status, record.response_headers) == (500, "Content-Type: text/html")
    assert record.response_body is not None
    assert record.response_body.startswith("oops \ufffd")
    assert len(record.response_body) <= MAX_REPORTED_BODY


def test_a_log_line_bears_the_call_and_cannot_be_broken_by_what_the_app_wrote(bench: Bench) -> None:
    hostile = Report(code=12200, level="warning", message="unknown <\u00e9>\n\x1b[31mforged", url="http://x/\r\n")
    with capture_logs() as lines:
        reporter_of(bench, []).report(hostile)
    assert lines == [
        {
            "event": "the app has a problem",
            "log_level": "warning",
            "call_sid": bench.call.info.call_sid,
            "code": 12200,
            "url": "http://x/\\r\\n",
            "problem": "unknown <\u00e9>\\n\\x1b[31mforged",
        }
    ]


def test_the_level_of_a_report_is_that_of_its_log_line(bench: Bench) -> None:
    with capture_logs() as lines:
        reporter_of(bench, []).report(FAILURE)
    assert lines[0]["log_level"] == "error"


def test_a_problem_of_the_parser_keeps_its_place() -> None:
    problem = Problem(
        code=13910, level="warning", message="line 3: ...", line=3, element="Pause", attribute="length", value="x"
    )
    report = report_of_problem(problem, "http://app.example/voice")
    assert (report.code, report.line, report.element, report.attribute, report.value) == (
        13910,
        3,
        "Pause",
        "length",
        "x",
    )
    assert report.url == "http://app.example/voice"
