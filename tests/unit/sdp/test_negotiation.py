"""Offer and answer: RFC 3264, with its example, and the hold, refusal and DTMF rules of a telephone call."""

from dataclasses import replace

import pytest

from ringback.sdp.description import MediaDirection, SessionDescription
from ringback.sdp.errors import (
    MalformedSdp,
    NoCommonCodec,
    SdpError,
    SecureMediaRefused,
    UnusableAddress,
)
from ringback.sdp.negotiation import (
    CodecPreference,
    LocalMedia,
    NegotiatedMedia,
    accept_answer,
    make_answer,
    make_offer,
    with_version_after,
)
from ringback.sdp.opus import OpusParameters

LOCAL = LocalMedia(address="198.51.100.1", port=20000)
HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
TELEPHONE_EVENT = "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"
AUDIO = "m=audio 4000 RTP/AVP 8 0 101\r\n" + TELEPHONE_EVENT


def offer(text: str = AUDIO, head: str = HEAD) -> SessionDescription:
    return SessionDescription.parse(head + text)


def answer(
    text: str = AUDIO, local: LocalMedia = LOCAL, head: str = HEAD
) -> tuple[SessionDescription, NegotiatedMedia]:
    return make_answer(offer(text, head), local, session_id=7, version=1)


def test_an_offer_names_everything_we_can_do() -> None:
    assert str(make_offer(LOCAL, session_id=7, version=3)) == (
        "v=0\r\no=- 7 3 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
        "m=audio 20000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    )


def test_an_offer_without_dtmf_has_no_telephone_event() -> None:
    local = replace(LOCAL, dtmf_payload_type=None, codecs=("PCMA",), direction=MediaDirection.SENDONLY)
    assert str(make_offer(local, session_id=7, version=3)).endswith(
        "m=audio 20000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\na=sendonly\r\n"
    )


def test_an_answer_names_one_codec_and_telephone_event() -> None:
    description, negotiated = answer()
    assert str(description) == (
        "v=0\r\no=- 7 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
        "m=audio 20000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    )
    assert negotiated == NegotiatedMedia(
        remote_address="192.0.2.1",
        remote_port=4000,
        remote_rtcp_port=4001,
        codec="PCMA",
        payload_type=8,
        dtmf_payload_type=101,
        ptime_ms=20,
        direction=MediaDirection.SENDRECV,
    )


def test_our_order_decides_where_it_is_set_so() -> None:
    assert answer(local=replace(LOCAL, preference=CodecPreference.OURS))[1].codec == "PCMU"
    assert answer(local=replace(LOCAL, preference=CodecPreference.THEIRS))[1].codec == "PCMA"


def test_their_payload_types_are_used_for_dynamic_formats() -> None:
    text = "m=audio 4000 RTP/AVP 110 111 97\r\na=rtpmap:110 opus/48000/2\r\na=rtpmap:111 pcmu/8000\r\n"
    description, negotiated = answer(text + "a=rtpmap:97 Telephone-Event/8000\r\n")
    assert (negotiated.codec, negotiated.payload_type, negotiated.dtmf_payload_type) == ("PCMU", 111, 97)
    assert description.media[0].formats == ("111", "97")


def test_telephone_event_at_another_clock_rate_is_not_used() -> None:
    text = "m=audio 4000 RTP/AVP 0 101 102\r\na=rtpmap:101 telephone-event/48000\r\n"
    assert answer(text)[1].dtmf_payload_type is None
    assert answer(text + "a=rtpmap:102 telephone-event/8000\r\n")[1].dtmf_payload_type == 102
    assert answer(local=replace(LOCAL, dtmf_payload_type=None))[1].dtmf_payload_type is None


@pytest.mark.parametrize(
    ("theirs", "ours", "agreed"),
    [
        ("sendrecv", MediaDirection.SENDRECV, MediaDirection.SENDRECV),
        ("sendonly", MediaDirection.SENDRECV, MediaDirection.RECVONLY),
        ("recvonly", MediaDirection.SENDRECV, MediaDirection.SENDONLY),
        ("inactive", MediaDirection.SENDRECV, MediaDirection.INACTIVE),
        ("sendrecv", MediaDirection.SENDONLY, MediaDirection.SENDONLY),
        ("sendonly", MediaDirection.SENDONLY, MediaDirection.INACTIVE),
        ("sendrecv", MediaDirection.INACTIVE, MediaDirection.INACTIVE),
        ("recvonly", MediaDirection.RECVONLY, MediaDirection.INACTIVE),
    ],
)
def test_directions_meet_by_rfc_3264(theirs: str, ours: MediaDirection, agreed: MediaDirection) -> None:
    for head, text in ((HEAD, f"{AUDIO}a={theirs}\r\n"), (f"{HEAD}a={theirs}\r\n", AUDIO)):
        description, negotiated = answer(text, replace(LOCAL, direction=ours), head)
        assert negotiated.direction is agreed
        assert description.media[0].direction() is agreed


def test_hold_and_its_end_are_seen() -> None:
    assert answer(AUDIO + "a=sendonly\r\n")[1].is_on_hold
    assert not answer(AUDIO + "a=recvonly\r\n")[1].is_on_hold


@pytest.mark.parametrize(("line", "local"), [("IN IP4 0.0.0.0", "198.51.100.1"), ("IN IP6 ::", "2001:db8::1")])
def test_old_style_hold_is_silence_towards_them(line: str, local: str) -> None:
    description, negotiated = answer(
        head=HEAD.replace("c=IN IP4 192.0.2.1", f"c={line}"), local=replace(LOCAL, address=local)
    )
    assert negotiated.remote_address == "0.0.0.0"
    assert negotiated.direction is MediaDirection.RECVONLY
    assert negotiated.is_on_hold
    assert description.media[0].direction() is MediaDirection.RECVONLY


def test_every_other_stream_is_refused_in_its_place() -> None:
    text = (
        "m=video 5000 RTP/AVP 31 32\r\nm=audio 0 RTP/AVP 0\r\nm=audio 4000 RTP/AVP 3\r\n"
        + AUDIO
        + "m=audio 4002 RTP/AVP 0\r\nm=image 6000 udptl t38\r\n"
    )
    description, negotiated = answer(text)
    assert [(stream.media, stream.port, stream.protocol) for stream in description.media] == [
        ("video", 0, "RTP/AVP"),
        ("audio", 0, "RTP/AVP"),
        ("audio", 0, "RTP/AVP"),
        ("audio", 20000, "RTP/AVP"),
        ("audio", 0, "RTP/AVP"),
        ("image", 0, "udptl"),
    ]
    assert negotiated.remote_port == 4000
    assert SessionDescription.parse(str(description)) == description


def test_the_profile_with_feedback_is_answered_in_kind() -> None:
    description, _ = answer("m=audio 4000 RTP/AVPF 0\r\n")
    assert description.media[0].protocol == "RTP/AVPF"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", NoCommonCodec),
        ("m=video 5000 RTP/AVP 31\r\n", NoCommonCodec),
        ("m=audio 0 RTP/AVP 0\r\n", NoCommonCodec),
        ("m=audio 4000 RTP/AVP 18 101\r\n" + TELEPHONE_EVENT, NoCommonCodec),
        ("m=audio 4000 RTP/AVP 101\r\n" + TELEPHONE_EVENT, NoCommonCodec),
        ("m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/16000\r\n", NoCommonCodec),
        ("m=audio 4000 TCP/RTP/AVP 0\r\n", NoCommonCodec),
        ("m=audio 4000 RTP/SAVP 0\r\n", SecureMediaRefused),
        ("m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\n", SecureMediaRefused),
        ("m=audio 4000 RTP/SAVP 0\r\nm=audio 4000 RTP/AVP 18\r\n", NoCommonCodec),
        (AUDIO + "c=IN IP4 phone.example.com\r\n", UnusableAddress),
        (AUDIO + "c=IN IP4 224.2.1.1\r\n", UnusableAddress),
        (AUDIO + "c=IN IP4 224.2.1.1/127\r\n", UnusableAddress),
        (AUDIO + "c=IN IP4 255.255.255.255\r\n", UnusableAddress),
        (AUDIO + "c=IN IP6 2001:db8::1\r\n", UnusableAddress),
        (AUDIO + "c=IN IP4 2001:db8::1\r\n", MalformedSdp),
    ],
)
def test_what_cannot_be_answered_says_what_it_owes(text: str, error: type[SdpError]) -> None:
    with pytest.raises(error) as caught:
        answer(text)
    assert caught.value.status == (400 if error is MalformedSdp else 488)  # IN-04
    assert caught.value.code == (32207 if error is SecureMediaRefused else 32102)


