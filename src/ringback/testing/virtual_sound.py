"""What a virtual caller hears: words instead of audio, with the time that they take."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ringback.call.control import MediaUnavailable, Played, PlayedBytes, Prompt, WaitingMusic
from ringback.testing.caller import seconds_of_speech

SECONDS_OF_UNKNOWN_MEDIA = 3.0


@dataclass(slots=True)
class Sound:
    """A prompt that the caller hears or has heard."""

    what: str
    is_over: bool = False


def seconds_of_prompt(prompt: Prompt, media: Mapping[str, float] | None) -> float:
    """`media` is how long each URL plays; None lets every URL play for three seconds. Raises `MediaUnavailable`."""
    match prompt:
        case Played():
            return _seconds_of_url(prompt.url, media)
        case PlayedBytes():
            return SECONDS_OF_UNKNOWN_MEDIA
        case WaitingMusic():
            return math.inf
        case _:
            return seconds_of_speech(prompt.text)


def _seconds_of_url(url: str, media: Mapping[str, float] | None) -> float:
    if media is None:
        return SECONDS_OF_UNKNOWN_MEDIA
    if url not in media:
        raise MediaUnavailable(11200, "the app answered 404", url=url)
    return media[url]


def shown(prompt: Prompt) -> str:
    """How a transcript names it."""
    match prompt:
        case Played():
            return prompt.url
        case PlayedBytes():
            return f"{len(prompt.data)} bytes of {prompt.content_type}"
        case WaitingMusic():
            return "waiting music"
        case _:
            return prompt.text
