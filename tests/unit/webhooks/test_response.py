"""What an answer is, by its content type (webhooks.md section 8, twiml.md 1.1)."""

import pytest

from ringback.webhooks.content_type import AUDIO_TYPES, TWILIO_AUDIO_TYPES, charset, media_type
from ringback.webhooks.errors import BODY_START_BYTES, FetchFailed
from ringback.webhooks.response import AudioBody, Fetched, PlainText, TwimlBody, interpret_response
from ringback.webhooks.transport import HttpResponse


def fetched(body: bytes, content_type: str | None, **headers: str) -> Fetched:
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    if content_type is not None:
        pairs.append(("Content-Type", content_type))
    return Fetched(
        url="http://u:secret@h/p",
        shown_url="http://h/p",
        method="POST",
        parameters=(("CallSid", "CA1"),),
        response=HttpResponse(status=200, headers=tuple(pairs), body=body),
    )


@pytest.mark.parametrize(
    "content_type", ["text/xml", "application/xml", "text/html", "TEXT/XML; charset=utf-8", " text/html ;x"]
)
def test_markup_is_a_document(content_type: str) -> None:
    assert interpret_response(fetched(b"<Response/>", content_type)) == TwimlBody(body=b"<Response/>")


@pytest.mark.parametrize("content_type", sorted(AUDIO_TYPES))
def test_audio_is_played(content_type: str) -> None:
    """PLAY-03."""
    found = interpret_response(fetched(b"RIFF", content_type + "; rate=8000"))
    assert found == AudioBody(data=b"RIFF", content_type=content_type)


def test_every_type_of_twilio_is_taken() -> None:
    assert len(TWILIO_AUDIO_TYPES) == 10
    assert TWILIO_AUDIO_TYPES <= AUDIO_TYPES


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"hello", "text/plain", "hello"),
        ("café".encode(), "text/plain; charset=UTF-8", "café"),
        ("café".encode("latin-1"), "text/plain; charset=ISO-8859-1", "café"),
        (b"caf\xe9", "text/plain; charset=nonsense", "caf�"),
        (b"caf\xe9", "text/plain", "caf�"),
    ],
)
def test_plain_text_is_kept_as_bytes_and_as_words(body: bytes, content_type: str, text: str) -> None:
    """The caller decides: TwiML if it parses as such, else spoken."""
    assert interpret_response(fetched(body, content_type)) == PlainText(body=body, text=text)


@pytest.mark.parametrize("content_type", [None, "", "application/json", "image/png", "audio/midi", "text/xmlish"])
def test_any_other_type_is_12300(content_type: str | None) -> None:
    with pytest.raises(FetchFailed, match="Content-Type is") as caught:
        interpret_response(fetched(b"{}", content_type))
    assert caught.value.code == 12300


@pytest.mark.parametrize("content_type", ["text/xml", None])
def test_an_empty_answer_does_not_parse(content_type: str | None) -> None:
    with pytest.raises(FetchFailed) as caught:
        interpret_response(fetched(b" \n", content_type))
    assert caught.value.code == 12100


def test_an_empty_chunked_answer_is_11770() -> None:
    with pytest.raises(FetchFailed) as caught:
        interpret_response(fetched(b"", "text/xml", transfer_encoding="chunked"))
    assert caught.value.code == 11770


def test_a_failure_carries_what_the_notification_shows_and_no_password() -> None:
    """F-10."""
    failure = fetched(b"x" * 9000, "application/json", X_Trace="7").failed(12300, "wrong type")
    assert (failure.url, failure.method, failure.status) == ("http://h/p", "POST", 200)
    assert failure.parameters == (("CallSid", "CA1"),)
    assert ("X-Trace", "7") in failure.headers
    assert len(failure.body) == BODY_START_BYTES
    assert "secret" not in f"{failure!s} {failure!r} {fetched(b'', None)!r}"


def test_media_type_and_charset_are_read_leniently() -> None:
    assert media_type(None) == ""
    assert media_type("Text/HTML;charset=x") == "text/html"
    assert charset('text/plain; Charset="UTF-8"') == "utf-8"
    assert charset("text/plain; charset=\x00") is None
    assert charset(None) is None
