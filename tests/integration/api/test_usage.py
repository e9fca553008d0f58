"""Usage by the official library (rest-api.md 9.17)."""

import asyncio
import json
from typing import Any

import pytest
from twilio.rest import Client

MINE = "AC" + "1" * 32
PATH = f"/2010-04-01/Accounts/{MINE}/Usage/Records"


async def test_every_period_is_read_by_the_library(stage: Any) -> None:
    def work() -> None:
        client: Any = Client(MINE, "my-token")
        client.api.base_url = stage.url
        records = client.usage.records
        for period in ("all_time", "daily", "last_month", "monthly", "this_month", "today", "yearly", "yesterday"):
            found = getattr(records, period).list(limit=3)
            assert [entry.category for entry in found] == ["calls", "calls-inbound", "calls-inbound-local"]
            assert found[0].start_date is not None
        one = records.list(category="calls-sip", start_date="-30days")
        assert [(entry.category, entry.count, entry.price) for entry in one] == [("calls-sip", "0", 0)]

    await asyncio.to_thread(work)


async def test_pages_go_through_days_and_categories_without_a_repeat(stage: Any) -> None:
    seen: list[tuple[str, str]] = []
    uri = f"{PATH}/Daily.json?PageSize=10&StartDate=-3days"
    while uri:
        page = json.loads((await stage.ask(uri)).body)
        seen += [(entry["start_date"], entry["category"]) for entry in page["usage_records"]]
        uri = page["next_page_uri"]
    assert len(seen) == len(set(seen)) == 4 * 14
    assert [day for day, _ in seen] == sorted((day for day, _ in seen), reverse=True)


@pytest.mark.parametrize("query", ["StartDate=soon", "StartDate=2026-03-02&EndDate=2026-03-01"])
async def test_days_that_are_none_are_refused(stage: Any, query: str) -> None:
    refused = await stage.ask(f"{PATH}.json?{query}")
    assert (refused.status, json.loads(refused.body)["code"]) == (400, 20001)


@pytest.mark.parametrize("period", ["", "/AllTime", "/Daily", "/Monthly", "/Yearly"])
async def test_the_whole_calendar_may_be_asked_for(stage: Any, period: str) -> None:
    found = await stage.ask(f"{PATH}{period}.json?StartDate=0001-01-01&EndDate=9999-12-31&PageSize=1")
    assert (found.status, json.loads(found.body)["end"]) == (200, 0)
