"""Session descriptions: RFC 8866, read leniently, written strictly, within limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.sdp.codec import Codec
from ringback.sdp.description import (
    MAX_DESCRIPTION_CHARACTERS,
    MAX_FORMATS,
    MAX_LINES,
    MAX_MEDIA,
    Connection,
    MediaDescription,
    MediaDirection,
    Origin,
    SessionDescription,
)
from ringback.sdp.errors import EmptySdp, MalformedSdp

# RFC 8866 section 5
EXAMPLE = """v=0
o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1
s=Call to John Smith
i=SDP Offer #1
u=http://www.jdoe.example.com/home.html
e=Jane Doe <jane@jdoe.example.com>
p=+1 617 555-6011
c=IN IP4 198.51.100.1
b=AS:128
t=0 0
r=604800 3600 0 90000
z=2882844526 -1h 2898848070 0
k=clear:1
a=recvonly
m=audio 49170 RTP/AVP 0
m=audio 49180/2 RTP/AVP 0 97
i=second
c=IN IP6 2001:db8::1
b=AS:64
k=prompt
a=rtpmap:97 iLBC/8000
a=sendrecv
""".replace("\n", "\r\n")
SHORT = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"


def media(text: str) -> MediaDescription:
    return SessionDescription.parse(SHORT + text).media[0]


def test_every_line_is_read_and_written_back() -> None:
    description = SessionDescription.parse(EXAMPLE)
    assert str(description) == EXAMPLE
    assert description.origin.version == 3724394405
    assert [stream.port for stream in description.media] == [49170, 49180]
    assert description.media[1].port_count == 2


def test_order_line_ends_and_unknown_types_do_not_matter() -> None:
    text = "v=0\nt=0 0\nx=what\ns=-\nc=IN IP4 192.0.2.1\no=- 1 1 IN IP4 192.0.2.1\n\n"
    assert str(SessionDescription.parse(text)) == SHORT


def test_a_description_without_name_and_time_gets_them() -> None:
    assert str(SessionDescription.parse("v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP4 192.0.2.1\n")) == SHORT


@pytest.mark.parametrize("text", ["", "\r\n", "  \n "])
def test_an_empty_description_is_told_from_a_malformed_one(text: str) -> None:
    with pytest.raises(EmptySdp) as caught:
        SessionDescription.parse(text)
    assert (caught.value.status, caught.value.code) == (400, 32103)  # IN-03


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "v=1\r\n" + SHORT[5:],
        SHORT[5:],
        "v=0\r\ns=-\r\n",
        SHORT.replace("o=- 1 1", "o=- x 1"),
        SHORT.replace("o=- 1 1 IN IP4", "o=- 1 1 IN IP5"),
        SHORT.replace("c=IN IP4 ", "c=IN "),
        SHORT + "m=audio\r\n",
        SHORT + "m=audio x RTP/AVP 0\r\n",
        SHORT + "m=audio 65536 RTP/AVP 0\r\n",
        SHORT + "m=audio 1\r\n",
        SHORT + "m =audio 1 RTP/AVP 0\r\n",
        SHORT + "A=x\r\n",
        SHORT + "a=x\ry\r\n",
        SHORT + "a=x\x00\r\n",
    ],
)
def test_malformed_descriptions_raise(text: str) -> None:
    with pytest.raises(MalformedSdp) as caught:
        SessionDescription.parse(text)
    assert (caught.value.status, caught.value.code) == (400, 32102)  # IN-03


def test_blanks_between_the_parts_of_a_media_line_are_passed_over() -> None:
    stream = media("m=audio  4000  RTP/AVP  0  8 \r\n")
    assert (stream.port, stream.formats) == (4000, ("0", "8"))


def test_static_payload_types_need_no_rtpmap() -> None:
    names = [codec.name for codec in media("m=audio 1 RTP/AVP 0 8 18 9\r\n").codecs()]
    assert names == ["PCMU", "PCMA", "G729", "G722"]


def test_dynamic_payload_types_are_named_by_their_rtpmap() -> None:
    stream = media(
        "m=audio 1 RTP/AVP 101 96 97 0\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
        "a=rtpmap:101 telephone-event/8000 \r\na=fmtp:101 0-16\r\na=rtpmap:0 PCMU/8000/1\r\n"
    )
    assert stream.codecs() == (
        Codec(payload_type=101, name="telephone-event", parameters="0-16"),
        Codec(payload_type=96, name="opus", rate_hz=48000, channels=2, parameters="useinbandfec=1"),
        Codec(payload_type=0, name="PCMU"),
    )


@pytest.mark.parametrize("rtpmap", ["x", "96", "96 opus", "96 opus/x", "-1 a/8000", "1000 a/8000"])
def test_a_malformed_rtpmap_is_passed_over(rtpmap: str) -> None:
    assert media(f"m=audio 1 RTP/AVP 96 8\r\na=rtpmap:{rtpmap}\r\n").codecs() == (Codec(payload_type=8, name="PCMA"),)


def test_formats_that_are_no_payload_types_are_passed_over() -> None:
    stream = media("m=audio 1 RTP/AVP t38 128 9999 0 0\r\na=rtpmap:128 PCMA/8000\r\n")
    assert stream.codecs() == (Codec(payload_type=0, name="PCMU"),)


@pytest.mark.parametrize(
    ("session", "stream", "direction"),
    [
        ("", "", MediaDirection.SENDRECV),
        ("a=recvonly\r\n", "", MediaDirection.RECVONLY),
        ("a=recvonly\r\n", "a=sendonly\r\n", MediaDirection.SENDONLY),
        ("a=inactive\r\n", "a=sendrecv\r\n", MediaDirection.SENDRECV),
    ],
)
def test_a_streams_own_direction_goes_before_the_sessions(session: str, stream: str, direction: MediaDirection) -> None:
    description = SessionDescription.parse(SHORT + session + "m=audio 1 RTP/AVP 0\r\n" + stream)
    assert description.direction_of(description.media[0]) is direction


@pytest.mark.parametrize("direction", list(MediaDirection))
def test_a_direction_is_its_two_halves(direction: MediaDirection) -> None:
    assert MediaDirection.of(sends=direction.sends, receives=direction.receives) is direction


def test_a_streams_own_address_goes_before_the_sessions() -> None:
    description = SessionDescription.parse(EXAMPLE)
    first, second = description.media
    assert description.connection_of(first) == Connection(address_type="IP4", address="198.51.100.1")
    assert description.connection_of(second) == Connection(address_type="IP6", address="2001:db8::1")


def test_a_stream_without_any_address_is_malformed() -> None:
    description = SessionDescription.parse(SHORT.replace("c=IN IP4 192.0.2.1\r\n", "") + "m=audio 1 RTP/AVP 0\r\n")
    with pytest.raises(MalformedSdp, match="no c= line"):
        description.connection_of(description.media[0])


def test_attributes_keep_order_doubles_and_colons() -> None:
    stream = media("m=audio 1 RTP/AVP 0\r\na=x\r\na=candidate:1 a:b\r\na=x:\r\na=ptime:20\r\n")
    assert stream.attributes == (("x", None), ("candidate", "1 a:b"), ("x", ""), ("ptime", "20"))
    assert (stream.attribute("ptime"), stream.attribute("x"), stream.attribute("y")) == ("20", None, None)


def test_the_text_is_limited() -> None:
    room = MAX_DESCRIPTION_CHARACTERS - len(SHORT) - len("a=\r\n")
    assert SessionDescription.parse(SHORT + f"a={'x' * room}\r\n").attributes
    with pytest.raises(MalformedSdp, match="characters"):
        SessionDescription.parse(SHORT + f"a={'x' * (room + 1)}\r\n")


def test_the_number_of_lines_is_limited() -> None:
    most = MAX_LINES - SHORT.count("\n") - 1
    assert SessionDescription.parse(SHORT + "a=x\r\n" * most).attributes
    with pytest.raises(MalformedSdp, match="lines"):
        SessionDescription.parse(SHORT + "a=x\r\n" * (most + 1))


def test_the_number_of_streams_is_limited() -> None:
    line = "m=audio 1 RTP/AVP 0\r\n"
    assert len(SessionDescription.parse(SHORT + line * MAX_MEDIA).media) == MAX_MEDIA
    with pytest.raises(MalformedSdp, match="m= lines"):
        SessionDescription.parse(SHORT + line * (MAX_MEDIA + 1))


def test_the_number_of_formats_is_limited() -> None:
    assert len(media("m=audio 1 RTP/AVP" + " 0" * MAX_FORMATS + "\r\n").formats) == MAX_FORMATS
    with pytest.raises(MalformedSdp, match="out of bounds"):
        media("m=audio 1 RTP/AVP" + " 0" * (MAX_FORMATS + 1) + "\r\n")


@given(st.text())
def test_any_text_is_a_description_or_malformed(text: str) -> None:
    for whole in (text, SHORT + text, SHORT + "m=audio 1 RTP/AVP 0\r\na=" + text):
        try:
            description = SessionDescription.parse(whole)
        except MalformedSdp:
            continue
        assert SessionDescription.parse(str(description)) == description
        for stream in description.media:
            stream.codecs()


WORD = st.from_regex(r"[A-Za-z0-9.]{1,9}", fullmatch=True)
STREAMS = st.builds(
    MediaDescription,
    media=st.sampled_from(["audio", "video"]),
    port=st.integers(0, 65535),
    formats=st.lists(WORD, min_size=1, max_size=9).map(tuple),
    title=st.none() | WORD,
    connection=st.none() | st.builds(Connection, address_type=st.sampled_from(["IP4", "IP6"]), address=WORD),
    attributes=st.lists(st.tuples(WORD, st.none() | WORD), max_size=9).map(tuple),
)
DESCRIPTIONS = st.builds(
    SessionDescription,
    origin=st.builds(Origin, session_id=st.integers(0, 2**64), version=st.integers(0, 2**64), address=WORD),
    name=WORD,
    emails=st.lists(WORD, max_size=2).map(tuple),
    attributes=st.lists(st.tuples(WORD, st.none() | WORD), max_size=9).map(tuple),
    media=st.lists(STREAMS, max_size=4).map(tuple),
)


@given(DESCRIPTIONS)
def test_any_description_we_make_is_read_back_the_same(description: SessionDescription) -> None:
    assert SessionDescription.parse(str(description)) == description
