"""From what a verb wants heard to audio that is ready to send: words are spoken, URLs fetched, answers decoded."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from ringback.call.control import MediaUnavailable, Played, PlayedBytes, Prompt, Spoken, WaitingMusic
from ringback.media._engine import Clip
from ringback.media.errors import PromptUnavailable
from ringback.media.prompt import PromptLibrary
from ringback.services.read_ssml import ReadSsml, plain_words, read_ssml
from ringback.twiml.nodes import SsmlContent
from ringback.webhooks.client import MAX_MEDIA_BYTES, AppClient
from ringback.webhooks.errors import FetchFailed

SSML_LEFT_OUT = 13750  # as for everything that is understood and not done


class PromptLoader:
    """Implements `call.call.PromptSource` for the calls of one account.

    `recording_at` finds the file behind a RecordingUrl of this server and this account, so that an app can play what
    was recorded as it can on Twilio: without our asking ourselves, and without credentials in the document.
    """

    def __init__(
        self,
        *,
        library: PromptLibrary,
        client: AppClient,
        recording_at: Callable[[str], Path | None] = lambda url: None,
    ) -> None:
        self._library = library
        self._client = client
        self._recording_at = recording_at

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
                    return await self._played(prompt.url)
                case PlayedBytes():
                    return await self._library.decoded(prompt.data, prompt.content_type)
                case WaitingMusic():
                    return self._library.waiting_music
        except FetchFailed as failure:
            raise MediaUnavailable(failure.code, failure.message, url=failure.url) from failure
        except PromptUnavailable as problem:
            url = prompt.url if isinstance(prompt, Played) else None
            raise MediaUnavailable(problem.code, problem.message, url=url) from problem

    async def _played(self, url: str) -> Clip:
        recording = await asyncio.to_thread(self._read_recording, url)
        if recording is not None:
            return await self._library.decoded(recording, "audio/wav")
        media = await self._client.fetch_media(url)
        return await self._library.decoded(media.data, media.content_type, key=media.version)

    def _read_recording(self, url: str) -> bytes | None:
        """None as well for one that is removed just now, or longer than a file may be: the request will say why."""
        path = self._recording_at(url)
        try:
            return path.read_bytes() if path is not None and path.stat().st_size <= MAX_MEDIA_BYTES else None
        except OSError:
            return None

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
