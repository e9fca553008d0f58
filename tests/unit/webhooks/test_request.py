"""From a plan to the signed request, and from a redirect to the next plan."""

from dataclasses import replace

import pytest
from twilio.request_validator import RequestValidator

from ringback.webhooks.request import Plan, prepare, redirected
from ringback.webhooks.signature import sign
from ringback.webhooks.transport import HttpRequest, HttpResponse, Method
from ringback.webhooks.url import AppUrl
from tests.unit.webhooks.conftest import answer, header

TOKEN = "12345"
CALL = (("CallSid", "CA1"), ("From", "+15550001"))
OWN = (("Digits", "#1"),)


def plan(url: str = "http://h/p?x=1", method: Method = "POST") -> Plan:
    return Plan(url=AppUrl.parse(url), method=method, parameters=CALL, own_parameters=OWN)


def prepared(given: Plan) -> HttpRequest:
    return prepare(given, auth_token=TOKEN, idempotency_token="i-1")


def test_names_that_differ_in_case_are_two_parameters() -> None:
    """H-18: they are sent as they are spelled, and both are signed (SG-03)."""
    both = replace(plan(), own_parameters=(("digits", "1"), ("Digits", "2")))
    request = prepared(both)
    assert request.body.endswith(b"&digits=1&Digits=2")
    signature = header(request, "X-Twilio-Signature")
    assert RequestValidator(TOKEN).validate(request.url, dict(both.all_parameters), signature)


def test_a_post_carries_the_parameters_in_its_body() -> None:
    """H-02, H-03."""
    request = prepared(plan())
    assert (request.method, request.url) == ("POST", "http://h/p?x=1")
    assert request.body == b"CallSid=CA1&From=%2B15550001&Digits=%231"
    assert header(request, "Content-Type") == "application/x-www-form-urlencoded; charset=UTF-8"


def test_a_get_carries_them_behind_its_query() -> None:
    request = prepared(plan(method="GET"))
    assert request.url == "http://h/p?x=1&CallSid=CA1&From=%2B15550001&Digits=%231"
    assert request.body == b""
    assert header(request, "Content-Type") is None


@pytest.mark.parametrize("url", ["http://h/p?x=1", "https://h:8443/p", "http://u:p@h:8080/p#rc=2", "http://h/é"])
def test_the_official_validator_accepts_what_we_send(url: str) -> None:
    """SG-02, SG-05: the URL as the app sees it, and the parameters as it reads them."""
    validator = RequestValidator(TOKEN)
    posted, got = prepared(plan(url)), prepared(plan(url, "GET"))
    assert validator.validate(posted.url, dict(CALL + OWN), header(posted, "X-Twilio-Signature"))
    assert validator.validate(got.url, {}, header(got, "X-Twilio-Signature"))


def test_the_headers_are_those_of_h_14() -> None:
    """H-14, and SG-01 for the name of the signature's."""
    request = prepared(plan("http://bob:pw@h:8080/p"))
    assert header(request, "X-Twilio-Signature") == sign("http://h:8080/p", CALL + OWN, TOKEN)
    assert header(request, "Content-Type") == "application/x-www-form-urlencoded; charset=UTF-8"
    assert header(request, "User-Agent") == "TwilioProxy/1.1"
    assert header(request, "Accept") == "*/*"
    assert header(request, "I-Twilio-Idempotency-Token") == "i-1"
    assert header(request, "Host") == "h:8080"
    assert (header(request, "Authorization") or "").startswith("Basic ")


def test_neither_password_nor_digits_are_in_the_representation() -> None:
    request = prepared(plan("http://bob:secret@h/p"))
    shown = repr(request) + repr(plan("http://bob:secret@h/p"))
    assert "secret" not in shown
    assert "Basic" not in shown
    assert "Digits" not in shown


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_turns_a_post_into_a_get_without_the_verbs_parameters(status: int) -> None:
    """H-08, A-03."""
    following = redirected(plan(), answer(status, location="/next?y=2"))
    assert following is not None
    assert prepared(following).url == "http://h/next?y=2&CallSid=CA1&From=%2B15550001"


@pytest.mark.parametrize("status", [307, 308])
def test_307_and_308_keep_the_method_and_lose_the_verbs_parameters(status: int) -> None:
    """RFC 9110 §15.4.8, A-03."""
    following = redirected(plan(), answer(status, location="https://other/next"))
    assert following is not None
    request = prepared(following)
    assert (request.method, request.url) == ("POST", "https://other/next")
    assert request.body == b"CallSid=CA1&From=%2B15550001"


@pytest.mark.parametrize(
    "response", [answer(302), answer(304, location="/x"), answer(300, location="/x"), answer(200, location="/x")]
)
def test_other_answers_lead_nowhere(response: HttpResponse) -> None:
    assert redirected(plan(), response) is None
