"""`Headers`: order, spelling, compact forms, lists, and what may never be written."""

from collections.abc import Callable

import pytest

from ringback.sip.message.errors import IllegalHeader
from ringback.sip.message.headers import COMPACT_FORMS, Headers, canonical_name

LINES = [("v", "a, b"), ("X-Thing", "1, 2"), ("VIA", "c"), ("x-thing", "3"), ("To", "<sip:a@b>")]


def test_names_are_compared_without_case_and_by_long_form() -> None:
    headers = Headers(LINES)
    assert headers.get("Via") == headers.get("V") == headers.get("via") == "a, b"
    assert headers.get("t") == "<sip:a@b>"
    assert headers.get("From") is None
    assert "via" in headers
    assert "From" not in headers
    assert 1 not in headers


def test_a_list_in_one_line_reads_like_several_lines() -> None:
    assert Headers(LINES).get_all("Via") == ["a", "b", "c"]
    assert Headers([("Via", "a"), ("Via", "b"), ("Via", "c")]).get_all("v") == ["a", "b", "c"]


def test_a_header_that_is_no_list_is_not_split() -> None:
    headers = Headers(LINES)
    assert headers.get_all("X-Thing") == ["1, 2", "3"]
    assert headers.get_lines("Via") == ["a, b", "c"]
    credentials = Headers([("Proxy-Authorization", 'Digest a="1", b="2"')])
    assert credentials.get_all("Proxy-Authorization") == ['Digest a="1", b="2"']


def test_order_and_spelling_are_kept() -> None:
    headers = Headers(LINES)
    assert list(headers.items()) == LINES
    assert len(headers) == 5


def test_set_takes_the_place_of_the_first_and_removes_the_others() -> None:
    headers = Headers(LINES)
    headers.set("Via", "z")
    assert [name for name, _ in headers.items()] == ["Via", "X-Thing", "x-thing", "To"]
    assert headers.get_all("Via") == ["z"]
    headers.set("New", "1")
    assert list(headers.items())[-1] == ("New", "1")


def test_add_goes_to_the_end_and_prepend_before_the_first_of_its_name() -> None:
    headers = Headers([("To", "x"), ("Via", "b")])
    headers.prepend("Via", "a")
    headers.prepend("Route", "r")
    headers.add("Via", "c")
    assert list(headers.items()) == [("Route", "r"), ("To", "x"), ("Via", "a"), ("Via", "b"), ("Via", "c")]


def test_the_first_value_is_taken_from_a_list_or_with_its_line() -> None:
    headers = Headers(LINES)
    assert [headers.remove_first("Via") for _ in range(4)] == ["a", "b", "c", None]
    assert headers.remove_first("X-Thing") == "1, 2"
    assert list(headers.items()) == [("x-thing", "3"), ("To", "<sip:a@b>")]


def test_the_first_value_is_exchanged_in_its_place() -> None:
    headers = Headers(LINES)
    headers.replace_first("Via", "new")
    assert headers.get_all("Via") == ["new", "b", "c"]
    headers.replace_first("Route", "r")
    assert next(iter(headers.items())) == ("Route", "r")


def test_remove_takes_every_line() -> None:
    headers = Headers(LINES)
    headers.remove("Via")
    headers.remove("Never-There")
    assert [name for name, _ in headers.items()] == ["X-Thing", "x-thing", "To"]


def test_a_copy_and_an_excerpt_are_independent() -> None:
    headers = Headers(LINES)
    copied, excerpt = headers.copy(), headers.only({"via"})
    headers.remove("Via")
    assert copied.get_all("Via") == excerpt.get_all("Via") == ["a", "b", "c"]
    assert [name for name, _ in excerpt.items()] == ["v", "VIA"]
    assert copied == Headers(LINES)
    assert copied != headers


def test_equality_ignores_the_spelling_of_names_only() -> None:
    assert Headers([("v", "a")]) == Headers([("Via", "a")])
    assert Headers([("v", "a")]) != Headers([("v", "A")])
    assert Headers() != []


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\n", "\ra", "a\x00"])
def test_a_value_that_would_break_its_line_is_never_written(value: str) -> None:
    headers = Headers()
    for write in (headers.set, headers.add, headers.prepend, headers.replace_first):
        with pytest.raises(IllegalHeader):
            write("X-A", value)
    assert len(headers) == 0


@pytest.mark.parametrize("name", ["", "X A", "X:A", "X\r\nA", "é"])
def test_a_name_that_is_no_token_is_never_written(name: str) -> None:
    with pytest.raises(IllegalHeader):
        Headers([(name, "1")])


def test_what_was_parsed_is_remembered_until_a_line_of_its_name_changes() -> None:
    headers = Headers(LINES)
    calls: list[str] = []

    def parse(name: str) -> int:
        calls.append(name)
        return len(calls)

    assert [headers.parsed("Contact", parse), headers.parsed("Contact", parse)] == [1, 1]
    others: tuple[Callable[[], object], ...] = (
        lambda: headers.add("A", "1"),
        lambda: headers.set("a", "2"),
        lambda: headers.remove("A"),
    )
    for change in others:
        change()
        assert headers.parsed("Contact", parse) == 1
    changes: tuple[Callable[[], object], ...] = (
        lambda: headers.add("m", "1"),
        lambda: headers.set("contact", "2"),
        lambda: headers.prepend("CONTACT", "0"),
        lambda: headers.replace_first("Contact", "3"),
        lambda: headers.remove_first("m"),
        lambda: headers.remove("Contact"),
    )
    for change in changes:
        change()
        headers.parsed("Contact", parse)
    assert calls == ["Contact"] * 7


def test_a_copy_keeps_what_was_parsed_and_changes_alone() -> None:
    headers = Headers([("To", "1"), ("Via", "2")])

    def read(from_: Headers, name: str) -> object:
        return from_.parsed(name, lambda _: object())

    to, via = read(headers, "To"), read(headers, "Via")
    copy, only = headers.copy(), headers.only({"to"})
    assert (read(copy, "To"), read(copy, "Via"), read(only, "To")) == (to, via, to)
    assert read(only, "Via") is not via
    only.set("To", "3")
    assert read(only, "To") is not to
    assert (read(headers, "To"), read(copy, "To")) == (to, to)


def test_the_shown_form_is_the_lines() -> None:
    assert repr(Headers([("A", "1")])) == "Headers([('A', '1')])"


@pytest.mark.parametrize(
    ("compact", "name"),
    [
        ("i", "call-id"),
        ("m", "contact"),
        ("e", "content-encoding"),
        ("l", "content-length"),
        ("c", "content-type"),
        ("f", "from"),
        ("s", "subject"),
        ("k", "supported"),
        ("t", "to"),
        ("v", "via"),
        ("o", "event"),
        ("r", "refer-to"),
        ("u", "allow-events"),
        ("x", "session-expires"),
        ("b", "referred-by"),
    ],
)
def test_compact_forms_are_known(compact: str, name: str) -> None:
    assert canonical_name(compact.upper()) == COMPACT_FORMS[compact] == name
