"""SIDs: their shape, and those that the same names always give."""

from ringback.model.sid import derived_sid, is_sid, new_call_sid, new_recording_sid, new_sid


def test_a_new_sid_is_two_letters_and_32_digits() -> None:
    assert is_sid(new_sid("NO"), "NO")
    assert is_sid(new_call_sid(), "CA")
    assert is_sid(new_recording_sid(), "RE")
    assert new_call_sid() != new_call_sid()


def test_what_is_no_sid() -> None:
    for text in ("", "CA", "CA" + "0" * 31, "CA" + "0" * 33, "CA" + "G" * 32, "ca" + "0" * 32, "CA" + "0" * 32 + "\n"):
        assert not is_sid(text)
    assert not is_sid("CA" + "0" * 32, "RE")


def test_the_same_names_always_give_the_same_sid() -> None:
    assert derived_sid("SD", "demo.sip.localhost") == derived_sid("SD", "demo.sip.localhost")
    assert is_sid(derived_sid("SD", "demo.sip.localhost"), "SD")


def test_other_names_give_other_sids() -> None:
    sids = {
        derived_sid("CR", "a", "b"),
        derived_sid("CR", "ab"),
        derived_sid("CR", "a", ""),
        derived_sid("CL", "a", "b"),
    }
    assert len(sids) == 4