def test_an_srtp_offer_beside_a_plain_one_is_passed_over() -> None:
    description, negotiated = answer("m=audio 4000 RTP/SAVP 0\r\nm=audio 4002 RTP/AVP 0\r\n")
    assert [stream.port for stream in description.media] == [0, 20000]
    assert negotiated.remote_port == 4002


def test_ipv6_is_answered_with_ipv6() -> None:
    head = HEAD.replace("IP4 192.0.2.1", "IP6 2001:DB8:0::1")
    description, negotiated = answer(local=replace(LOCAL, address="2001:db8::2"), head=head)
    assert negotiated.remote_address == "2001:db8::1"
    assert "c=IN IP6 2001:db8::2\r\n" in str(description)
    assert str(description.origin).endswith("IN IP6 2001:db8::2")


@pytest.mark.parametrize(
    ("attribute", "port"),
    [
        ("", 4001),
        ("a=rtcp:53020\r\n", 53020),
        ("a=rtcp:53020 IN IP4 203.0.113.9\r\n", 53020),
        ("a=rtcp:0\r\n", 4001),
        ("a=rtcp:99999\r\n", 4001),
        ("a=rtcp:x\r\n", 4001),
    ],
)
def test_the_rtcp_port_is_named_or_the_next_one(attribute: str, port: int) -> None:
    assert answer(AUDIO + attribute)[1].remote_rtcp_port == port


