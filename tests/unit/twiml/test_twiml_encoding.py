"""The bytes of a body into text, by mark, header, declaration or UTF-8."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.twiml.encoding import decode_body
from ringback.twiml.errors import DocumentError

TEXT = "<a>é€</a>"


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (TEXT.encode(), None),
        (codecs.BOM_UTF8 + TEXT.encode(), None),
        (codecs.BOM_UTF8 + TEXT.encode(), "iso-8859-1"),
        (TEXT.encode("utf-16"), None),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-8"),
        (TEXT.encode("utf-16-le"), None),
        (TEXT.encode("utf-16-be"), None),
        (TEXT.encode("utf-32"), None),
        (TEXT.encode("cp1252"), "windows-1252"),
        (TEXT.encode("iso8859-15"), ' "ISO-8859-15" '),
        (b'<?xml version="1.0" encoding="windows-1252"?>' + TEXT.encode("cp1252"), None),
        (b"<?xml version='1.0' encoding='iso-8859-15'?>" + TEXT.encode("iso8859-15"), None),
        (b'<?xml version="1.0" encoding="utf-16"?>' + TEXT.encode(), None),
        (b'<?xml version="1.0" encoding="latin-1"?>' + TEXT.encode(), "utf-8"),
        (TEXT.encode(), "no-such-charset"),
        (TEXT.encode(), "rot13"),
        (TEXT.encode(), ""),
    ],
)
def test_a_body_is_decoded(body: bytes, charset: str | None) -> None:
    assert decode_body(body, charset) == TEXT


def test_lines_stay_where_they_were() -> None:
    assert decode_body(b'\n\n <?xml version="1.0"\n?>\n<a/>') == "\n\n\n\n<a/>"


def test_latin_1_is_taken_at_its_word() -> None:
    assert decode_body("é".encode("latin-1"), "latin-1") == "é"


@pytest.mark.parametrize("name", ["hex", "punycode", "idna", "unicode_escape", "utf-7", "klingon", "base64"])
def test_an_encoding_that_is_no_plain_text_is_refused(name: str) -> None:
    with pytest.raises(DocumentError, match=f"declared to be {name}") as caught:
        decode_body(f'<?xml version="1.0" encoding="{name}"?><a/>'.encode())
    assert (caught.value.code, caught.value.line) == (12100, 1)


@pytest.mark.parametrize(
    ("body", "line"), [(b"<a>\n\n\xff</a>", 3), (b"\xef\xbb\xbf\n\xe9", 2), (codecs.BOM_UTF16_LE + b"<", 1)]
)
def test_bytes_that_are_not_what_they_claim_have_a_line(body: bytes, line: int) -> None:
    with pytest.raises(DocumentError) as caught:
        decode_body(body)
    assert (caught.value.code, caught.value.line) == (12100, line)


@given(st.binary(max_size=200), st.one_of(st.none(), st.text(max_size=20)))
def test_nothing_else_is_raised(body: bytes, charset: str | None) -> None:
    code = 12100
    try:
        decode_body(body, charset)
    except DocumentError as error:
        code = error.code
    assert code == 12100
