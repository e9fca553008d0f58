"""From what a verb wants heard to audio that is ready to send: words are spoken, URLs fetched, answers decoded."""

from ringback.call.control import MediaUnavailable, Played, PlayedBytes, Prompt, Spoken
from ringback.media._engine import Clip
from ringback.media.errors import PromptUnavailable
from ringback.media.prompt import PromptLibrary
from ringback.webhooks.client import AppClient
from ringback.webhooks.errors import FetchFailed


class PromptLoader:
    """Implements `call.call.PromptSource` for the calls of one account."""

    def __init__(self, *, library: PromptLibrary, client: AppClient) -> None:
        self._library = library
        self._client = client

    @property
    def beep(self) -> Clip:
        return self._library.beep

    async def clip(self, prompt: Prompt) -> Clip:
        """Raises `MediaUnavailable` with Twilio's error number."""
        try:
            match prompt:
                case Spoken():
                    return await self._library.speech(prompt.text, voice=prompt.voice, language=prompt.language)
                case Played():
                    media = await self._client.fetch_media(prompt.url)
                    return await self._library.decoded(media.data, media.content_type, key=media.version)
                case PlayedBytes():
                    return await self._library.decoded(prompt.data, prompt.content_type)
        except FetchFailed as failure:
            raise MediaUnavailable(failure.code, failure.message, url=failure.url) from failure
        except PromptUnavailable as problem:
            url = prompt.url if isinstance(prompt, Played) else None
            raise MediaUnavailable(problem.code, problem.message, url=url) from problem
