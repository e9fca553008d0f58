"""Phone numbers that the API claims, maps to voice apps, moves and lets go (rest-api.md 9.14).

A number is claimed, not bought: whether calls for it arrive is up to the trunks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import NumberRecord, NumberType
from ringback.model.sid import AccountSid, new_sid
from ringback.services.own_keeping import OwnKeeping, with_carried
from ringback.services.refusal import Refused
from ringback.store import table
from ringback.store.application import ApplicationRepository
from ringback.store.number import NumberRepository
from ringback.store.paging import PageRequest, Slice
from ringback.twiml.phone_number import formatted_number

MAX_NUMBERS = 10_000
ORIGIN = "hosted"
"""Where Twilio would say that a number came from; none of ours was bought from it."""

FORBIDDEN = 20403
CONTRADICTION = 20001
FALLBACK_ALONE = 21405
APPLICATION_NOT_THERE = 21420
NOT_AVAILABLE = 21422


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFilter:
    """What a list shows; None does not choose. `part` is a part of a number, with `*` for any digit."""

    part: str | None = None
    friendly_name: str | None = None
    type: NumberType | None = None
    origin: str | None = None
    beta: bool | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        columns = table.number.c
        conditions: list[ColumnElement[bool]] = []
        if self.part is not None:
            conditions.append(columns.number.like(_pattern(self.part), escape="\\"))
        if self.friendly_name is not None:
            conditions.append(columns.friendly_name == self.friendly_name)
        if self.type is not None:
            conditions.append(columns.type == self.type)
        return conditions

    @property
    def shows_nothing(self) -> bool:
        """No number of ours is Twilio's, or new to its platform."""
        return self.origin not in (None, ORIGIN) or self.beta is True


class NumberKeeping(OwnKeeping[NumberRecord]):
    """`values` are fields of `NumberRecord` by name; another account's number is not there."""

    repository = NumberRepository

    async def create(
        self, account_sid: AccountSid, number: str, type_: NumberType | None, values: Mapping[str, Any]
    ) -> NumberRecord:
        """Raises `Refused` for a number that an account has already, and for what does not go together."""
        now = self._configuring.clock.utc_now()
        record = NumberRecord(
            **{"voice_url": None, "friendly_name": formatted_number(number), **_exclusive(values)},
            sid=new_sid("PN"),
            account_sid=account_sid,
            number=number,
            type=type_ or NumberType.of(number),
            created_at=now,
            updated_at=now,
        )
        try:
            await self._claim(record, values)
        except IntegrityError:
            raise Refused(NOT_AVAILABLE, f"{number} is not available.") from None  # another claim was faster
        return record

    async def _claim(self, record: NumberRecord, values: Mapping[str, Any]) -> None:
        async with self._configuring.change() as connection:
            repository = NumberRepository(connection)
            if await repository.by_number(record.number) is not None:
                raise Refused(NOT_AVAILABLE, f"{record.number} is not available.")
            if await repository.count(table.number.c.account_sid == record.account_sid) >= MAX_NUMBERS:
                raise Refused(FORBIDDEN, f"The account has {MAX_NUMBERS} numbers, which is the limit.", status=403)
            await _check(connection, record, values)
            await repository.put(record)

    async def page(self, account_sid: AccountSid, request: PageRequest, chosen: NumberFilter) -> Slice[NumberRecord]:
        return Slice() if chosen.shows_nothing else await self._page(account_sid, request, *chosen.conditions)

    async def update(
        self, account_sid: AccountSid, sid: str, values: Mapping[str, Any], *, move_to: AccountSid | None = None
    ) -> NumberRecord | None:
        """What `values` do not name stays; of `carried`, too. A number that moves leaves its application behind."""

        def changes(found: NumberRecord) -> Mapping[str, Any]:
            moved = {} if move_to in (None, account_sid) else {"account_sid": move_to, "voice_application_sid": None}
            return {**moved, **with_carried(found, _exclusive(values))}

        async def check(connection: AsyncConnection, _: NumberRecord, changed: NumberRecord) -> None:
            await _check(connection, changed, values)

        return await self._change(account_sid, sid, changes, check)


def _exclusive(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A number leads to an application or to a trunk: naming one takes the other away."""
    carried = values.get("carried", {})
    application, trunk = values.get("voice_application_sid"), carried.get("trunk_sid")
    if application and trunk:
        raise Refused(CONTRADICTION, "VoiceApplicationSid and TrunkSid exclude each other.")
    if application:
        return {**values, "carried": {**carried, "trunk_sid": None}}
    return {**values, "voice_application_sid": None} if trunk else values


async def _check(connection: AsyncConnection, record: NumberRecord, given: Mapping[str, Any]) -> None:
    """What was given, with what was there; entries of the settings file may be otherwise, and are let be."""
    if record.voice_application_sid and given.get("voice_application_sid"):
        application = await ApplicationRepository(connection).get(record.voice_application_sid)
        if application is None or application.account_sid != record.account_sid:
            raise Refused(APPLICATION_NOT_THERE, f"There is no application {record.voice_application_sid}.")
    touched = not given.keys().isdisjoint(("voice_url", "voice_fallback_url"))
    if touched and record.voice_fallback_url and not record.voice_url and not record.voice_application_sid:
        raise Refused(FALLBACK_ALONE, "VoiceFallbackUrl needs VoiceUrl.")


def _pattern(part: str) -> str:
    """`555*` as LIKE understands it; what is no digit, `+` or `*` is left out as punctuation."""
    digits = re.sub(r"[^0-9+*]", "", part)
    return f"%{digits.replace('*', '_')}%"
