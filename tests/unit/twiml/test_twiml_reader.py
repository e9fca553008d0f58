"""XML into elements: what is kept, what is refused, and every limit on both of its sides."""

import pytest

from ringback.twiml.element import Element
from ringback.twiml.errors import DocumentError
from ringback.twiml.reader import MAX_ATTRIBUTES, MAX_BODY_BYTES, MAX_DEPTH, MAX_ELEMENTS, read_elements


def refusal(body: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_elements(body)
    return caught.value


def test_elements_keep_order_text_attributes_and_lines() -> None:
    root = read_elements(b'<a x="1" y="&lt;&amp;">one<b/>two\n<c>three</c></a>')
    assert root == Element(
        name="a",
        line=1,
        attributes=(("x", "1"), ("y", "<&")),
        content=("one", Element(name="b", line=1), "two\n", Element(name="c", line=2, content=("three",))),
    )
    assert root.text == "onetwo\n"
    assert [child.name for child in root.children] == ["b", "c"]


def test_cdata_is_text_and_comments_join_what_they_divide() -> None:
    assert read_elements(b"<a><![CDATA[<x>&]]><!-- n -->y<?z ?>!</a>").content == ("<x>&y!",)


def test_a_namespace_stays_in_the_name_and_xml_lang_reads_as_written() -> None:
    root = read_elements(b'<a xmlns:n="urn:n" n:x="1" xml:lang="de"><n:b/></a>')
    assert dict(root.attributes) == {"{urn:n}x": "1", "xml:lang": "de"}
    assert [child.name for child in root.children] == ["{urn:n}b"]


BOMB = (
    b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    b'<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><a x="&d;">&d;</a>'
)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (BOMB, 1),
        (b'<?xml version="1.0"?>\n<!-- <x> -->\n<?p q?>\n<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 4),
        (b"\n\n<!DOCTYPE a><a/>", 3),
        ("<!DOCTYPE a><a/>".encode("utf-16"), 1),
        (b"\xef\xbb\xbf<!DOCTYPE a><a/>", 1),
    ],
)
def test_a_document_type_is_refused_with_its_line(body: bytes, line: int) -> None:
    error = refusal(body)
    assert (error.code, error.line) == (12100, line)
    assert "DTD" in error.message


def test_the_words_of_a_document_type_are_allowed_where_they_are_none() -> None:
    assert read_elements(b"<!-- <!DOCTYPE a> --><a><![CDATA[<!DOCTYPE a>]]></a>").text == "<!DOCTYPE a>"


@pytest.mark.parametrize("body", [b"<!--", b"<?x", b"<!-- a --", b"<!DOCTYPE"])
def test_a_prolog_that_never_ends_is_12100(body: bytes) -> None:
    assert refusal(body).code == 12100


def test_the_size_limit() -> None:
    assert read_elements(b"<a/>".ljust(MAX_BODY_BYTES)).name == "a"
    assert refusal(b"<a/>".ljust(MAX_BODY_BYTES + 1)).code == 11750


def test_the_depth_limit() -> None:
    def nested(depth: int) -> bytes:
        return b"<a>" * depth + b"</a>" * depth

    assert read_elements(nested(MAX_DEPTH)).name == "a"
    assert "deep" in refusal(nested(MAX_DEPTH + 1)).message
    assert refusal(nested(9000)).code == 12100


def test_the_element_limit() -> None:
    def wide(count: int) -> bytes:
        return b"<a>" + b"<b/>" * (count - 1) + b"</a>"

    assert len(list(read_elements(wide(MAX_ELEMENTS)).children)) == MAX_ELEMENTS - 1
    assert f"more than {MAX_ELEMENTS}" in refusal(wide(MAX_ELEMENTS + 1)).message


def test_the_attribute_limit() -> None:
    def with_attributes(count: int) -> bytes:
        return b"<a " + b" ".join(b'x%d="1"' % number for number in range(count)) + b"/>"

    assert len(read_elements(with_attributes(MAX_ATTRIBUTES)).attributes) == MAX_ATTRIBUTES
    assert f"more than {MAX_ATTRIBUTES}" in refusal(with_attributes(MAX_ATTRIBUTES + 1)).message


def test_a_bare_ampersand_gets_a_hint() -> None:
    assert "&amp;" in refusal(b"<a>x?a=1&b=2</a>").message
    assert "&amp;" in refusal(b"<a>a & b</a>").message
