"""`/Calls/{CallSid}/Transcriptions`: what is said on a running call, in words, as it is said (rest-api.md 9.4)."""

from typing import Annotated, ClassVar, Literal, Self

from fastapi import APIRouter, Depends
from pydantic import BeforeValidator
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, account_uri, answer
from ringback.api.description import described
from ringback.api.errors import not_found
from ringback.api.form import Form
from ringback.api.path import ACCOUNT
from ringback.api.representation import requested_path
from ringback.api.services import ApiServices
from ringback.api.value import BAD_PARAMETER, HttpMethod, Missing, Switch, Text, WebUrl, one_of, refusal, text_of
from ringback.call.live_transcription import Track
from ringback.services.keep_calls import CallKeeping
from ringback.services.transcribe_call import BAD_ENGINE, CallTranscription, TranscriptionOrder

PATH = "/Calls/{call_sid}/Transcriptions"
MAX_HINTS = 500
MAX_NAME = 255

_TRACKS: dict[str, tuple[Track, ...]] = {
    "inbound_track": ("inbound_track",),
    "outbound_track": ("outbound_track",),
    "both_tracks": ("inbound_track", "outbound_track"),
}


def _hints(value: object) -> tuple[str, ...]:
    found = tuple(hint.strip() for hint in str(value).split(",") if hint.strip())
    if len(found) > MAX_HINTS:
        raise refusal(f"there are {len(found)} hints; {MAX_HINTS} are possible")
    return found


class CallTranscriptionForm(Form):
    """The parameters for other products of Twilio (`IntelligenceService`, `Conversation...`, `...ConfigurationId`) and
    `EnableProviderData` have no effect here."""

    name: Annotated[str, text_of(MAX_NAME)] | None = None
    track: Annotated[Literal["inbound_track", "outbound_track", "both_tracks"], one_of(*_TRACKS)] = "both_tracks"
    status_callback_url: WebUrl | None = None
    status_callback_method: HttpMethod = "POST"
    inbound_track_label: Text | None = None
    outbound_track_label: Text | None = None
    partial_results: Switch = False
    language_code: Annotated[str, text_of(35, least=1)] = "en-US"
    transcription_engine: Annotated[str, one_of("google", "deepgram", code=BAD_ENGINE)] = "google"
    profanity_filter: Switch = True
    speech_model: Text = "telephony"
    hints: Annotated[str, text_of(10_000), BeforeValidator(str)] = ""
    enable_automatic_punctuation: Switch = True
    intelligence_service: Text | None = None
    conversation_configuration: Text | None = None
    conversation_id: Text | None = None
    enable_provider_data: Switch = False
    configuration_id: Text | None = None
    transcription_configuration_id: Text | None = None

    def order(self) -> TranscriptionOrder:
        labels: list[tuple[Track, str]] = []
        if self.inbound_track_label:
            labels.append(("inbound_track", self.inbound_track_label))
        if self.outbound_track_label:
            labels.append(("outbound_track", self.outbound_track_label))
        return TranscriptionOrder(
            name=self.name or None,
            callback_url=self.status_callback_url or None,
            callback_method=self.status_callback_method,
            tracks=_TRACKS[self.track],
            labels=tuple(labels),
            language=self.language_code,
            engine=self.transcription_engine,
            speech_model=self.speech_model,
            hints=_hints(self.hints),
            partials=self.partial_results,
            profanity_filter=self.profanity_filter,
            punctuation=self.enable_automatic_punctuation,
        )


class CallTranscriptionUpdateForm(Form):
    status: Annotated[
        Literal["stopped"],
        one_of("stopped"),
        Missing(BAD_PARAMETER, "The parameter 'Status' is required."),
    ]


class CallTranscriptionBody(Body):
    element: ClassVar[str] = "Transcription"

    sid: str
    account_sid: str
    call_sid: str
    name: str | None
    status: str
    date_updated: Date
    uri: str

    @classmethod
    def of(cls, shown: CallTranscription) -> Self:
        return cls(
            sid=shown.sid,
            account_sid=shown.account_sid,
            call_sid=shown.call_sid,
            name=shown.name,
            status=shown.status,
            date_updated=shown.updated_at,
            uri=account_uri(shown.account_sid, "Calls", shown.call_sid, "Transcriptions", shown.sid),
        )


def call_transcriptions_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Call transcriptions"])
    calls, transcribing = CallKeeping(services.reading), services.transcribing

    @router.post(PATH, **described(form=CallTranscriptionForm, body=CallTranscriptionBody))
    async def start_transcription(
        request: Request,
        account: OwnAccount,
        call_sid: str,
        form: Annotated[CallTranscriptionForm, Depends(CallTranscriptionForm.read)],
    ) -> Response:
        order = form.order()
        if await calls.find(account.sid, call_sid) is None:
            raise not_found(requested_path(request))
        return answer(request, CallTranscriptionBody.of(transcribing.start(account, call_sid, order)))

    @router.post(f"{PATH}/{{sid}}", **described(form=CallTranscriptionUpdateForm, body=CallTranscriptionBody))
    async def stop_transcription(
        request: Request,
        account: OwnAccount,
        call_sid: str,
        sid: str,
        form: Annotated[CallTranscriptionUpdateForm, Depends(CallTranscriptionUpdateForm.read)],
    ) -> Response:
        stopped = transcribing.stop(account.sid, call_sid, sid)
        if stopped is None:
            raise not_found(requested_path(request))
        return answer(request, CallTranscriptionBody.of(stopped))

    return router
