"""The order in a queue and what a waiting call is told of it (twiml.md section 9)."""

import pytest

from ringback.call.queue import LARGEST_MAX_SIZE, Queue, QueueFull
from ringback.model.sid import AccountSid, CallSid, queue_sid

ACCOUNT = AccountSid("AC" + "0" * 32)
FIVE = [CallSid(f"CA{number:032x}") for number in range(1, 6)]


def queue() -> Queue:
    return Queue(sid=queue_sid(ACCOUNT, "support"), name="support")


def queue_of_five() -> Queue:
    waiting = queue()
    for number, call in enumerate(FIVE):
        waiting.join(call, now=10.0 * number)
    return waiting


def test_q_01_first_in_first_out_also_when_one_in_the_middle_gives_up() -> None:
    waiting = queue_of_five()
    waiting.remove(FIVE[2])
    assert [waiting.take_first() for _ in range(5)] == [FIVE[0], FIVE[1], FIVE[3], FIVE[4], None]


def test_positions_move_up_and_times_are_whole_seconds() -> None:
    waiting = queue_of_five()
    before = waiting.facts(FIVE[3], now=50.9)
    assert (before.position, before.seconds, before.size, before.max_size) == (4, 20, 5, 1000)
    assert before.average_seconds == 30
    waiting.remove(FIVE[0])
    after = waiting.facts(FIVE[3], now=60)
    assert (after.position, after.seconds, after.average_seconds, after.size) == (3, 30, 35, 4)


def test_who_is_not_in_it_has_no_facts() -> None:
    with pytest.raises(KeyError):
        queue().facts(FIVE[0], now=0)


def test_e_06_a_full_queue_takes_nobody_in() -> None:
    waiting = queue()
    waiting.join(FIVE[0], now=0, max_size=1)
    with pytest.raises(QueueFull, match="holds 1 calls"):
        waiting.join(FIVE[1], now=0)
    assert list(waiting) == [FIVE[0]]
    waiting.join(FIVE[1], now=0, max_size=2)
    assert FIVE[1] in waiting


def test_no_document_makes_a_queue_larger_than_the_largest() -> None:
    waiting = queue()
    waiting.join(FIVE[0], now=0, max_size=10**9)
    assert waiting.max_size == LARGEST_MAX_SIZE


def test_a_call_that_was_taken_and_not_used_is_the_first_again() -> None:
    waiting = queue_of_five()
    first = waiting.take_first()
    assert first == FIVE[0]
    waiting.put_back(first, since=0)
    assert list(waiting) == FIVE
    assert waiting.facts(first, now=45).seconds == 45


def test_removing_a_stranger_changes_nothing() -> None:
    waiting = queue_of_five()
    waiting.remove(CallSid("CA" + "f" * 32))
    assert len(waiting) == 5


def test_a_name_has_the_same_sid_always_and_another_one_in_another_account() -> None:
    assert queue_sid(ACCOUNT, "support") == queue().sid
    assert queue_sid(AccountSid("AC" + "1" * 32), "support") != queue().sid
    assert queue().sid.startswith("QU")
