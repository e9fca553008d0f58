"""`<Say>`, `<Play>`, `<Pause>` beyond their attributes: SAY-, PLAY- and PAU- rules."""

from collections.abc import Callable

import pytest

from ringback.twiml.nodes import Document, Gather, Pause, Play, Say, SsmlBreak, SsmlProsody, SsmlSub, Verb

Parse = Callable[[str], Document]
One = Callable[[str], tuple[Verb, list[int]]]


def test_say01_text_is_one_line(one: One) -> None:
    assert one('<Say loop="2">\n  Hello\n  there </Say>') == (Say(line=1, text="Hello there", loop=2), [])


@pytest.mark.parametrize(
    "written", ["<Say/>", "<Say>  \n</Say>", '<Say><break time="1s"/></Say>', "<Say><!-- x --></Say>"]
)
def test_say02_an_empty_say_stays_and_is_13520(one: One, written: str) -> None:
    verb, problems = one(written)
    assert isinstance(verb, Say)
    assert verb.text == ""
    assert problems == [13520]


@pytest.mark.parametrize(
    ("voice", "text", "too_long"),
    [
        ("man", "a" * 4096, False),
        ("man", "a" * 4097, True),
        ("woman", "é" * 2049, True),
        ("alice", "é" * 750, False),
        ("alice", "é" * 751, True),
        ("Polly.Joanna", "<p>" + "a" * 3000 + "</p>", False),
        ("Polly.Joanna", "a" * 3001, True),
        ("Google.en-US-Standard-A", "a" * 5000, False),
        ("Google.en-US-Standard-A", "<p>" + "a" * 4994 + "</p>", True),
        ("Google.en-US-Standard-A", '<sub alias="x"/>' + "a" * 4984, False),
        ("Google.en-US-Standard-A", '<sub alias="x"/>' + "a" * 4985, True),
    ],
)
def test_say03_a_text_over_its_voices_limit_is_13521_and_stays_whole(
    one: One, voice: str, text: str, too_long: bool
) -> None:
    verb, problems = one(f'<Say voice="{voice}">{text}</Say>')
    assert problems == ([13521] if too_long else [])
    assert isinstance(verb, Say)
    assert len(verb.text) > 700


@pytest.mark.parametrize("voice", ["man", "alice", "Polly.Amy", "Polly.Amy-Generative", "Google.de-DE-Neural2-B"])
def test_voices(one: One, voice: str) -> None:
    assert one(f'<Say voice="{voice}">a</Say>') == (Say(line=1, text="a", voice=voice), [])


@pytest.mark.parametrize("voice", ["", "Man", "Polly.", "Polly", "Polly.Amy-", "Google.a b", "Acme.Amy"])
def test_unknown_voices_are_13511(one: One, voice: str) -> None:
    assert one(f'<Say voice="{voice}">a</Say>') == (Say(line=1, text="a"), [13511])


def test_say06_a_verb_inside_is_skipped_and_ssml_is_kept(one: One) -> None:
    verb, problems = one('<Say>Wait <Pause length="2"/>for <sub alias="it">x</sub>.</Say>')
    assert verb == Say(
        line=1, text="Wait for it.", children=("Wait ", "for ", SsmlSub(line=1, alias="it", children=("x",)), ".")
    )
    assert problems == [12200]


def test_say07_nested_in_gather_the_codes_are_gathers(one: One) -> None:
    verb, problems = one('<Gather><Say voice="x" loop="x">a</Say><Play loop="x">a</Play><Pause length="x"/></Gather>')
    assert verb == Gather(line=1, children=(Say(line=1, text="a"), Play(line=1, url="a"), Pause(line=1)))
    assert problems == [13321, 13322, 13410, 13910]


def test_ssml_is_a_tree(one: One) -> None:
    verb, problems = one('<Say><prosody rate="slow">a<break time="500ms"/>b</prosody> c</Say>')
    inner = ("a", SsmlBreak(line=1, time_seconds=0.5), "b")
    assert verb == Say(line=1, text="a b c", children=(SsmlProsody(line=1, rate="slow", children=inner), " c"))
    assert problems == []


