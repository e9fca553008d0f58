"""The picture of a call: arrows point from sender to receiver and line up under the parties' names."""

import array

from ringback.cli.ladder import Ladder, waveform

LADDER = Ladder(parties=("phone", "Ringback", "app"))


def test_an_arrow_points_from_the_sender_to_the_receiver() -> None:
    to_right = LADDER.arrow(0.0, "phone", "Ringback", "INVITE")
    to_left = LADDER.arrow(0.02, "Ringback", "phone", "180 Ringing")
    assert "INVITE" in to_right
    assert ">|" in to_right
    assert "<" not in to_right
    assert "|<" in to_left


def test_every_line_keeps_the_parties_columns() -> None:
    heading = LADDER.heading()
    line = LADDER.arrow(1.5, "Ringback", "app", "POST /voice")
    phone_middle = heading.index("phone") + len("phone") // 2
    assert abs(line.index("|") - phone_middle) <= 1
    assert line.count("|") == 3


def test_a_long_label_is_shortened_not_spilled() -> None:
    line = LADDER.arrow(0.0, "phone", "Ringback", "x" * 200)
    assert "…" in line
    assert len(line) <= len(LADDER.arrow(0.0, "phone", "Ringback", "y"))


def test_a_note_stands_beside_its_party() -> None:
    assert LADDER.note(2.0, "app", "<Say>").endswith("| <Say>")


def test_the_waveform_is_tall_where_it_is_loud() -> None:
    quiet_then_loud = array.array("h", [0] * 800 + [16000] * 800).tobytes()
    drawn = waveform(quiet_then_loud, width=10)
    assert drawn[:5] == "·····"
    assert set(drawn[5:]) == {"█"}


def test_no_audio_is_a_flat_line() -> None:
    assert waveform(b"", width=5) == "·····"
