"""The demo's app: each page answers TwiML that our own parser takes without a problem."""

import pytest

from ringback.cli.sample_app import Parameters, SampleApp

SAMPLE = SampleApp(colleague="sip:bob@127.0.0.1:5070", account_sid="AC1", auth_token="token", music=b"RIFF")


@pytest.mark.parametrize(
    ("page", "parameters", "expected"),
    [
        ("voice", {"To": "sip:hello@demo"}, "<Gather"),
        ("voice", {"To": "sip:closed@demo"}, '<Reject reason="busy"/>'),
        ("choice", {"Digits": "1"}, "<Record"),
        ("choice", {"Digits": "2"}, "<Sip>sip:bob@127.0.0.1:5070</Sip>"),
        ("choice", {"Digits": "3"}, "<Play>/music.wav</Play>"),
        ("choice", {"Digits": "9"}, "<Redirect>/voice</Redirect>"),
        ("recorded", {"RecordingUrl": "http://h/r"}, "<Play>http://AC1:token@h/r</Play>"),
        ("dialled", {"DialCallStatus": "completed"}, "ended as completed"),
    ],
)
def test_each_page_answers(page: str, parameters: Parameters, expected: str) -> None:
    assert expected in getattr(SAMPLE, page)(parameters)


def test_what_the_app_is_told_is_escaped() -> None:
    assert "&lt;Hangup/&gt;" in SAMPLE.dialled({"DialCallStatus": "<Hangup/>"})
