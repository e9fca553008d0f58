"""What a verb wants heard becomes a clip, or a failure with Twilio's number and the file's URL."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from ringback.call.control import MediaUnavailable, Played, PlayedBytes, Spoken
from ringback.media._engine import Clip
from ringback.media.errors import PromptUnavailable
from ringback.media.prompt import PromptLibrary
from ringback.model.record import AccountRecord
from ringback.services.load_prompt import PromptLoader
from ringback.testing.app_transport import AppResponse, AppTransport
from ringback.testing.clock import VirtualClock
from ringback.testing.transcript import Journal
from ringback.webhooks.client import AppClient
from tests.unit.call.conftest import ACCOUNT

URL = "http://app.example/tone.wav"


class Library:
    """The face of `PromptLibrary` as far as files go."""

    def __init__(self) -> None:
        self.beep = Clip.silence(0.2)
        self.decodings: list[tuple[bytes, str]] = []

    async def decoded(self, data: bytes, content_type: str, *, key: str | None = None) -> Clip:
        self.decodings.append((data, content_type))
        if data == b"damaged":
            raise PromptUnavailable(12100, "no audio in it")
        return Clip.silence(1)


def loader(
    library: Library, answer: AppResponse, *, recording_at: Callable[[str], Path | None] = lambda url: None
) -> PromptLoader:
    clock = VirtualClock()
    transport = AppTransport(answers=lambda request: answer, journal=Journal(), clock=clock)
    client = AppClient(transport, clock, AccountRecord(sid=ACCOUNT, auth_token="t"))
    return PromptLoader(library=cast(PromptLibrary, library), client=client, recording_at=recording_at)


def audio(body: bytes = b"RIFF", status: int = 200) -> AppResponse:
    return AppResponse(body=body, status=status, content_type="audio/wav")


async def test_a_file_is_fetched_and_decoded_by_its_type() -> None:
    library = Library()
    assert (await loader(library, audio()).clip(Played(url=URL))).seconds == 1
    assert library.decodings == [(b"RIFF", "audio/wav")]


async def test_bytes_that_came_as_an_answer_are_decoded() -> None:
    library = Library()
    await loader(library, audio()).clip(PlayedBytes(data=b"ID3", content_type="audio/mpeg"))
    assert library.decodings == [(b"ID3", "audio/mpeg")]


@pytest.mark.parametrize(("answer", "code"), [(audio(b"damaged"), 12100), (audio(status=404), 11200)])
async def test_what_cannot_be_had_says_which_url(answer: AppResponse, code: int) -> None:
    with pytest.raises(MediaUnavailable) as problem:
        await loader(Library(), answer).clip(Played(url=URL))
    assert (problem.value.code, problem.value.url) == (code, URL)


async def test_the_beep_is_the_librarys() -> None:
    library = Library()
    assert loader(library, audio()).beep is library.beep


async def test_nothing_to_say_is_a_failure_of_the_prompt() -> None:
    class Mute(Library):
        async def spoken(self, segments: object) -> Clip:
            raise PromptUnavailable(13520, "there is no text to speak")

    with pytest.raises(MediaUnavailable) as problem:
        await loader(Mute(), audio()).clip(Spoken(text=""))
    assert (problem.value.code, problem.value.url) == (13520, None)


async def test_a_recording_of_ours_is_played_from_its_file(tmp_path: Path) -> None:
    """`<Play>` of a RecordingUrl works as on Twilio, although the URL asks everybody else for credentials."""
    library, kept = Library(), tmp_path / "RE.wav"
    kept.write_bytes(b"RIFF ours")
    prompts = loader(library, audio(status=401), recording_at=lambda url: kept if url.endswith("/RE") else None)
    await prompts.clip(Played(url="http://here/Recordings/RE"))
    assert library.decodings == [(b"RIFF ours", "audio/wav")]
    with pytest.raises(MediaUnavailable, match="401"):
        await prompts.clip(Played(url=URL))
