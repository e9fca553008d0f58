"""The codes we report are in Twilio's catalogue, and a failure keeps only the start of a body."""

from ringback.model.error_code import error_code
from ringback.webhooks.errors import BODY_START_BYTES, FailureCode, FailureKind, FetchFailed, TransportFailure


def test_every_code_is_in_the_catalogue() -> None:
    for code in FailureCode:
        assert error_code(code).message


def test_a_fetch_failure_says_code_cause_and_url() -> None:
    failure = FetchFailed(11200, "the app answered 500", url="http://h/p", method="POST", body=b"x" * 10_000)
    assert str(failure) == "11200: the app answered 500 (POST http://h/p)"
    assert len(failure.body) == BODY_START_BYTES


def test_a_transport_failure_says_how_far_it_got() -> None:
    failure = TransportFailure(FailureCode.CONNECT_REFUSED, "refused", FailureKind.CONNECT)
    assert (failure.code, failure.kind, str(failure)) == (11202, FailureKind.CONNECT, "refused")
