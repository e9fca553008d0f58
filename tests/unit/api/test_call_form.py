"""Which code a parameter of a call is refused with before anything is looked up (rest-api.md 5, 9.2)."""

import pytest

from ringback.api.call_form import CallForm, CallUpdateForm
from ringback.api.errors import ApiError
from ringback.api.form import Form
from ringback.services.change_call import CallChange
from ringback.services.read_script import Script

GOOD = {"To": "sip:ann@pbx.example", "From": "ann", "Url": "http://a/"}


def code(form: type[Form], **data: str) -> int:
    with pytest.raises(ApiError) as refused:
        form.of_pairs(list(data.items()))
    assert refused.value.status == 400
    return refused.value.code


def test_what_is_missing_is_told_in_twilios_order() -> None:
    assert code(CallForm) == 21201
    assert code(CallForm, To="  ") == 21201
    assert code(CallForm, To="x", Method="PUT") == 21213


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Url", "ftp://x/", 21205), ("StatusCallback", "http://a_b/", 21205), ("ApplicationSid", "AP1", 21218),
        ("Timeout", "1.5", 21208), ("FallbackMethod", "PUT", 21209), ("MachineDetectionTimeout", "2", 21234),
        ("IfMachine", "x", 21207), ("Twiml", "x" * 4001, 32018), ("Record", "maybe", 20001), ("TimeLimit", "0", 20001),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_has_its_code(name: str, value: str, expected: int) -> None:
    assert code(CallForm, **{**GOOD, name: value}) == expected


def test_events_are_a_repeated_key_or_words() -> None:
    pairs = [*GOOD.items(), ("StatusCallbackEvent", "Ringing answered"), ("StatusCallbackEvent", "completed,ringing")]
    assert CallForm.of_pairs(pairs).script().status_callback_event == ("ringing", "answered", "completed")


def test_many_words_are_cut() -> None:
    pairs = [*GOOD.items(), *(("StatusCallbackEvent", str(number)) for number in range(100))]
    assert len(CallForm.of_pairs(pairs).script().status_callback_event) == 20


def test_an_update_without_a_document_has_no_script() -> None:
    assert CallUpdateForm.of_pairs([("Status", "Completed")]).change() == CallChange(end="completed")
    assert CallUpdateForm.of_pairs([("TimeLimit", "9"), ("FallbackUrl", "http://b/")]).change() == CallChange(
        time_limit_seconds=9
    )


def test_the_status_callback_of_an_update_counts_beside_a_url() -> None:
    callback = ("StatusCallback", "http://c/")
    beside_url = CallUpdateForm.of_pairs([("Url", "http://a/"), callback]).change()
    beside_twiml = CallUpdateForm.of_pairs([("Twiml", "<Response/>"), callback]).change()
    assert beside_url.script == Script(url="http://a/", status_callback="http://c/")
    assert beside_twiml.script == Script(twiml="<Response/>")


@pytest.mark.parametrize(
    ("data", "expected"),
    [({"Status": "busy"}, 20001), ({"Url": "x"}, 21205), ({"TimeLimit": "86401"}, 20001), ({"Method": "x"}, 21209)],
)
def test_a_bad_update_has_its_code(data: dict[str, str], expected: int) -> None:
    assert code(CallUpdateForm, **data) == expected
