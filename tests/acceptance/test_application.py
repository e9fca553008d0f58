"""`<Dial><Application>` on a real phone: the caller hears the application, keys reach it, and the call goes on."""

from collections.abc import Callable
from pathlib import Path

from ringback.model.sid import application_sid
from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import ACCOUNT_SID, DOMAIN, PASSWORD, USER, Server, VoiceApp, settings_text
from tests.peers.listening import loudest_stretch, read_wav, tone_wav, tones_in

OURS, SUPPORT = 300, 700


async def test_the_caller_hears_the_application_presses_a_key_and_goes_on(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path
) -> None:
    extra = f'[[application]]\nname = "support"\nvoice_url = "{app.url("/support")}"\n'
    server = serve(settings_text(app.url(), extra=extra))
    sid = application_sid("support")
    app.pages["/voice"] = (
        f'<Dial action="/done"><Application><ApplicationSid>{sid}</ApplicationSid>'
        '<Parameter name="order" value="42"/></Application></Dial>'
    )
    app.pages["/support"] = '<Play>/tone.wav</Play><Gather numDigits="1" timeout="10" action="/key"/>'
    app.pages["/tone.wav"] = tone_wav(SUPPORT, 2)
    app.pages["/key"] = app.pages["/done"] = "<Hangup/>"
    async with Softphone.open() as alice:
        placed = alice.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await placed.answered()
        placed.record(tmp_path / "heard.wav")
        await app.wait_for("/tone.wav")
        await placed.press("wwwww7")
        await placed.ended(20)
    assert tones_in(loudest_stretch(read_wav(tmp_path / "heard.wav"), 1.0), [OURS, SUPPORT]) == {SUPPORT}
    (first,), (asked,), (key,), (done,) = (app.of(path) for path in ("/voice", "/support", "/key", "/done"))
    assert all(request.is_signed for request in (asked, key, done))
    assert (asked.parameters["Param_order"], asked.parameters["customerId"]) == ("42", ACCOUNT_SID)
    assert (asked.parameters["To"], asked.parameters["ParentCallSid"]) == (sid, first.parameters["CallSid"])
    assert key.parameters["Digits"] == "7"
    assert key.parameters["CallSid"] == asked.parameters["CallSid"] == done.parameters["DialCallSid"]
    assert (done.parameters["DialCallStatus"], done.parameters["CallStatus"]) == ("completed", "in-progress")
