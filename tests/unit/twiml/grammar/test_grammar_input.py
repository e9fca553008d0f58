"""`<Gather>`, `<Record>`, `<Pay>` beyond their attributes: what several attributes mean together."""

from collections.abc import Callable

import pytest

from ringback.twiml.nodes import Gather, Parameter, Pause, Pay, Play, Prompt, Record, Say, Verb

One = Callable[[str], tuple[Verb, list[int]]]


def test_gather_children_keep_their_order(one: One) -> None:
    verb, problems = one("<Gather><Say>a</Say><Pause/><Play>b</Play><Say>c</Say></Gather>")
    assert verb == Gather(
        line=1, children=(Say(line=1, text="a"), Pause(line=1), Play(line=1, url="b"), Say(line=1, text="c"))
    )
    assert problems == []


@pytest.mark.parametrize("child", ["<Gather/>", "<Hangup/>", "<Redirect/>", "<break/>", "<pause/>"])
def test_another_child_of_gather_is_13320(one: One, child: str) -> None:
    assert one(f"<Gather>{child}</Gather>") == (Gather(line=1), [13320])


def test_gather_timeout_auto_is_five(one: One) -> None:
    assert one('<Gather timeout="auto"/>') == (Gather(line=1), [])


@pytest.mark.parametrize(("key", "code"), [("A", 13310), ("##", 13311), ("1x", 13310), (" ", 13310), ("#*", 13311)])
def test_finish_on_key_has_two_codes(one: One, key: str, code: int) -> None:
    assert one(f'<Gather finishOnKey="{key}"/>') == (Gather(line=1), [code])


@pytest.mark.parametrize(
    ("attributes", "codes"),
    [
        ('input="speech" speechTimeout="auto"', [13335]),
        ('input="dtmf speech" speechTimeout="auto" speechModel="default"', [13335]),
        ('input="speech" speechTimeout="auto" speechModel="phone_call"', []),
        ('input="speech" speechTimeout="3"', []),
        ('speechTimeout="auto"', []),
    ],
)
def test_speech_timeout_auto_with_the_default_model_is_13335(one: One, attributes: str, codes: list[int]) -> None:
    verb, problems = one(f"<Gather {attributes}/>")
    assert problems == codes
    assert isinstance(verb, Gather)
    assert verb.speech_timeout == ("auto" if "auto" in attributes else 3)


@pytest.mark.parametrize(
    ("hints", "good"),
    [
        (",".join(["a"] * 500), True),
        (",".join(["a"] * 501), False),
        ("x" * 100, True),
        ("x" * 101, False),
        ("$OOV_CLASS_ALPHANUMERIC_SEQUENCE, yes", True),
        (" , ,", True),
    ],
)
def test_hints_have_limits(one: One, hints: str, good: bool) -> None:
    assert one(f'<Gather hints="{hints}"/>')[1] == ([] if good else [13330])


def test_gather_lang_is_13512(one: One) -> None:
    assert one('<Gather lang="de-DE"/>') == (Gather(line=1), [13512])


@pytest.mark.parametrize(
    ("attributes", "expected", "codes"),
    [
        ("", Record(line=1), []),
        ('transcribe="true"', Record(line=1, transcribe=True, max_length=120), []),
        ('transcribe="true" maxLength="60"', Record(line=1, transcribe=True, max_length=60), []),
        ('transcribe="true" maxLength="121"', Record(line=1, max_length=121), [13615]),
        ('maxLength="121"', Record(line=1, max_length=121), []),
    ],
)
def test_r09_transcription_and_max_length(one: One, attributes: str, expected: Record, codes: list[int]) -> None:
    assert one(f"<Record {attributes}/>") == (expected, codes)


def test_record_has_no_children(one: One) -> None:
    assert one("<Record><Say>a</Say></Record>") == (Record(line=1), [12200])


def test_pay_holds_prompts_and_parameters(one: One) -> None:
    verb, problems = one(
        '<Pay><Prompt for="postal-code"><Say>Zip?</Say></Prompt><Parameter name="a" value="b"/><Prompt/></Pay>'
    )
    first = Prompt(line=1, for_=("postal-code",), children=(Say(line=1, text="Zip?"),))
    assert verb == Pay(line=1, prompts=(first, Prompt(line=1)), parameters=(Parameter(line=1, name="a", value="b"),))
    assert problems == []


def test_prompt_may_also_stand_alone(one: One) -> None:
    assert one("<Prompt><Pause/></Prompt>") == (Prompt(line=1, children=(Pause(line=1),)), [])


@pytest.mark.parametrize("amount", ["0", "1000000", "10.5", "0.001"])
def test_charge_amounts(one: One, amount: str) -> None:
    assert one(f'<Pay chargeAmount="{amount}"/>')[1] == []


@pytest.mark.parametrize("amount", ["-1", "1,5", "$5", "1e3", "NaN", "", "1."])
def test_bad_charge_amounts_are_64003(one: One, amount: str) -> None:
    assert one(f'<Pay chargeAmount="{amount}"/>') == (Pay(line=1), [64003])
