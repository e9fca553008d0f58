"""The voice app of `ringback demo`: a small company's menu, written the way any Twilio app is.

    1  leave a message, and hear it played back
    2  talk to a colleague (the second phone)
    3  music

It answers HTTP with TwiML and knows nothing of Ringback.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from fastapi import FastAPI, Request, Response

Parameters = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """A request the app got and what it answered, for the ladder."""

    path: str
    parameters: Parameters
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleApp:
    """What the app knows: whom key 2 dials, its account (to fetch recordings), and the music of key 3 as WAV."""

    colleague: str
    account_sid: str
    auth_token: str = field(repr=False)
    music: bytes = field(repr=False)

    def voice(self, parameters: Parameters) -> str:
        """The first request of each call."""
        if parameters.get("To", "").startswith("sip:closed@"):
            return '<Reject reason="busy"/>'
        return (
            '<Gather numDigits="1" action="/choice" timeout="6">'
            "<Say>Welcome to Ringback. Press 1 to leave a message, 2 to talk to us, or 3 for music.</Say>"
            "</Gather><Say>You pressed nothing. Goodbye.</Say>"
        )

    def choice(self, parameters: Parameters) -> str:
        match parameters.get("Digits"):
            case "1":
                return (
                    "<Say>Please speak after the tone, then press hash.</Say>"
                    '<Record action="/recorded" maxLength="10" finishOnKey="#" recordingStatusCallback="/noted"/>'
                )
            case "2":
                return f'<Dial timeout="10" action="/dialled"><Sip>{escape(self.colleague)}</Sip></Dial>'
            case "3":
                return "<Play>/music.wav</Play>"
        return "<Say>There is no such choice.</Say><Redirect>/voice</Redirect>"

    def recorded(self, parameters: Parameters) -> str:
        """Recordings are served for the account's HTTP Basic credentials, so the URL carries them."""
        scheme, _, rest = parameters.get("RecordingUrl", "").partition("://")
        url = f"{scheme}://{self.account_sid}:{self.auth_token}@{rest}"
        return f"<Say>You said:</Say><Play>{escape(url)}</Play><Say>Thank you. Goodbye.</Say>"

    def dialled(self, parameters: Parameters) -> str:
        status = parameters.get("DialCallStatus", "unknown")
        return f"<Say>The call ended as {escape(status)}. Goodbye.</Say><Hangup/>"

    def noted(self, _parameters: Parameters) -> str:
        """Status callbacks: there is nothing to answer."""
        return ""


def create_sample_app(sample: SampleApp, on_request: Callable[[Exchanged], None] = lambda _: None) -> FastAPI:
    """The app as ASGI; `on_request` sees each exchange."""
    app = FastAPI(title="Sample voice app", openapi_url=None)
    pages = {
        page.__name__: page for page in (sample.voice, sample.choice, sample.recorded, sample.dialled, sample.noted)
    }

    @app.get("/music.wav")
    async def music() -> Response:
        return Response(sample.music, media_type="audio/wav", headers={"ETag": '"music-1"'})

    @app.post("/{name}")
    async def page(name: str, request: Request) -> Response:
        if name not in pages:
            return Response(status_code=404)
        parameters = {key: str(value) for key, value in (await request.form()).items()}
        verbs = pages[name](parameters)
        on_request(Exchanged(path=f"/{name}", parameters=parameters, answer=verbs))
        return Response(f"<Response>{verbs}</Response>", media_type="text/xml")

    return app
