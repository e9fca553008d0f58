"""XML into elements by lxml: no DTD, no entities, no network, and a limit on all a document can have too much of."""

from lxml import etree

from ringback.twiml.element import Element
from ringback.twiml.encoding import decode_body
from ringback.twiml.errors import DocumentError, escaped

MAX_BODY_BYTES = 64 * 1024  # D-10
MAX_DEPTH = 32  # elements inside one another; TwiML needs 4 and its SSML a few more
MAX_ELEMENTS = 1000  # some 10 ms of work; a document of this size would run for hours
MAX_ATTRIBUTES = 100  # of one element; TwiML's largest has 41, and looking them up takes quadratic time
MAX_REASON = 200  # characters of the XML parser's own words

_XML_SPACE = " \t\r\n"
_XML_NAMESPACE = "{http://www.w3.org/XML/1998/namespace}"


def read_elements(body: bytes, charset: str | None = None) -> Element:
    """The root element of a document. Raises `DocumentError` 11750 or 12100."""
    if len(body) > MAX_BODY_BYTES:
        raise DocumentError(11750, f"the document has {len(body)} bytes; {MAX_BODY_BYTES} are allowed")
    text = decode_body(body, charset)
    if not text.strip(_XML_SPACE):
        raise DocumentError(12100, "the document is empty", 1)
    _refuse_document_type(text)
    return _Copy().element(_parse(text), depth=1)


def _parse(text: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        reason = (error.msg or "not well-formed").split(", line ")[0].strip()
        raise DocumentError(12100, f"line {line}: {escaped(reason, MAX_REASON)}{_hint(reason)}", line) from None


def _hint(reason: str) -> str:
    if reason.startswith("Entity"):
        return "; XML knows &amp; &lt; &gt; &quot; &apos; and numbers such as &#160;"
    if reason.startswith(("EntityRef", "xmlParseEntityRef")):
        return "; write & as &amp;"
    return ""


def _refuse_document_type(text: str) -> None:
    """No DTD at all: it is where entity bombs and file reads come from. It can only stand before the root element."""
    position = 0
    while True:
        while position < len(text) and text[position] in _XML_SPACE:
            position += 1
        if text.startswith("<!DOCTYPE", position):
            line = text.count("\n", 0, position) + 1
            raise DocumentError(12100, f"line {line}: a document type (DTD) is not allowed", line)
        end = _end_of_comment_or_instruction(text, position)
        if end is None:
            return
        position = end


def _end_of_comment_or_instruction(text: str, position: int) -> int | None:
    for start, stop in (("<!--", "-->"), ("<?", "?>")):
        if text.startswith(start, position):
            end = text.find(stop, position + len(start))
            return None if end < 0 else end + len(stop)
    return None


class _Copy:
    """Copies lxml's tree into ours, counting as it goes."""

    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = 0

    def element(self, source: etree._Element, depth: int) -> Element:
        line = int(source.sourceline or 1)  # type: ignore[call-overload]  # the stubs have an ellipsis here
        self._count += 1
        if depth > MAX_DEPTH:
            raise DocumentError(12100, f"line {line}: elements are nested more than {MAX_DEPTH} deep", line)
        if self._count > MAX_ELEMENTS:
            raise DocumentError(12100, f"line {line}: the document has more than {MAX_ELEMENTS} elements", line)
        if len(source.attrib) > MAX_ATTRIBUTES:
            raise DocumentError(12100, f"line {line}: an element has more than {MAX_ATTRIBUTES} attributes", line)
        attributes = tuple((_name(str(name)), str(value)) for name, value in source.attrib.items())
        content = self._content(source, depth)
        return Element(name=_name(str(source.tag)), line=line, attributes=attributes, content=content)

    def _content(self, source: etree._Element, depth: int) -> tuple[str | Element, ...]:
        content: list[str | Element] = [source.text] if source.text else []
        for child in source:
            content.append(self.element(child, depth + 1))
            if child.tail:
                content.append(child.tail)
        return tuple(content)


def _name(name: str) -> str:
    return name.replace(_XML_NAMESPACE, "xml:")
