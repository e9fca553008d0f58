"""`<Start>`, `<Stop>`, `<Connect>` and their nouns beyond their attributes (twiml.md sections 14 and 15)."""

from collections.abc import Callable

import pytest

from ringback.twiml.nodes import (
    Autopilot,
    Config,
    Connect,
    ConversationRelay,
    Parameter,
    Recording,
    RelayLanguage,
    Room,
    Siprec,
    Start,
    Stop,
    StopTarget,
    Stream,
    Transcription,
    Verb,
    VirtualAgent,
)

One = Callable[[str], tuple[Verb, list[int]]]
URL = "wss://a.example/s"


@pytest.mark.parametrize("url", [URL, "WSS://a.example", "/relative", "wss://a.example:8443/x%20y"])
def test_stream_urls(one: One, url: str) -> None:
    assert one(f'<Connect><Stream url="{url}"/></Connect>') == (Connect(line=1, nouns=(Stream(line=1, url=url),)), [])


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ws://a.example/s", 31922),
        ("https://a.example/s", 31922),
        ("wss://", 31923),
        ("wss://a.example/s?a=1", 31923),
        ("wss://a b/", 31923),
        ("wss://a:port/", 31923),
        ("", 31923),
        ("wss://a/" + "x" * 4000, 31923),
    ],
)
def test_a_bad_stream_url_drops_the_stream(one: One, url: str, code: int) -> None:
    assert one(f'<Start><Stream url="{url}"/></Start>') == (Start(line=1), [code])


def test_a_stream_needs_a_url_or_a_connector(one: One) -> None:
    assert one("<Connect><Stream/></Connect>") == (Connect(line=1), [31923])
    stream = Stream(line=1, connector_name="c")
    assert one('<Connect><Stream connectorName="c"/></Connect>') == (Connect(line=1, nouns=(stream,)), [])


def test_stream_parameters_have_under_500_characters(one: One) -> None:
    good, bad = f'<Parameter name="a" value="{"x" * 498}"/>', f'<Parameter name="ab" value="{"x" * 498}"/>'
    verb, problems = one(f'<Connect><Stream url="{URL}">{good}{bad}</Stream></Connect>')
    assert isinstance(verb, Connect)
    (stream,) = verb.nouns
    assert isinstance(stream, Stream)
    assert [parameter.name for parameter in stream.parameters] == ["a"]
    assert problems == [12200]


def test_connect_takes_one_noun(one: One) -> None:
    verb, problems = one(f'<Connect><Room>a</Room><Stream url="{URL}"/></Connect>')
    assert verb == Connect(line=1, nouns=(Room(line=1, name="a"),))
    assert problems == [12200]


@pytest.mark.parametrize("name", ["Connect", "Start", "Stop"])
def test_without_a_noun_the_verb_stays_and_says_so(one: One, name: str) -> None:
    verb, problems = one(f"<{name}/>")
    assert type(verb).__name__ == name
    assert problems == [12200]


@pytest.mark.parametrize("inner", ["<Recording/>", "<Siprec connectorName='c'/>", "<Number>1</Number>"])
def test_a_noun_of_another_verb_is_12200(one: One, inner: str) -> None:
    assert one(f"<Connect>{inner}</Connect>") == (Connect(line=1), [12200])


def test_ss05_start_takes_several_nouns(one: One) -> None:
    verb, problems = one(
        f'<Start><Recording/><Transcription><Config name="a"/></Transcription><Siprec connectorName="c"/>'
        f'<Stream url="{URL}"/></Start>'
    )
    assert verb == Start(
        line=1,
        nouns=(
            Recording(line=1),
            Transcription(line=1, configs=(Config(line=1, name="a"),)),
            Siprec(line=1, connector_name="c"),
            Stream(line=1, url=URL),
        ),
    )
    assert problems == []


def test_ss03_stop_names_kind_and_name(one: One) -> None:
    verb, problems = one(
        '<Stop><Stream name="a"/><Siprec name="b"/><Transcription name="c"/><Recording name="d"/></Stop>'
    )
    kinds = [("stream", "a"), ("siprec", "b"), ("transcription", "c"), ("recording", "d")]
    assert verb == Stop(line=1, nouns=tuple(StopTarget(line=1, kind=kind, name=name) for kind, name in kinds))  # type: ignore[arg-type]
    assert problems == []


def test_stop_needs_a_name_and_ignores_what_it_was_started_with(one: One) -> None:
    assert one("<Stop><Stream/></Stop>") == (Stop(line=1), [12200])
    verb, problems = one(f'<Stop><Stream name="a" url="{URL}" track="both_tracks" colour="red"/></Stop>')
    assert verb == Stop(line=1, nouns=(StopTarget(line=1, kind="stream", name="a"),))
    assert problems == [12200]


def test_conversation_relay(one: One) -> None:
    verb, problems = one(
        f'<Connect><ConversationRelay url="{URL}"><Language code="sv-SE" voice="x"/><Language/>'
        '<Parameter name="a" value="b"/></ConversationRelay></Connect>'
    )
    relay = ConversationRelay(
        line=1,
        url=URL,
        languages=(RelayLanguage(line=1, code="sv-SE", voice="x"),),
        parameters=(Parameter(line=1, name="a", value="b"),),
    )
    assert verb == Connect(line=1, nouns=(relay,))
    assert problems == [64101]


@pytest.mark.parametrize("url", ["", "/relative", "ws://a.example", "wss://a b"])
def test_a_relay_needs_a_wss_url(one: One, url: str) -> None:
    assert one(f'<Connect><ConversationRelay url="{url}"/></Connect>') == (Connect(line=1), [64102])


def test_other_connect_nouns(one: One) -> None:
    agent = '<VirtualAgent connectorName="c"><Config name="a" value="b"/></VirtualAgent>'
    assert one(f"<Connect>{agent}</Connect>") == (
        Connect(
            line=1,
            nouns=(VirtualAgent(line=1, connector_name="c", configs=(Config(line=1, name="a", value="b"),)),),
        ),
        [],
    )
    assert one("<Connect><VirtualAgent/></Connect>") == (Connect(line=1), [32602])
    assert one("<Connect><Autopilot>UA1</Autopilot></Connect>")[0] == Connect(
        line=1, nouns=(Autopilot(line=1, name="UA1"),)
    )