@pytest.mark.parametrize(
    ("time", "seconds"), [("2s", 2.0), ("500ms", 0.5), ("0.5s", 0.5), (".5s", 0.5), ("10s", 10.0), ("0s", 0.0)]
)
def test_break_times(one: One, time: str, seconds: float) -> None:
    verb, problems = one(f'<Say>a<break time="{time}"/></Say>')
    assert isinstance(verb, Say)
    assert verb.children == ("a", SsmlBreak(line=1, time_seconds=seconds))
    assert problems == []


@pytest.mark.parametrize("time", ["2", "2 s", "11s", "10001ms", "-1s", "s", "1e3s", "999999999999s"])
def test_bad_break_times(one: One, time: str) -> None:
    assert one(f'<Say>a<break time="{time}"/></Say>')[1] == [12200]


@pytest.mark.parametrize(
    ("markup", "codes"),
    [
        ("<p>a<s>b<w>c</w></s></p>", []),
        ('<lang xml:lang="de-DE"><p>a</p></lang>', []),
        ("<p><p>a</p></p>", [12200]),
        ("<s><s>a</s></s>", [12200]),
        ("<s><p>a</p></s>", [12200]),
        ("<emphasis><p>a</p></emphasis>", [12200]),
        ("<w><lang>a</lang></w>", [12200]),
        ("<sub><w>a</w></sub>x", [12200]),
        ("<say-as><break/></say-as>x", [12200]),
        ("x<break>y</break>", [12200]),
        ("x<break><break/></break>", [12200]),
        ("<Emphasis>a</Emphasis>x", [12200]),
        ('<lang xml:lang="?">a</lang>', [12200]),
        ('<lang lang="de">a</lang>', [12200]),
    ],
)
def test_ssml_nesting(one: One, markup: str, codes: list[int]) -> None:
    assert one(f"<Say>x {markup}</Say>")[1] == codes


def test_deep_ssml_is_read(one: One) -> None:
    depth = 29
    verb, problems = one(f"<Say>{'<prosody>' * depth}a{'</prosody>' * depth}</Say>")
    assert isinstance(verb, Say)
    assert (verb.text, problems) == ("a", [])


@pytest.mark.parametrize("digits", ["0123456789ABCD#*", "wwWW1"])
def test_play05_digits(one: One, digits: str) -> None:
    assert one(f'<Play digits="{digits}"/>') == (Play(line=1, digits=digits), [])


def test_play05_digits_win_over_a_url(one: One) -> None:
    assert one('<Play digits="1">a.mp3</Play>') == (Play(line=1, digits="1"), [12200])


@pytest.mark.parametrize("digits", ["12e", "1 2", "", "a"])
def test_bad_digits_are_13430_and_a_play_with_nothing_left_is_skipped(parse: Parse, digits: str) -> None:
    document = parse(f'<Play digits="{digits}"/>')
    assert document.verbs == ()
    assert [problem.code for problem in document.problems] == [13430, 12200]


def test_a_play_with_nothing_is_skipped(parse: Parse) -> None:
    document = parse("<Play/><Play> </Play>")
    assert document.verbs == ()
    assert [problem.code for problem in document.problems] == [12200, 12200]


def test_play06_nothing_may_be_inside_and_no_digits_inside_gather(one: One) -> None:
    assert one("<Play>a<Say>b</Say></Play>") == (Play(line=1, url="a"), [12200])
    assert one('<Gather><Play digits="1">a</Play></Gather>') == (Gather(line=1), [13320])


@pytest.mark.parametrize("length", ["0", "-1", "1.5", "", "ten", "+1", "99999999999", "١"])
def test_pau04_a_length_that_is_no_positive_whole_number_is_13910(one: One, length: str) -> None:
    assert one(f'<Pause length="{length}"/>') == (Pause(line=1), [13910])
