"""The codec table."""

import pytest

from ringback.model.settings import SettingsError, settings_from_toml
from ringback.sdp.codec import STATIC_PAYLOAD_TYPES, SUPPORTED_CODECS, Codec


def test_the_two_laws_and_g722_have_their_static_numbers_and_opus_a_dynamic_one() -> None:
    numbers = {name: codec.payload_type for name, codec in SUPPORTED_CODECS.items()}
    assert numbers == {"PCMU": 0, "PCMA": 8, "G722": 9, "opus": 111}


def test_opus_is_always_48000_and_two_channels_whatever_is_said_with_it() -> None:
    """RFC 7587 section 7: the rtpmap MUST say so; what we play and say stands in the parameters."""
    opus = SUPPORTED_CODECS["opus"]
    assert opus.rtpmap == "opus/48000/2"
    assert opus.parameters == "maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1"


def test_g722_says_8000_although_it_runs_at_16000() -> None:
    """RFC 3551 section 4.5.2."""
    assert SUPPORTED_CODECS["G722"].rtpmap == "G722/8000"


def test_the_settings_may_name_every_supported_codec() -> None:
    shortest = '[account]\nauth_token = "0123456789abcdef"'
    named = ", ".join(f'"{name}"' for name in reversed(list(SUPPORTED_CODECS)))
    assert settings_from_toml(shortest).media.codecs == ("PCMU", "PCMA")
    assert settings_from_toml(f"{shortest}\n[media]\ncodecs = [{named}]").media.codecs == (
        "opus",
        "G722",
        "PCMA",
        "PCMU",
    )


def test_the_settings_may_spell_a_codec_as_they_like() -> None:
    """RFC 4855 section 3: names of media types have no case."""
    text = '[account]\nauth_token = "0123456789abcdef"\n[media]\ncodecs = ["OPUS", "pcmu", "Opus"]'
    assert settings_from_toml(text.replace(', "Opus"', "")).media.codecs == ("opus", "PCMU")
    with pytest.raises(SettingsError, match="each once"):
        settings_from_toml(text)


def test_every_supported_codec_below_96_has_its_static_number() -> None:
    for codec in SUPPORTED_CODECS.values():
        assert codec.payload_type >= 96 or STATIC_PAYLOAD_TYPES[codec.payload_type].is_same_format(codec)


@pytest.mark.parametrize(
    ("codec", "rtpmap"),
    [
        (Codec(payload_type=0, name="PCMU"), "PCMU/8000"),
        (Codec(payload_type=96, name="opus", rate_hz=48000, channels=2), "opus/48000/2"),
    ],
)
def test_the_rtpmap_names_channels_only_where_there_are_more(codec: Codec, rtpmap: str) -> None:
    assert codec.rtpmap == rtpmap


def test_one_format_may_have_many_numbers_and_spellings() -> None:
    pcmu = Codec(payload_type=0, name="PCMU")
    assert pcmu.is_same_format(Codec(payload_type=97, name="pcmu"))
    assert not pcmu.is_same_format(Codec(payload_type=0, name="PCMU", rate_hz=16000))
    assert not pcmu.is_same_format(Codec(payload_type=0, name="PCMU", channels=2))
