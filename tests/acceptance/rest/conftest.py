"""The REST API as programs use it: `ringback serve` over each database, and the official Python library.

    async def test_...(client: Client, app: VoiceApp, phone: Softphone) -> None:
        made = await asyncio.to_thread(client.calls.create, to=phone.uri, from_=NUMBER, url=app.url("/voice"))

The library blocks, so it is called in a thread. The server lives as long as all tests: a test names what it makes, and
looks for that alone.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from twilio.rest import Client

from ringback.testing.softphone import Softphone, SoftphoneCall
from tests.acceptance.conftest import ACCOUNT_SID, AUTH_TOKEN, DOMAIN, PASSWORD, USER, Server, settings_text
from tests.peers.postgresql import new_postgresql_database, running_postgresql

DATABASES = ("sqlite", "postgresql")
NUMBER = "+15005550006"
"""A number of the account; its app is /number."""
APPLICATION = "desk"
"""The name of an application of the account; its app is /application, its status callback /application-status."""

_SQLITE = "sqlite:///ringback.db"


@pytest.fixture(scope="session")
def rest_postgresql() -> Iterator[str]:
    with running_postgresql() as url:
        yield url


@pytest.fixture(scope="session", params=DATABASES)
def rest_server(
    request: pytest.FixtureRequest, app_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server over SQLite, then one over PostgreSQL. Its domain calls the app's /voice and takes registrations."""
    text = rest_settings(f"http://127.0.0.1:{app_port}")
    if request.param == "postgresql":
        text = text.replace(_SQLITE, _new_database(request.getfixturevalue("rest_postgresql")))
    running = Server.start(text, tmp_path_factory.mktemp(f"rest-{request.param}") / "server")
    yield running
    running.close()


@pytest.fixture(autouse=True)
def quiet_afterwards(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the calls of a test still owe their apps does not reach the app of the next one."""
    yield
    if "rest_server" in request.fixturenames:
        server: Server = request.getfixturevalue("rest_server")
        thread = threading.Thread(target=lambda: asyncio.run(server.quiet()))
        thread.start()
        thread.join()


def rest_settings(root: str, *, extra: str = "") -> str:
    """The settings of `rest_server`, whose app is at `root`; `extra` are more tables."""
    return settings_text(
        f"{root}/voice",
        domain=f'users = {{ {USER} = "{PASSWORD}" }}\nregistration = true\nstatus_callback_url = "{root}/status"',
        extra=f'[[number]]\nnumber = "{NUMBER}"\nvoice_url = "{root}/number"\n'
        f'[[application]]\nname = "{APPLICATION}"\nvoice_url = "{root}/application"\n'
        f'status_callback_url = "{root}/application-status"\n{extra}',
    )


def _new_database(server: str) -> str:
    """Made by a loop of its own, in a thread, since a test's loop may run in this one."""
    made: list[str] = []
    thread = threading.Thread(target=lambda: made.append(asyncio.run(new_postgresql_database(server))))
    thread.start()
    thread.join()
    return made[0]


@pytest.fixture
def client(rest_server: Server) -> Client:
    """The official library, unmodified, for the account of the settings file."""
    return client_of(rest_server)


def client_of(
    server: Server, user: str = ACCOUNT_SID, password: str = AUTH_TOKEN, account: str = ACCOUNT_SID
) -> Client:
    """The official library for any credentials."""
    made = Client(user, password, account)
    made.api.base_url = server.http
    return made


@pytest.fixture
async def phone() -> AsyncIterator[Softphone]:
    """A phone that answers after half a second (`phone.answering = ...`), and that can call; see `call_in`."""
    async with Softphone.open() as opened:
        yield opened


def call_in(phone: Softphone, server: Server) -> SoftphoneCall:
    """Call the app's /voice by SIP, as alice."""
    return phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