def test_the_last_port_has_no_next_one() -> None:
    assert answer("m=audio 65535 RTP/AVP 0\r\n")[1].remote_rtcp_port == 65535


@pytest.mark.parametrize(
    ("attributes", "milliseconds"),
    [
        ("", 20),
        ("a=ptime:30\r\n", 30),
        ("a=ptime: 40 \r\n", 40),
        ("a=ptime:25\r\n", 20),
        ("a=ptime:0\r\n", 20),
        ("a=ptime:x\r\n", 20),
        ("a=ptime:999999\r\n", 20),
        ("a=ptime:60\r\na=maxptime:40\r\n", 20),
        ("a=ptime:30\r\na=maxptime:40\r\n", 30),
    ],
)
def test_their_packet_length_is_kept_where_we_can(attributes: str, milliseconds: int) -> None:
    assert answer(AUDIO + attributes)[1].ptime_ms == milliseconds


def test_an_answer_to_our_offer_is_understood_from_both_sides() -> None:
    peer = LocalMedia(address="192.0.2.9", port=9000, codecs=("PCMA",), direction=MediaDirection.SENDONLY)
    description, theirs = make_answer(make_offer(LOCAL, session_id=1, version=1), peer, session_id=2, version=1)
    ours = accept_answer(LOCAL, description)
    assert (ours.codec, ours.remote_address, ours.remote_port) == ("PCMA", "192.0.2.9", 9000)
    assert (ours.direction, theirs.direction) == (MediaDirection.RECVONLY, MediaDirection.SENDONLY)
    assert ours.dtmf_payload_type == theirs.dtmf_payload_type == 101


def test_the_first_codec_of_an_answer_is_the_one_whatever_our_order() -> None:
    local = replace(LOCAL, preference=CodecPreference.OURS)
    assert accept_answer(local, offer("m=audio 4000 RTP/AVP 8 0\r\n")).codec == "PCMA"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", MalformedSdp),
        ("m=video 4000 RTP/AVP 0\r\n", MalformedSdp),
        ("m=audio 4000 RTP/SAVP 0\r\n", MalformedSdp),
        ("m=audio 0 RTP/AVP 0\r\n", NoCommonCodec),
        ("m=audio 4000 RTP/AVP 18\r\n", NoCommonCodec),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(text: str, error: type[SdpError]) -> None:
    with pytest.raises(error):
        accept_answer(LOCAL, offer(text))


def test_the_version_grows_only_with_a_change() -> None:
    before = make_offer(LOCAL, session_id=7, version=4)
    same = with_version_after(before, make_offer(LOCAL, session_id=7, version=99))
    held = replace(LOCAL, direction=MediaDirection.SENDONLY)
    changed = with_version_after(before, make_offer(held, session_id=7, version=99))
    assert (same.origin.version, changed.origin.version) == (4, 5)
    assert same == before


