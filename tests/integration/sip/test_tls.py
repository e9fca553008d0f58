"""TLS over real sockets: which versions and suites, and who must show a certificate (TL-02, TL-03)."""

import asyncio
import ssl
import subprocess
from pathlib import Path

import pytest

from ringback.sip.events import CallConfirmed, CallRefused, Event, IncomingCall
from ringback.sip.net.tls import CIPHER_SUITES, ECDSA_SUITES, client_context, server_context
from tests.integration.sip.conftest import SDP, OpenParty, Party
from tests.peers.certificate import self_signed


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return self_signed(tmp_path_factory.mktemp("tls"))


def answer(party: Party, event: Event) -> None:
    if isinstance(event, IncomingCall):
        session = party.session(event)
        party.do(lambda now: session.answer(SDP, now))


def stranger(*, ciphers: str | None = None) -> ssl.SSLContext:
    """A client of any version that checks nothing, as phones are."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(ciphers or "ALL:@SECLEVEL=0")
    return context


async def handshake(port: int, context: ssl.SSLContext) -> tuple[str, str]:
    """The version and the suite that are agreed on."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    spoken = writer.get_extra_info("ssl_object")
    version, suite = str(spoken.version()), str(spoken.cipher()[0])
    writer.close()
    return version, suite


@pytest.mark.parametrize(
    ("version", "spoken"), [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]
)
async def test_tl_02_tls_1_2_and_1_3_are_taken_and_no_client_certificate_is_asked_for(
    open_party: OpenParty, certificate: tuple[Path, Path], version: ssl.TLSVersion, spoken: str
) -> None:
    bob = await open_party("tls", tls=server_context(*certificate))
    context = stranger()
    context.minimum_version = context.maximum_version = version
    assert (await handshake(bob.bound["tls"].port, context))[0] == spoken


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
async def test_tl_02_older_versions_are_refused(
    open_party: OpenParty, certificate: tuple[Path, Path], version: str
) -> None:
    """By openssl, because Python's own library cannot speak them any more."""
    bob = await open_party("tls", tls=server_context(*certificate))
    at = f"127.0.0.1:{bob.bound['tls'].port}"
    command = ["openssl", "s_client", "-connect", at, version, "-cipher", "ALL:@SECLEVEL=0"]
    told = await asyncio.to_thread(
        subprocess.run, command, input=b"", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20, check=False
    )
    assert b"Cipher is (NONE)" in told.stdout
    assert await handshake(bob.bound["tls"].port, stranger())  # and it listens on
    for context in (server_context(*certificate), client_context(is_checked=False)):
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("suite", CIPHER_SUITES)
async def test_tl_03_every_suite_of_twilio_is_taken(
    open_party: OpenParty, certificate: tuple[Path, Path], suite: str
) -> None:
    bob = await open_party("tls", tls=server_context(*certificate))
    context = stranger(ciphers=suite)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert await handshake(bob.bound["tls"].port, context) == ("TLSv1.2", suite)


@pytest.mark.parametrize("suite", ["ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES128-SHA", "CAMELLIA128-SHA256"])
async def test_tl_03_no_other_suite_is_taken(open_party: OpenParty, certificate: tuple[Path, Path], suite: str) -> None:
    bob = await open_party("tls", tls=server_context(*certificate))
    context = stranger(ciphers=f"{suite}:@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(OSError):  # noqa: PT011 - an alert, or no more than the end of the connection
        await handshake(bob.bound["tls"].port, context)


async def test_a_certificate_with_an_elliptic_curve_key_is_served(open_party: OpenParty, tmp_path: Path) -> None:
    bob = await open_party("tls", tls=server_context(*self_signed(tmp_path, elliptic=True)))
    context = stranger()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert (await handshake(bob.bound["tls"].port, context))[1] in ECDSA_SUITES


async def test_tl_02_a_peer_that_signed_its_own_certificate_is_called_unless_peers_are_checked(
    open_party: OpenParty, certificate: tuple[Path, Path]
) -> None:
    bob = await open_party("tls", tls=server_context(*certificate))
    bob.on_event = answer
    alice = await open_party("udp", client_tls=client_context(is_checked=False))
    alice.call(f"sip:bob@127.0.0.1:{bob.bound['tls'].port};transport=tls")
    await bob.told(CallConfirmed)
    careful = await open_party("udp", client_tls=client_context(is_checked=True))
    careful.call(f"sip:bob@127.0.0.1:{bob.bound['tls'].port};transport=tls")
    refused = await careful.told(CallRefused)
    assert isinstance(refused, CallRefused)
    assert (refused.status, refused.response) == (503, None)
