"""Connection overrides in a URL's fragment (webhooks.md section 6)."""

import pytest

from ringback.webhooks.overrides import OverrideInvalid, Overrides, RetryOn


def test_without_a_fragment_the_limits_are_those_of_section_5() -> None:
    url, overrides = Overrides.parse("http://h/p?x=1")
    assert (url, overrides) == ("http://h/p?x=1", Overrides())
    assert (overrides.connect_seconds, overrides.read_seconds, overrides.total_seconds) == (5, 15, 15)
    assert (overrides.retries, overrides.retry_on) == (1, frozenset({RetryOn.CONNECT}))


def test_every_key_is_read_and_the_fragment_leaves_the_url() -> None:
    """CO-09: `e` is taken and has no effect."""
    url, overrides = Overrides.parse("http://h/p?x=1#ct=1000&rt=2500&tt=9000&rc=2&rp=ct,rt&sni=n&e=dublin")
    assert url == "http://h/p?x=1"
    assert overrides == Overrides(
        connect_seconds=1.0,
        read_seconds=2.5,
        total_seconds=9.0,
        retries=2,
        retry_on=frozenset({RetryOn.CONNECT, RetryOn.READ}),
    )


@pytest.mark.parametrize("fragment", ["top", "", "a=", "unknown=1&other=2"])
def test_ordinary_anchors_and_unknown_keys_change_nothing(fragment: str) -> None:
    """CO-07, CO-08."""
    assert Overrides.parse(f"http://h/p#{fragment}") == ("http://h/p", Overrides())


@pytest.mark.parametrize(
    "fragment",
    ["ct=99", "ct=10001", "rt=15001", "tt=15001", "rc=6", "rc=-1", "ct=1e3", "ct=", "ct=²", "tt=" + "9" * 5000],
)
def test_numbers_out_of_range_fall_back_to_the_default(fragment: str) -> None:
    """CO-07; CO-04: there is no way above 15 s."""
    assert Overrides.parse(f"http://h/p#{fragment}")[1] == Overrides()


@pytest.mark.parametrize(("fragment", "seconds"), [("ct=100", 0.1), ("ct=10000", 10.0)])
def test_the_ends_of_a_range_belong_to_it(fragment: str, seconds: float) -> None:
    assert Overrides.parse(f"http://h/p#{fragment}")[1].connect_seconds == seconds


def test_all_means_every_reason() -> None:
    assert Overrides.parse("http://h/p#rp=all")[1].retry_on == frozenset(RetryOn)


def test_values_may_be_percent_encoded() -> None:
    assert Overrides.parse("http://h/p#rp=4xx%2C5xx")[1].retry_on == {RetryOn.CLIENT_ERROR, RetryOn.SERVER_ERROR}


@pytest.mark.parametrize("policy", ["", "never", "ct,,rt", "5XX"])
def test_an_unknown_retry_policy_is_11243(policy: str) -> None:
    """CO-06."""
    with pytest.raises(OverrideInvalid, match="4xx, 5xx, ct, rt, all") as caught:
        Overrides.parse(f"http://h/p#rp={policy}")
    assert caught.value.code == 11243
