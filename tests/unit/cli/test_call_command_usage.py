"""Wrong usage of `ringback call` is told before any socket is opened: exit code 2, and what was expected."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ringback.cli.call import NOT_REACHED, CallReport, call

app = typer.Typer()
app.command()(call)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--proxy", "nowhere"], "--proxy 'nowhere': expected HOST:PORT"),
        (["--proxy", "127.0.0.1:99999"], "--proxy '127.0.0.1:99999': expected HOST:PORT"),
        (["--press", "1 after 2"], "--press '1 after 2': expected DIGITS@SECONDS"),
        (["--header", "nonsense"], "--header 'nonsense': expected 'Name: value'"),
        (["--header", "From: me"], "--header 'From': the phone writes this one itself"),
        (["--play", "/nowhere/speak.wav"], "--play /nowhere/speak.wav: No such file or directory"),
        (["--play", __file__], "not audio that can be played"),
        (["--record", "/nowhere/heard.wav"], "--record /nowhere/heard.wav: the folder /nowhere does not exist"),
        (["--record", "/"], "--record /: it cannot be written"),
        (["--max-seconds", "soon"], "--max-seconds"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_option(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(app, ["sip:hello@demo.sip.localhost", *arguments])
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


def test_a_file_that_may_not_be_overwritten_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    result = CliRunner().invoke(app, ["sip:x@y.example", "--record", str(tmp_path / "heard.wav")])
    assert (result.exit_code, "it cannot be written" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("answered", "ended_by", "sentence"),
    [
        (True, "the far end", "sip:x answered; 2.5 s, ended by the far end; what was heard is in heard.wav"),
        (False, "", "sip:x refused the call: 486 Busy Here"),
        (False, NOT_REACHED, "sip:x could not be reached: 486 Busy Here"),
    ],
)
def test_the_report_is_a_sentence(answered: bool, ended_by: str, sentence: str) -> None:
    report = CallReport(
        uri="sip:x",
        answered=answered,
        status=200 if answered else 486,
        reason="OK" if answered else "Busy Here",
        seconds=2.5,
        ended_by=ended_by,
        recorded="heard.wav" if answered else None,
    )
    assert report.sentence() == sentence


def test_a_domain_that_asks_for_a_password_is_said_to() -> None:
    report = CallReport(
        uri="sip:x", answered=False, status=407, reason="Proxy Auth", seconds=0, ended_by="", recorded=None
    )
    assert report.sentence() == "sip:x refused the call: 407 Proxy Auth; it asks for --user and --password"
