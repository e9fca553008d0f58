"""Content types of answers: which are documents, which are audio, which are words (twiml.md 1.1, PLAY-03). Pure."""

TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
PLAIN_TYPE = "text/plain"

TWILIO_AUDIO_TYPES = frozenset(
    {
        "audio/mpeg",
        "audio/wav",
        "audio/wave",
        "audio/x-wav",
        "audio/aiff",
        "audio/x-aifc",
        "audio/x-aiff",
        "audio/x-gsm",
        "audio/gsm",
        "audio/ulaw",
    }
)
FURTHER_AUDIO_TYPES = frozenset(
    {
        "application/ogg",
        "audio/basic",
        "audio/flac",
        "audio/mp3",
        "audio/ogg",
        "audio/vnd.wave",
        "audio/x-alaw",
        "audio/x-flac",
        "audio/x-mpeg",
    }
)
"""We take these too: the engine decodes them, and web servers name files so."""

AUDIO_TYPES = TWILIO_AUDIO_TYPES | FURTHER_AUDIO_TYPES


def media_type(content_type: str | None) -> str:
    """`text/xml` of `Text/XML; charset=utf-8`; empty when there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


def charset(content_type: str | None) -> str | None:
    """The `charset` parameter, if Python knows it."""
    for parameter in (content_type or "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return _known(value.strip().strip("\"'").lower())
    return None


def _known(name: str) -> str | None:
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return None
    return name
