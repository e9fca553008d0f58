"""The README and the tutorial keep their word: their files are written, their commands given, and the call is heard."""

import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from twilio.twiml.voice_response import VoiceResponse

from tests.docs.walkthrough import Walkthrough
from tests.peers.listening import read_wav

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial" / "first-app.md"


def heard(path: Path) -> bool:
    samples = read_wav(path)
    return len(samples) > 8000 and int(np.abs(samples).max()) > 2000


def test_the_readmes_app_is_called_and_told_the_key(tmp_path: Path) -> None:
    page = Walkthrough(ROOT / "README.md", tmp_path)
    (app,), (serve,), (call,) = page.commands("python"), page.commands("ringback serve"), page.commands("ringback call")
    with page.running(app, page.app_port) as log, page.running(serve, page.sip_port):
        result = page.call(call)
        assert result.returncode == 0, result.stderr
        assert "answered" in result.stdout
        asked = log.read_text()
    assert '"POST /voice HTTP/1.1" 200' in asked
    assert '"POST /choice HTTP/1.1" 200' in asked
    assert heard(tmp_path / "heard.wav")


def test_the_tutorials_apps_are_called_one_after_the_other(tmp_path: Path) -> None:
    page = Walkthrough(TUTORIAL, tmp_path)
    (first_app, menu), (serve,) = page.commands("python"), page.commands("ringback serve")
    hello, message = page.commands("ringback call")
    check = ".venv/bin/ringback check -c ringback.toml"
    assert f"`{check}`" in TUTORIAL.read_text(encoding="utf-8")
    assert page.call(check.split()).returncode == 0
    with page.running(serve, page.sip_port):
        with page.running(first_app, page.app_port):
            result = page.call(hello)
            assert result.returncode == 0, result.stderr
        assert heard(tmp_path / "heard.wav")
        with page.running(menu, page.app_port) as log:
            result = page.call(message)
            assert result.returncode == 0, result.stderr
            told = log.read_text()
    assert "a message of" in told
    assert "/Recordings/RE" in told
    assert '" 403 ' not in told, "each request was signed"
    assert heard(tmp_path / "menu.wav")


def test_the_xml_on_the_page_is_what_the_first_app_answers() -> None:
    answer = VoiceResponse()
    answer.say("Hello. This is your own voice app.")
    assert f"```xml\n{answer}\n```" in TUTORIAL.read_text(encoding="utf-8")


def test_a_forged_request_is_refused_by_the_tutorials_app(tmp_path: Path) -> None:
    page = Walkthrough(TUTORIAL, tmp_path)
    menu = page.commands("python")[1]
    with page.running(menu, page.app_port):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(f"http://127.0.0.1:{page.app_port}/voice", data=b"CallSid=CA1", timeout=10)
        refusal.value.close()
        assert refusal.value.code == 403
