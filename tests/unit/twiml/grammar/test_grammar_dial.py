"""`<Dial>`: text or nouns, what may stand together, and what is left when a noun is wrong (DI-11, DI-13)."""

from collections.abc import Callable

import pytest

from ringback.twiml.nodes import Client, Conference, Dial, Number, Queue, Sim, Sip, Verb, WhatsApp

One = Callable[[str], tuple[Verb, list[int]]]
NUMBER = "<Number>+14155552671</Number>"


def nouns(verb: Verb) -> list[str]:
    assert isinstance(verb, Dial)
    return [type(noun).__name__ for noun in verb.nouns]


def test_text_is_the_same_as_one_number(one: One) -> None:
    assert one("<Dial> 415-555-2671 </Dial>") == one("<Dial><Number> 415-555-2671 </Number></Dial>")
    assert one("<Dial>415-555-2671</Dial>") == (Dial(line=1, nouns=(Number(line=1, number="+14155552671"),)), [])


@pytest.mark.parametrize("written", ["<Dial/>", "<Dial>  </Dial>", "<Dial>nobody</Dial>", "<Dial><Number/></Dial>"])
def test_n02_a_dial_without_a_number_stays_with_nothing_to_dial(one: One, written: str) -> None:
    assert one(written) == (Dial(line=1), [13223])


@pytest.mark.parametrize("number", ["911", "9-1-1", "+1911", "112", "999"])
def test_em_02_an_emergency_number_is_left_out_and_reported_as_blocked(one: One, number: str) -> None:
    assert one(f"<Dial>{number}</Dial>") == (Dial(line=1), [13225])
    assert one(f"<Dial><Number>{number}</Number>{NUMBER}</Dial>")[1] == [13225]


def test_text_beside_nouns_is_ignored(one: One) -> None:
    verb, problems = one(f"<Dial>+14155550000{NUMBER}</Dial>")
    assert verb == Dial(line=1, nouns=(Number(line=1, number="+14155552671"),))
    assert problems == [13215]


def test_another_child_is_13215(one: One) -> None:
    assert one(f"<Dial><Say>a</Say>{NUMBER}</Dial>")[1] == [13215]
    assert one("<Dial><number>+14155552671</number></Dial>") == (Dial(line=1), [13215])


def test_di11_nouns_that_ring_mix_freely_in_order(one: One) -> None:
    others = f"<WhatsApp>+14155552671</WhatsApp><Sim>DE{'0' * 32}</Sim>"
    verb, problems = one(f"<Dial><Sip>a@b</Sip>{NUMBER}<Client>bob</Client>{others}</Dial>")
    assert isinstance(verb, Dial)
    assert verb.nouns == (
        Sip(line=1, uri="sip:a@b"),
        Number(line=1, number="+14155552671"),
        Client(line=1, identity="bob"),
        WhatsApp(line=1, number="+14155552671"),
        Sim(line=1, sim_sid="DE" + "0" * 32),
    )
    assert problems == []


def test_di11_ten_nouns_are_dialled(one: One) -> None:
    assert one(f"<Dial>{NUMBER * 10}</Dial>")[1] == []
    verb, problems = one(f"<Dial>{NUMBER * 11}</Dial>")
    assert nouns(verb) == ["Number"] * 10
    assert problems == [13215]


APPLICATION = f"<Application><ApplicationSid>AP{'0' * 32}</ApplicationSid></Application>"


@pytest.mark.parametrize(
    ("inner", "kept", "code"),
    [
        (f"<Conference>a</Conference>{NUMBER}", ["Conference"], 13000),
        (f"{NUMBER}<Conference>a</Conference>{NUMBER}", ["Number", "Number"], 13000),
        ("<Conference>a</Conference><Conference>b</Conference>", ["Conference"], 13000),
        (f"<Queue>a</Queue>{NUMBER}", ["Queue"], 13215),
        (f"{NUMBER}<Queue>a</Queue>", ["Number"], 13215),
        (f"{APPLICATION}{NUMBER}", ["Application"], 13215),
        (f"{APPLICATION}<Conference>a</Conference>", ["Application"], 13000),
        (f"{NUMBER}{APPLICATION}<Queue>a</Queue>", ["Number"], 13215),
    ],
)
def test_di13_some_nouns_stand_alone(one: One, inner: str, kept: list[str], code: int) -> None:
    verb, problems = one(f"<Dial>{inner}</Dial>")
    assert nouns(verb) == kept
    assert problems == [code]


@pytest.mark.parametrize("inner", ["<Conference>a</Conference>", "<Queue>a</Queue>", APPLICATION])
def test_alone_they_are_good(one: One, inner: str) -> None:
    assert one(f"<Dial>{inner}</Dial>")[1] == []


@pytest.mark.parametrize(
    ("written", "caller_id", "codes"),
    [
        ("+14155552671", "+14155552671", []),
        ("415 555 2671", "+14155552671", []),
        ("client:alice", "client:alice", []),
        ("alice_1.x-y+z", "alice_1.x-y+z", []),
        ("", None, []),
        ("two words", None, [13214]),
        ("a@b", None, [13214]),
        ("client:", None, [13214]),
        ("a&#10;b", None, [13214]),
        ("a" * 264, None, [13248]),
    ],
)
def test_di14_to_di16_caller_ids(one: One, written: str, caller_id: str | None, codes: list[int]) -> None:
    verb, problems = one(f'<Dial callerId="{written}">{NUMBER}</Dial>')
    assert isinstance(verb, Dial)
    assert (verb.caller_id, problems) == (caller_id, codes)


def test_an_old_attribute_has_its_own_code(one: One) -> None:
    assert one(f'<Dial ifMachine="hangup">{NUMBER}</Dial>')[1] == [13211]


def test_a_wrong_noun_is_left_out_and_the_others_are_dialled(one: One) -> None:
    verb, problems = one(f"<Dial><Sip>sip:@</Sip><Number>x</Number>{NUMBER}<Client>a b</Client></Dial>")
    assert nouns(verb) == ["Number"]
    assert problems == [13243, 13223, 12200]


def test_queue_and_conference_names_are_trimmed(one: One) -> None:
    verb, _ = one("<Dial><Queue>\n support \n</Queue></Dial>")
    assert verb == Dial(line=1, nouns=(Queue(line=1, name="support"),))
    verb, _ = one("<Dial><Conference> My Room </Conference></Dial>")
    assert verb == Dial(line=1, nouns=(Conference(line=1, name="My Room"),))
