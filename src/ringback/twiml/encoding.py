"""From the bytes of a response body to text: byte order mark, Content-Type, XML declaration, UTF-8 (RFC 7303).

We differ: a declaration that says UTF-16 over bytes that are plainly not is not believed (programs that build XML as a
string write it there), and blank lines may stand before the declaration.
"""

import codecs
import re

from ringback.twiml.errors import DocumentError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED_UTF16 = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))

# What a document may be written in; Python has more codecs, some of them slow or not text at all.
_TEXT_ENCODINGS = frozenset(
    {"utf-8", "ascii", "utf-16", "utf-16-le", "utf-16-be", "big5", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk"}
    | {"iso8859-1", "koi8-r", "koi8-u", "shift_jis", "cp932"}
    | {f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)}
    | {f"cp{page}" for page in range(1250, 1259)}
)
_DECLARED = re.compile(rb"\s*<\?xml\s[^>?]{0,200}?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]{0,39})[\"']")
_DECLARATION = re.compile(r"[ \t\r\n]*<\?xml\s.*?\?>", re.DOTALL)


def decode_body(body: bytes, charset: str | None = None) -> str:
    """The document as text, its XML declaration blanked out so that lines keep their numbers.

    `charset` is what the Content-Type header says. Raises `DocumentError` 12100 for bytes that are not what they claim.
    """
    mark, encoding = _encoding_of(body, charset)
    try:
        text = body[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, len(mark) + error.start) + 1
        message = f"line {line}: byte {error.start + len(mark)} is not {encoding} text: {error.reason}"
        raise DocumentError(12100, message, line) from None
    declaration = _DECLARATION.match(text)
    if declaration is None:
        return text
    return "\n" * declaration.group().count("\n") + text[declaration.end() :]


def _encoding_of(body: bytes, charset: str | None) -> tuple[bytes, str]:
    """The byte order mark to skip, if any, and the codec to use."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return mark, encoding
    for start, encoding in _UNMARKED_UTF16:
        if body.startswith(start):
            return b"", encoding
    return b"", _supported(charset) or _declared_encoding(body) or "utf-8"


def _declared_encoding(body: bytes) -> str | None:
    declared = _DECLARED.match(body)
    if declared is None:
        return None
    name = declared.group(1).decode("ascii")
    encoding = _supported(name)
    if encoding is None:
        raise DocumentError(12100, f"line 1: the document is declared to be {name}, which is not supported", 1)
    return encoding


def _supported(name: str | None) -> str | None:
    """The codec of an encoding that a document without byte order mark can be in; None if there is none."""
    if not name:
        return None
    try:
        encoding = codecs.lookup(name.strip("\"' ")).name
    except (LookupError, ValueError):
        return None
    if encoding not in _TEXT_ENCODINGS:
        return None
    return "utf-8" if encoding.startswith("utf-16") else encoding
