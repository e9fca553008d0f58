"""`<Conference>`, `<Queue>`, `<Application>` beyond their attributes (twiml.md 8.4 to 8.6)."""

from collections.abc import Callable

import pytest

from ringback.twiml.nodes import Application, Conference, Dial, Parameter, Queue, Verb

One = Callable[[str], tuple[Verb, list[int]]]
SID = "AP" + "0a" * 16


def noun(verb: Verb) -> object:
    assert isinstance(verb, Dial)
    return verb.nouns[0] if verb.nouns else None


@pytest.mark.parametrize(
    ("attributes", "wait_url", "wait_method"),
    [
        ("", None, "GET"),
        ('waitUrl=""', "", "GET"),
        ('waitUrl="/wait"', "/wait", "POST"),
        ('waitUrl="/wait" waitMethod="GET"', "/wait", "GET"),
        ('waitMethod="POST"', None, "POST"),
    ],
)
def test_the_wait_method_follows_the_wait_url(
    one: One, attributes: str, wait_url: str | None, wait_method: str
) -> None:
    verb, problems = one(f"<Dial><Conference {attributes}>a</Conference></Dial>")
    room = noun(verb)
    assert isinstance(room, Conference)
    assert (room.wait_url, room.wait_method, problems) == (wait_url, wait_method, [])


@pytest.mark.parametrize(("name", "good"), [("a" * 128, True), ("a" * 129, False), ("", False)])
def test_a_conference_name_has_at_most_128_characters(one: One, name: str, good: bool) -> None:
    verb, problems = one(f"<Dial><Conference>{name}</Conference></Dial>")
    assert (noun(verb) is not None, problems) == (good, [] if good else [13237])


@pytest.mark.parametrize("label", ["", "a/b", "CA" + "0" * 32, "x" * 129])
def test_bad_participant_labels_are_16023(one: One, label: str) -> None:
    assert one(f'<Dial><Conference participantLabel="{label}">a</Conference></Dial>')[1] == [16023]


def test_queue_is_a_noun_and_a_verb(one: One) -> None:
    assert one("<Queue>a</Queue>") == (Queue(line=1, name="a"), [])
    assert noun(one("<Dial><Queue>a</Queue></Dial>")[0]) == Queue(line=1, name="a")


def test_an_application_has_its_sid_as_a_child_or_as_text(one: One) -> None:
    parameters = '<Parameter name="a" value="b"/>'
    verb, problems = one(
        f"<Dial><Application><ApplicationSid> {SID} </ApplicationSid>{parameters}</Application></Dial>"
    )
    assert noun(verb) == Application(line=1, application_sid=SID, parameters=(Parameter(line=1, name="a", value="b"),))
    assert problems == []
    assert noun(one(f"<Dial><Application>{SID}</Application></Dial>")[0]) == Application(line=1, application_sid=SID)


@pytest.mark.parametrize("inner", ["", "AP1", "<ApplicationSid>AP1</ApplicationSid>", "<ApplicationSid/>"])
def test_an_application_without_a_sid_is_21218(one: One, inner: str) -> None:
    assert one(f"<Dial><Application>{inner}</Application></Dial>") == (Dial(line=1), [21218])