@pytest.mark.parametrize("codecs", [(), ("PCMU", "G729")])
def test_only_supported_codecs_may_be_offered(codecs: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="codecs must be some of PCMU, PCMA"):
        LocalMedia(address="192.0.2.1", port=1, codecs=codecs)


def test_our_own_address_must_be_an_ip_address() -> None:
    with pytest.raises(ValueError, match="example"):
        LocalMedia(address="media.example.com", port=1)


OPUS_LOCAL = replace(LOCAL, codecs=("opus", "PCMU"))
OPUS = "a=rtpmap:96 OPUS/48000/2\r\na=fmtp:96 maxaveragebitrate=20000;useinbandfec=1\r\n"


def test_an_offer_of_opus_has_events_of_both_clocks() -> None:
    """RFC 4733 section 2.1: events count like the audio beside them."""
    text = str(make_offer(OPUS_LOCAL, session_id=7, version=3))
    assert text.endswith(
        "m=audio 20000 RTP/AVP 111 0 101 110\r\na=rtpmap:111 opus/48000/2\r\n"
        "a=fmtp:111 maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1\r\n"
        "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
        "a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    )
    alone = make_offer(replace(OPUS_LOCAL, codecs=("opus",)), session_id=7, version=3)
    assert alone.media[0].formats == ("111", "110")


def test_opus_is_found_by_its_name_and_answered_under_their_number_with_our_wishes() -> None:
    text = "m=audio 4000 RTP/AVP 111 96 101 97\r\na=rtpmap:111 G726-32/8000\r\n" + OPUS + TELEPHONE_EVENT
    description, negotiated = answer(text + "a=rtpmap:97 telephone-event/48000\r\n", OPUS_LOCAL)
    assert (negotiated.codec, negotiated.payload_type) == ("opus", 96)
    assert (negotiated.dtmf_payload_type, negotiated.dtmf_rate_hz) == (97, 48_000)
    assert negotiated.opus == OpusParameters(max_average_bitrate=20_000, use_inband_fec=True)
    assert (negotiated.receive_payload_type, negotiated.receive_dtmf_payload_type) == (None, None)
    assert description.media[0].formats == ("96", "97")
    assert description.media[0].attributes[:4] == (
        ("rtpmap", "96 OPUS/48000/2"),
        ("fmtp", "96 maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1"),
        ("rtpmap", "97 telephone-event/48000"),
        ("fmtp", "97 0-15"),
    )


def test_keys_beside_opus_are_taken_at_8000_where_that_is_all_they_have() -> None:
    text = "m=audio 4000 RTP/AVP 96 101\r\n" + OPUS + TELEPHONE_EVENT
    description, negotiated = answer(text, OPUS_LOCAL)
    assert (negotiated.dtmf_payload_type, negotiated.dtmf_rate_hz) == (101, 8_000)
    assert ("rtpmap", "101 telephone-event/8000") in description.media[0].attributes


def test_a_codec_of_8000_beside_opus_keeps_its_events() -> None:
    text = "m=audio 4000 RTP/AVP 0 96 97 101\r\n" + OPUS + TELEPHONE_EVENT + "a=rtpmap:97 telephone-event/48000\r\n"
    negotiated = answer(text, OPUS_LOCAL)[1]
    assert (negotiated.codec, negotiated.dtmf_payload_type, negotiated.opus) == ("PCMU", 101, None)


@pytest.mark.parametrize("rtpmap", ["opus/48000", "opus/8000/2", "opus/48000/1"])
def test_another_opus_than_that_of_the_standard_is_not_taken(rtpmap: str) -> None:
    with pytest.raises(NoCommonCodec):
        answer(f"m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 {rtpmap}\r\n", OPUS_LOCAL)


def test_we_send_with_the_numbers_of_their_answer_and_receive_with_those_of_our_offer() -> None:
    """RFC 3264 section 5.1."""
    text = "m=audio 4000 RTP/AVP 96 97\r\n" + OPUS + "a=rtpmap:97 telephone-event/48000\r\n"
    negotiated = accept_answer(OPUS_LOCAL, offer(text))
    assert (negotiated.payload_type, negotiated.receive_payload_type) == (96, 111)
    assert (negotiated.dtmf_payload_type, negotiated.receive_dtmf_payload_type) == (97, 110)
    same = accept_answer(OPUS_LOCAL, offer(text.replace("96", "111").replace("97", "110")))
    assert (same.receive_payload_type, same.receive_dtmf_payload_type) == (None, None)
