"""From nouns to targets."""

import pytest

from ringback.call.control import DialTarget, StatusEvents
from ringback.call.machine_detection import Answerer, MachineDetection
from ringback.interpreter.dial_targets import HEADER_VALUE, NOT_SUPPORTED, dial_targets
from ringback.model.sid import CallSid
from ringback.twiml.nodes import Dial
from tests.unit.interpreter.conftest import BASE, Bench


def targets(bench: Bench, nouns: str, attributes: str = "") -> tuple[tuple[DialTarget, ...], bool]:
    dial = bench.verb(f"<Dial {attributes}>{nouns}</Dial>")
    assert isinstance(dial, Dial)
    return dial_targets(dial, bench.run())


def test_plain_text_is_a_number(bench: Bench) -> None:
    assert targets(bench, "+15550001111") == ((DialTarget(kind="number", address="+15550001111"),), False)


def test_a_number_has_its_digits_and_status_callback(bench: Bench) -> None:
    noun = '<Number sendDigits="ww1" statusCallback="/st" statusCallbackEvent="ringing answered">+15550001111</Number>'
    (target,), _ = targets(bench, noun)
    assert target.send_digits == "ww1"
    assert target.status == StatusEvents(url=f"{BASE}/st", method="POST", events=("ringing", "answered"))


def test_why_they_are_called_is_told_to_each_of_them(bench: Bench) -> None:
    """twiml.md 7.1: callReason, as the Subject of RFC 3261 section 20.36."""
    nouns = '<Number>+15550001111</Number><Client><Identity>bob</Identity><Parameter name="a" value="1"/></Client>'
    number, client = targets(bench, nouns, 'callReason="Your parcel"')[0]
    assert number.headers == (("Subject", "Your parcel"),)
    assert client.headers == (("X-a", "1"), ("Subject", "Your parcel"))


def test_a_sip_uri_keeps_its_headers_and_credentials(bench: Bench) -> None:
    noun = '<Sip username="u" password="p">sip:bob@example.com;transport=tcp?x-a=1&amp;X-B=2</Sip>'
    (target,), _ = targets(bench, noun)
    assert target.kind == "sip"
    assert target.address == "sip:bob@example.com;transport=tcp?x-a=1&X-B=2"
    assert (target.username, target.password) == ("u", "p")


def test_the_older_headers_travel_in_the_uri(bench: Bench) -> None:
    noun = '<Sip><Uri>sip:bob@example.com</Uri><Headers><Header name="x-a" value="1=2,3"/></Headers></Sip>'
    (target,), _ = targets(bench, noun)
    assert target.address == "sip:bob@example.com?x-a=1%3D2%2C3"


def test_the_older_uris_ring_one_by_one_by_priority_and_weight(bench: Bench) -> None:
    noun = (
        '<Sip username="all"><Uri priority="2">sip:c@example.com</Uri>'
        '<Uri priority="1" weight="1">sip:b@example.com</Uri>'
        '<Uri priority="1" weight="9" username="own">sip:a@example.com</Uri></Sip>'
    )
    found, one_by_one = targets(bench, noun)
    assert [target.address for target in found] == ["sip:a@example.com", "sip:b@example.com", "sip:c@example.com"]
    assert [target.username for target in found] == ["own", "all", "all"]
    assert one_by_one


def test_several_nouns_are_given_in_order(bench: Bench) -> None:
    found, one_by_one = targets(bench, "<Number>+15550001111</Number><Sip>sip:bob@example.com</Sip>")
    assert [target.kind for target in found] == ["number", "sip"]
    assert not one_by_one


def test_a_noun_of_twilios_own_network_is_reported_and_the_others_ring(bench: Bench) -> None:
    """8.7."""
    nouns = f"<Sim>DE{'0' * 32}</Sim><WhatsApp>+15550002222</WhatsApp><Number>+15550001111</Number>"
    found, _ = targets(bench, nouns)
    assert [target.kind for target in found] == ["number"]
    assert bench.codes == [NOT_SUPPORTED, NOT_SUPPORTED]


def test_a_client_is_rung_by_its_identity_with_its_parameters_as_headers(bench: Bench) -> None:
    """8.3."""
    noun = (
        '<Client statusCallback="/st" url="/screen"><Identity>bob</Identity>'
        '<Parameter name="Case" value="7"/><Parameter name="a b" value="1"/>'
        '<Parameter name="Twilio-Y" value="1"/></Client>'
    )
    (target,), one_by_one = targets(bench, noun)
    assert (target.kind, target.address, one_by_one) == ("client", "bob", False)
    assert target.headers == (("X-Case", "7"),)
    assert target.status == StatusEvents(url=f"{BASE}/st")
    assert target.screen is not None
    assert bench.codes == [HEADER_VALUE, HEADER_VALUE]


AMD = 'amdStatusCallback="/amd" amdStatusCallbackMethod="GET"'


def test_machine_detection_has_twilios_numbers(bench: Bench) -> None:
    """8.1: milliseconds in the document."""
    (target,), _ = targets(
        bench,
        f'<Number machineDetection="DetectMessageEnd" machineDetectionTimeout="40" {AMD} '
        'machineDetectionSpeechThreshold="3000" machineDetectionSpeechEndThreshold="900" '
        'machineDetectionSilenceTimeout="4000">+15550001111</Number>',
    )
    assert target.detection is not None
    assert target.detection.detection == MachineDetection(
        until_end=True,
        timeout_seconds=40,
        speech_threshold_seconds=3.0,
        speech_end_seconds=0.9,
        silence_timeout_seconds=4.0,
    )
    (target,), _ = targets(bench, f'<Sip machineDetection="Enable" {AMD}>sip:bob@example.com</Sip>')
    assert target.detection is not None
    assert target.detection.detection == MachineDetection()


def test_am05_the_result_is_told_to_the_callback(bench: Bench) -> None:
    (target,), _ = targets(bench, f'<Number machineDetection="Enable" {AMD}>+15550001111</Number>')
    assert target.detection is not None
    target.detection.tell(CallSid("CA" + "7" * 32), Answerer(answered_by="machine_start", seconds=2.5))
    ((url, method, parameters),) = bench.callbacks.sent
    assert (url, method) == (f"{BASE}/amd", "GET")
    assert parameters == {
        "CallSid": "CA" + "7" * 32,
        "AccountSid": bench.call.info.account_sid,
        "AnsweredBy": "machine_start",
        "MachineDetectionDuration": "2500",
    }


@pytest.mark.parametrize(
    "attributes", ["", AMD, 'machineDetection="Enable"', f'machineDetection="Enable" {AMD} sendDigits="1"']
)
def test_nobody_listens_for_a_machine_without_a_wish_a_callback_or_with_digits_to_send(
    bench: Bench, attributes: str
) -> None:
    (target,), _ = targets(bench, f"<Number {attributes}>+15550001111</Number>")
    assert target.detection is None


def test_a_noun_with_a_url_is_screened(bench: Bench) -> None:
    (target,), _ = targets(bench, '<Sip url="/screen">sip:bob@example.com</Sip>')
    assert target.screen is not None
