"""From what a verb wants heard to audio that is ready to send: words are spoken, URLs fetched, answers decoded."""

from collections.abc import Callable, Sequence
from typing import cast

from ringback.call.control import MediaUnavailable, Played, PlayedBytes, Prompt, Spoken, WaitingMusic
from ringback.media._engine import Clip
from ringback.media.errors import PromptUnavailable
from ringback.media.prompt import PromptLibrary
from ringback.services.read_ssml import ReadSsml, plain_words, read_ssml
from ringback.twiml.nodes import SsmlContent
from ringback.webhooks.client import AppClient
from ringback.webhooks.errors import FetchFailed

SSML_LEFT_OUT = 13750  # as for everything that is understood and not done


class PromptLoader:
    """Implements `call.call.PromptSource` for the calls of one account."""

    def __init__(self, *, library: PromptLibrary, client: AppClient) -> None:
        self._library = library
        self._client = client

    @property
    def beep(self) -> Clip:
        return self._library.beep

    async def clip(self, prompt: Prompt, note: Callable[[int, str], None] | None = None) -> Clip:
        """Raises `MediaUnavailable` with Twilio's error number. `note` is told what was made other than asked for."""
        try:
            match prompt:
                case Spoken():
                    return await self._spoken(prompt, note or _nobody)
                case Played():
                    media = await self._client.fetch_media(prompt.url)
                    return await self._library.decoded(media.data, media.content_type, key=media.version)
                case PlayedBytes():
                    return await self._library.decoded(prompt.data, prompt.content_type)
                case WaitingMusic():
                    return self._library.waiting_music
        except FetchFailed as failure:
            raise MediaUnavailable(failure.code, failure.message, url=failure.url) from failure
        except PromptUnavailable as problem:
            url = prompt.url if isinstance(prompt, Played) else None
            raise MediaUnavailable(problem.code, problem.message, url=url) from problem

    async def _spoken(self, prompt: Spoken, note: Callable[[int, str], None]) -> Clip:
        read = _read(prompt)
        prepared = await self._library.spoken(read.segments)
        for sentence in read.notes:
            note(SSML_LEFT_OUT, sentence)
        for code, sentence in prepared.notes:
            note(code, sentence)
        return prepared.clip


def _read(prompt: Spoken) -> ReadSsml:
    if isinstance(prompt.ssml, Sequence) and prompt.ssml:
        content = cast("Sequence[SsmlContent]", prompt.ssml)
        return read_ssml(content, voice=prompt.voice, language=prompt.language)
    return plain_words(prompt.text, voice=prompt.voice, language=prompt.language)


def _nobody(code: int, message: str) -> None:
    """Nobody wants to know."""
