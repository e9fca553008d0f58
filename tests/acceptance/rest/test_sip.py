"""A SIP Domain made over REST takes calls at once: the official library, a real phone (rest-api.md 9.12, 9.13)."""

import asyncio
from typing import Any

from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import Server, VoiceApp

PASSWORD = "a-long-Passw0rd"


async def test_a_domain_its_users_and_its_app_are_made_and_a_call_is_answered(
    client: Any, rest_server: Server, app: VoiceApp, phone: Softphone
) -> None:
    app.pages["/harbour"] = "<Say>Hello.</Say><Hangup/>"

    def make() -> tuple[str, str]:
        application = client.applications.create(friendly_name="harbour", voice_url=app.url("/harbour"))
        assert client.applications(application.sid).delete()
        domain = client.sip.domains.create(domain_name="harbour.example", voice_url=app.url("/harbour"))
        users = client.sip.credential_lists.create(friendly_name="harbour")
        client.sip.credential_lists(users.sid).credentials.create("ann", PASSWORD)
        client.sip.domains(domain.sid).auth.calls.credential_list_mappings.create(users.sid)
        assert client.sip.domains(domain.sid).fetch().auth_type == "CREDENTIAL_LIST"
        return domain.sid, users.sid

    domain_sid, list_sid = await asyncio.to_thread(make)
    proxy = f"127.0.0.1:{rest_server.port}"
    placed = phone.call("sip:desk@harbour.example", proxy=proxy, user="ann", password=PASSWORD)
    await placed.answered()
    await placed.ended(20)
    (asked,) = await app.wait_for("/harbour")
    assert (asked.parameters["SipDomainSid"], asked.parameters["SipUsername"]) == (domain_sid, "ann")
    assert asked.is_signed

    def remove() -> None:
        (usage,) = client.usage.records.today.list(category="calls-sip-inbound")
        assert int(usage.count) >= 1
        assert client.sip.domains(domain_sid).auth.calls.credential_list_mappings(list_sid).delete()
        assert client.sip.credential_lists(list_sid).delete()
        assert client.sip.domains(domain_sid).delete()

    await asyncio.to_thread(remove)
