"""The document rules of twiml.md section 1, by number, and that nothing but `DocumentError` ever comes out."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.model.error_code import CATALOGUE
from ringback.twiml.errors import DocumentError, TwimlError
from ringback.twiml.nodes import (
    Dial,
    Document,
    Gather,
    Hangup,
    Number,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Sip,
    Start,
    Verb,
)
from ringback.twiml.parser import parse_document
from ringback.twiml.reader import MAX_BODY_BYTES

Parse = Callable[[str], Document]
One = Callable[[str], tuple[Verb, list[int]]]


def refusal(body: bytes, charset: str | None = None) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        parse_document(body, charset)
    return caught.value


@pytest.mark.parametrize("body", [b"<response/>", b"<Responses/>", b"<Say>Hi</Say>", b'<Response xmlns="urn:x"/>'])
def test_d01_another_root_is_12102(body: bytes) -> None:
    error = refusal(body)
    assert (error.code, error.line) == (12102, 1)
    assert isinstance(error, TwimlError)


def test_d02_names_are_case_sensitive(parse: Parse) -> None:
    document = parse('<say>Hi</say><Pause Length="3"/><Hangup><Say>no</Say></Hangup>')
    assert document.verbs == (Pause(line=1), Hangup(line=1))
    assert [(found.code, found.level, found.element, found.attribute) for found in document.problems] == [
        (12200, "warning", "say", None),
        (12200, "warning", "Pause", "Length"),
        (12200, "warning", "Say", None),
    ]
    assert "did you mean Say?" in document.problems[0].message
    assert "did you mean length?" in document.problems[1].message


def test_d03_what_is_unknown_is_skipped_and_the_rest_runs(parse: Parse) -> None:
    document = parse("<Message>hi<Say>inside</Say></Message><Say>after</Say>")
    assert document.verbs == (Say(line=1, text="after"),)
    assert [found.code for found in document.problems] == [12200]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n\t ",
        b"hello",
        b"<Response>",
        b"<Response>\n<Say>Hi</Response>",
        b"<Response/><Response/>",
        b"<Response/>tail",
        b"<Response><Say>a & b</Say></Response>",
        b"<Response><Say>a&nbsp;b</Say></Response>",
        b'<Response><Play loop="1" loop="2"/></Response>',
        b"<Response><x:Say/></Response>",
        b"<Response><Say>\x01</Say></Response>",
        b"<Response><Say>&#0;</Say></Response>",
    ],
)
def test_d04_what_is_not_well_formed_is_12100(body: bytes) -> None:
    error = refusal(body)
    assert error.code == 12100
    assert error.line is not None
    assert error.line >= 1


def test_d04_the_line_and_the_cause_are_said() -> None:
    error = refusal(b"<Response>\n\n<Say>a&nbsp;b</Say></Response>")
    assert error.line == 3
    assert error.message.startswith("line 3: Entity 'nbsp' not defined")
    assert "&#160;" in error.message


def test_d05_comments_and_instructions_are_nothing() -> None:
    document = parse_document(
        b"<!-- a --><Response><!-- <Hangup/> --><Say>a<!-- b -->c<?php d ?></Say></Response><!-- e -->"
    )
    assert document == Document(verbs=(Say(line=1, text="ac"),))


def test_d06_verbs_keep_their_order(parse: Parse) -> None:
    document = parse("<Say>1</Say><Pause/><Say>2</Say><Hangup/>")
    assert [type(verb) for verb in document.verbs] == [Say, Pause, Say, Hangup]


def test_d07_background_operations_are_verbs_like_others(one: One) -> None:
    verb, problems = one('<Start><Stream url="wss://a.example/s"/></Start>')
    assert isinstance(verb, Start)
    assert problems == []


def test_d08_a_declaration_is_not_needed_and_utf8_is_assumed() -> None:
    body = "<Response><Say>Grüße 😀</Say></Response>"
    expected = Document(verbs=(Say(line=1, text="Grüße 😀"),))
    assert parse_document(body.encode()) == expected
    assert parse_document(b'<?xml version="1.0" encoding="UTF-8"?>' + body.encode()) == expected


@pytest.mark.parametrize(("version", "good"), [("1.0", True), ("2010-04-01", True), ("3.0", False), ("", False)])
def test_d09_a_bad_version_is_12101(version: str, good: bool) -> None:
    body = f'<Response version="{version}"><Hangup/></Response>'.encode()
    if good:
        assert parse_document(body) == Document(verbs=(Hangup(line=1),))
    else:
        assert refusal(body).code == 12101


def test_d10_over_64_kb_is_11750() -> None:
    body = b"<Response/>".ljust(MAX_BODY_BYTES)
    assert parse_document(body) == Document()
    error = refusal(body + b" ")
    assert (error.code, error.line) == (11750, None)


def test_d11_d12_the_parser_leaves_inline_rules_to_the_api(one: One) -> None:
    """Length (32018) and absolute actions (15004) are about where a document came from; nothing here refuses them."""
    long = "x" * 3990
    verb, problems = one(f'<Gather action="/next"><Say>{long}</Say></Gather>')
    assert isinstance(verb, Gather)
    assert verb.action == "/next"
    assert problems == []


def test_d13_relative_urls_are_kept_as_written(parse: Parse) -> None:
    document = parse('<Play>../a.mp3</Play><Record action="next?x=1"/><Redirect>/menu</Redirect>')
    play, record, redirect = document.verbs
    assert isinstance(play, Play)
    assert isinstance(record, Record)
    assert isinstance(redirect, Redirect)
    assert (play.url, record.action, redirect.url) == ("../a.mp3", "next?x=1", "/menu")


@pytest.mark.parametrize("written", ["<Redirect/>", "<Redirect> </Redirect>", "<Redirect></Redirect>"])
def test_d14_an_empty_redirect_is_the_current_document(one: One, written: str) -> None:
    assert one(written) == (Redirect(line=1, url=""), [])


def test_d15_space_round_text_is_trimmed(parse: Parse) -> None:
    document = parse(
        "<Dial>\n  +14155552671\n</Dial><Dial><Sip>\n sip:a@b.example \n</Sip></Dial><Play>\n a.mp3 </Play>"
    )
    dial, sip_dial, play = document.verbs
    assert isinstance(dial, Dial)
    assert isinstance(sip_dial, Dial)
    assert dial.nouns == (Number(line=1, number="+14155552671"),)
    assert sip_dial.nouns == (Sip(line=3, uri="sip:a@b.example"),)
    assert isinstance(play, Play)
    assert play.url == "a.mp3"


def test_d16_text_under_response_is_ignored(parse: Parse) -> None:
    assert parse("hello <Hangup/> world") == Document(verbs=(Hangup(line=1),))


@pytest.mark.parametrize("value", ["True", "1", "yes", "", "FALSE"])
def test_d17_a_wrong_boolean_is_the_verbs_own_code_and_the_default(one: One, value: str) -> None:
    verb, problems = one(f'<Record playBeep="{value}"/>')
    assert verb == Record(line=1)
    assert problems == [13616]


def test_d18_a_bad_value_says_where_and_what_was_expected(parse: Parse) -> None:
    document = parse_document(b'<Response>\n  <Pause\n    length="soon"/>\n</Response>')
    (problem,) = document.problems
    assert document.verbs == (Pause(line=3),)
    assert (problem.code, problem.level, problem.line) == (13910, "warning", 3)
    assert (problem.element, problem.attribute, problem.value) == ("Pause", "length", "soon")
    assert problem.message == 'line 3: <Pause> length="soon": expected a whole number from 1; 1 is used'


def test_d19_an_escaped_ampersand_is_one(one: One) -> None:
    verb, _ = one('<Redirect method="GET">http://a.example/?b=1&amp;c=2</Redirect>')
    assert verb == Redirect(line=1, url="http://a.example/?b=1&c=2", method="GET")


def test_an_unknown_attribute_of_response_is_12200_and_those_of_a_schema_are_nothing() -> None:
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x.xsd"'
    document = parse_document(f'<Response {schema} lang="en"><Reject {schema}/></Response>'.encode())
    assert document.verbs == (Reject(line=1),)
    assert [(found.code, found.attribute) for found in document.problems] == [(12200, "lang")]


def test_a_charset_of_the_content_type_is_used() -> None:
    body = "<Response><Say>é</Say></Response>".encode("latin-1")
    assert parse_document(body, "ISO-8859-1").verbs == (Say(line=1, text="é"),)
    assert refusal(body).code == 12100


@given(st.binary(max_size=400))
def test_random_bytes_raise_only_document_errors(body: bytes) -> None:
    raised = None
    try:
        parse_document(body)
    except DocumentError as error:
        raised = error
    assert raised is None or raised.code in CATALOGUE


NAMES = st.sampled_from(
    [
        "Say",
        "Play",
        "Gather",
        "Dial",
        "Number",
        "Sip",
        "Client",
        "Conference",
        "Application",
        "Pay",
        "Prompt",
        "Start",
        "Stop",
        "Stream",
        "Connect",
        "Refer",
        "Enqueue",
        "Task",
        "ConversationRelay",
        "Headers",
        "Header",
        "Uri",
        "say",
        "Parameter",
        "break",
        "prosody",
        "sub",
        "p",
        "s",
        "Identity",
        "ApplicationSid",
        "Record",
        "x",
    ]
)
ATTRIBUTES = st.sampled_from(
    [
        "loop",
        "voice",
        "timeout",
        "action",
        "url",
        "name",
        "value",
        "digits",
        "track",
        "time",
        "finishOnKey",
        "input",
        "statusCallback",
        "record",
        "xml:lang",
        "hints",
        "for",
        "priority",
        "callerId",
        "length",
        "coach",
        "alias",
    ]
)
VALUES = st.one_of(
    st.sampled_from(["", "1", "true", "auto", "dtmf speech", "wss://a/b", "http://[", "//", "-1", "9" * 40, "99999s"]),
    st.text(
        alphabet=st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters='<>&"\ufffe\uffff'), max_size=12
    ),
)
TEXTS = st.one_of(
    st.just(""), VALUES, st.sampled_from(["sip:a@b?x-a=%0d", "+14155552671", "sip:a@b;=;;?&amp;&amp;=&amp;x-=1"])
)


def element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def written(name: str, attributes: dict[str, str], text: str, inner: list[str]) -> str:
        pairs = "".join(f' {key}="{value}"' for key, value in attributes.items())
        return f"<{name}{pairs}>{text}{''.join(inner)}</{name}>"

    pairs = st.dictionaries(ATTRIBUTES, VALUES, max_size=4)
    return st.builds(written, NAMES, pairs, TEXTS, st.lists(children, max_size=4))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.recursive(element(st.just("")), element, max_leaves=8), max_size=5))
def test_random_documents_are_read_and_every_problem_is_in_the_catalogue(verbs: list[str]) -> None:
    document = parse_document(f"<Response>{''.join(verbs)}</Response>".encode())
    for problem in document.problems:
        assert problem.level == CATALOGUE[problem.code].level
        assert problem.message.startswith("line 1: ") or problem.line == 0
        assert problem.message.isprintable()
