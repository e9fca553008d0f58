"""What the far end wishes for its Opus: RFC 7587 sections 6.1 and 7."""

import pytest

from ringback.sdp.opus import OpusParameters


def test_the_example_of_the_standard_is_read() -> None:
    """RFC 7587 section 7, the second example; spaces stand where the standard has them."""
    text = (
        "maxplaybackrate=16000; sprop-maxcapturerate=16000; maxaveragebitrate=20000; stereo=1; useinbandfec=1; usedtx=0"
    )
    assert OpusParameters.parse(text) == OpusParameters(
        max_playback_rate_hz=16_000, stereo=True, use_inband_fec=True, max_average_bitrate=20_000
    )


@pytest.mark.parametrize("text", [None, "", ";;;", "minptime=10", "useinbandfec=0;stereo=2", "useinbandfec", "=1;x=y"])
def test_what_is_not_said_has_its_default(text: str | None) -> None:
    assert OpusParameters.parse(text) == OpusParameters()


@pytest.mark.parametrize(
    "text",
    [
        "maxplaybackrate=7999;maxaveragebitrate=5999",
        "maxplaybackrate=48001;maxaveragebitrate=510001",
        "maxplaybackrate=99999999999999;maxaveragebitrate=99999999999999",
        "maxplaybackrate=-8000;maxaveragebitrate=1e9",
        "maxplaybackrate=\u0668\u0660\u0660\u0660;maxaveragebitrate=" + "9" * 10_000,
    ],
)
def test_what_is_out_of_range_counts_as_not_said(text: str) -> None:
    assert OpusParameters.parse(text) == OpusParameters()


def test_names_have_no_case_and_the_last_word_counts() -> None:
    assert OpusParameters.parse("UseInbandFEC=1;useinbandfec=0").use_inband_fec is False
    assert OpusParameters.parse(" USEINBANDFEC = 1 ").use_inband_fec is True


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("", 24_000),
        ("maxplaybackrate=16000", 24_000),
        ("maxplaybackrate=12000", 18_000),
        ("maxplaybackrate=8000", 12_000),
        ("maxaveragebitrate=16000", 16_000),
        ("maxaveragebitrate=510000", 24_000),
        ("maxplaybackrate=8000;maxaveragebitrate=6000", 6_000),
    ],
)
def test_a_voice_gets_what_it_needs_and_no_more_than_they_allow(text: str, bits: int) -> None:
    assert OpusParameters.parse(text).bits_per_second == bits
