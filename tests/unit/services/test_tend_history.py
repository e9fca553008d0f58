"""What the store keeps of requests is taken up at the start, and looked after until the end."""

from datetime import timedelta

from ringback.model.record import CallbackState
from ringback.model.settings.section import StoreSettings
from ringback.services.tend_history import tended_history
from ringback.store.record_writer import record_writer
from tests.unit.services.callback_process import ACCOUNT, left, new_process


async def test_what_was_left_is_sent_and_what_is_old_is_gone() -> None:
    async with new_process() as process:
        long_ago = process.clock.utc_now() - timedelta(days=3)
        old = left(1, process.clock, state=CallbackState.SENT, finished_at=long_ago)
        young = left(2, process.clock, state=CallbackState.SENT, finished_at=process.clock.utc_now())
        await record_writer(process.database, node="main")([old, young, left(3, process.clock)])
        history = tended_history(
            process.database,
            StoreSettings(keep_requests_days=2),
            links=process.links,
            account_of=lambda _: ACCOUNT,
            clock=process.clock,
        )
        async with history:
            await process.links.close(5)
            while old.url in await process.records():
                await process.clock.sleep(0.01)
        assert process.paths == ["/3"]
        assert set(await process.records()) == {young.url, "http://app.example/3"}
