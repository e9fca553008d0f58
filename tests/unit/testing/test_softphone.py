"""A call of a phone for tests, apart from its network."""

import asyncio
from pathlib import Path

import pytest

from ringback.testing.softphone import SoftphoneCall
from tests.unit.call.conftest import Bench


async def test_a_message_that_nobody_waits_for_any_more_does_not_keep_the_call_from_its_end(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    theirs, _ = await bench.answered()
    call = SoftphoneCall(theirs, bench.clock, uri="sip:hello@192.0.2.1")
    telling = asyncio.ensure_future(call.send_message("{}"))
    await asyncio.sleep(0)
    telling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await telling
    call.hang_up()
    assert (await call.ended()).by == "us"
    call.close()
    await bench.close()
