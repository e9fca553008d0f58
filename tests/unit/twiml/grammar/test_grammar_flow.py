"""The verbs that steer, beyond their attributes (twiml.md sections 9 to 13 and 17)."""

from collections.abc import Callable

import pytest

from ringback.twiml.nodes import (
    Document,
    Echo,
    Enqueue,
    Hangup,
    Leave,
    Parameter,
    Redirect,
    Refer,
    ReferTarget,
    Reject,
    Sms,
    Task,
    Verb,
)

Parse = Callable[[str], Document]
One = Callable[[str], tuple[Verb, list[int]]]


@pytest.mark.parametrize(
    ("written", "verb"),
    [
        ("<Hangup/>", Hangup(line=1)),
        ("<Leave/>", Leave(line=1)),
        ("<Echo/>", Echo(line=1)),
        ("<Reject/>", Reject(line=1)),
        ("<Redirect>a</Redirect>", Redirect(line=1, url="a")),
        ("<Sms to='+1'> Hi </Sms>", Sms(line=1, text="Hi", to="+1")),
        (
            "<Hangup><Parameter name='a' value='b'/></Hangup>",
            Hangup(line=1, parameters=(Parameter(line=1, name="a", value="b"),)),
        ),
        ("<Reject><Parameter name='a'/></Reject>", Reject(line=1, parameters=(Parameter(line=1, name="a"),))),
    ],
)
def test_small_verbs(one: One, written: str, verb: Verb) -> None:
    assert one(written) == (verb, [])


@pytest.mark.parametrize("name", ["Hangup", "Leave", "Echo", "Reject", "Redirect", "Pause", "Record"])
def test_nothing_may_be_inside(one: One, name: str) -> None:
    assert one(f"<{name}><Say>a</Say></{name}>")[1] == [12200]


def test_an_sms_needs_text(parse: Parse) -> None:
    document = parse("<Sms/>")
    assert document.verbs == ()
    assert [problem.code for problem in document.problems] == [12200]


@pytest.mark.parametrize(
    ("written", "verb", "codes"),
    [
        ("<Enqueue>support</Enqueue>", Enqueue(line=1, name="support"), []),
        (f"<Enqueue>{'a' * 64}</Enqueue>", Enqueue(line=1, name="a" * 64), []),
        (f"<Enqueue>{'a' * 65}</Enqueue>", Enqueue(line=1), [12200, 12200]),
        ("<Enqueue/>", Enqueue(line=1), [12200]),
        ('<Enqueue waitUrl="/w">a</Enqueue>', Enqueue(line=1, name="a", wait_url="/w", wait_url_method="POST"), []),
        ('<Enqueue waitUrl="">a</Enqueue>', Enqueue(line=1, name="a", wait_url=""), []),
        (
            f'<Enqueue workflowSid="WW{"0" * 32}"><Task priority="5">{{"a":1}}</Task></Enqueue>',
            Enqueue(line=1, workflow_sid="WW" + "0" * 32, task=Task(line=1, body='{"a":1}', priority=5)),
            [],
        ),
    ],
)
def test_enqueue(one: One, written: str, verb: Verb, codes: list[int]) -> None:
    assert one(written) == (verb, codes)


def test_ref03_a_refer_target_keeps_its_headers(one: One) -> None:
    verb, problems = one("<Refer><Sip>\n sip:bob@b.example?X-A=1&amp;User-to-User=2&amp;Via=3 </Sip></Refer>")
    target = ReferTarget(line=1, uri="sip:bob@b.example?X-A=1&User-to-User=2")
    assert verb == Refer(line=1, target=target)
    assert problems == [32113]


@pytest.mark.parametrize(
    ("inner", "codes"),
    [
        ("", [12200]),
        ("<Sip/>", [13243]),
        ("<Number>1</Number>", [12200, 12200]),
        ("<Sip a='1'>x y</Sip>", [12200, 13243]),
    ],
)
def test_refer_without_a_target_stays(one: One, inner: str, codes: list[int]) -> None:
    assert one(f"<Refer>{inner}</Refer>") == (Refer(line=1), codes)


def test_refer_takes_one_target(one: One) -> None:
    verb, problems = one("<Refer><Sip>a@b</Sip><Sip>c@d</Sip></Refer>")
    assert verb == Refer(line=1, target=ReferTarget(line=1, uri="sip:a@b"))
    assert problems == [12200]
