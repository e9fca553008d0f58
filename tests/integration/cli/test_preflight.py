"""What settings point to: ports, certificates, folders; each obstacle in one sentence, nothing left behind."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ringback.cli.preflight import find_obstacles
from ringback.cli.settings_file import read_settings
from tests.peers.ports import free_ports

WriteSettings = Callable[..., Path]


def obstacles(path: Path) -> list[str]:
    return [problem.sentence for problem in find_obstacles(read_settings(path, {}))]


def test_free_ports_and_new_folders_are_no_obstacle(write_settings: WriteSettings, tmp_path: Path) -> None:
    path = write_settings(sip='["udp:127.0.0.1:0", "tcp:127.0.0.1:0", "udp:localhost:0"]')
    assert obstacles(path) == []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["ringback.toml"], "looking makes nothing"


@pytest.mark.parametrize(("transport", "kind"), [("udp", socket.SOCK_DGRAM), ("tcp", socket.SOCK_STREAM)])
def test_a_sip_port_in_use_is_told_with_its_key(
    write_settings: WriteSettings, transport: str, kind: socket.SocketKind
) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        listen = f"{transport}:127.0.0.1:{taken.getsockname()[1]}"
        path = write_settings(sip=f'["udp:127.0.0.1:0", "{listen}"]')
        assert obstacles(path) == [f'sip.listen[1] is "{listen}", but another program uses this address already.']
    assert obstacles(path) == []


def test_an_http_port_in_use_is_told_with_its_key(write_settings: WriteSettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        path = write_settings(http=listen)
        assert obstacles(path) == [f'http.listen is "{listen}", but another program uses this address already.']


def test_looking_twice_finds_the_same(write_settings: WriteSettings) -> None:
    sip, http = free_ports(2)
    path = write_settings(sip=f'["udp:127.0.0.1:{sip}", "tcp:127.0.0.1:{sip}"]', http=f"127.0.0.1:{http}")
    assert obstacles(path) == obstacles(path) == []


def test_an_address_of_another_machine_is_told(write_settings: WriteSettings) -> None:
    told = obstacles(write_settings(sip='["udp:203.0.113.1:5060"]'))
    assert told[0] == 'sip.listen[0] is "udp:203.0.113.1:5060", but this machine does not have this address.'
    assert told[1].startswith("media.address (unset: the host of sip.listen[0]) is")


def test_a_certificate_and_its_key_are_no_obstacle(
    write_settings: WriteSettings, certificate: tuple[Path, Path]
) -> None:
    text = f'sip.tls_certificate = "{certificate[0]}"\nsip.tls_key = "{certificate[1]}"'
    assert obstacles(write_settings(text, sip='["tls:127.0.0.1:0"]')) == []


def test_a_missing_certificate_is_told(write_settings: WriteSettings, certificate: tuple[Path, Path]) -> None:
    text = f'sip.tls_certificate = "/no/cert.pem"\nsip.tls_key = "{certificate[1]}"'
    told = obstacles(write_settings(text, sip='["tls:127.0.0.1:0"]'))
    assert told == ['sip.tls_certificate is "/no/cert.pem", but there is no such file that can be read.']


def test_a_key_that_is_not_the_certificates_is_told(
    write_settings: WriteSettings, certificate: tuple[Path, Path]
) -> None:
    text = f'sip.tls_certificate = "{certificate[0]}"\nsip.tls_key = "{certificate[0]}"'
    (told,) = obstacles(write_settings(text, sip='["tls:127.0.0.1:0"]'))
    assert "they must be a PEM certificate and its key without a passphrase" in told


def test_a_certificate_without_a_tls_listener_is_not_looked_at(write_settings: WriteSettings) -> None:
    assert obstacles(write_settings('sip.tls_certificate = "/no/cert.pem"\nsip.tls_key = "/no/key.pem"')) == []


def test_a_store_without_its_folder_is_told(write_settings: WriteSettings) -> None:
    (told,) = obstacles(write_settings(store="sqlite:////no/such/folder/x.db"))
    assert told == 'store.url is "sqlite:////no/such/folder/x.db", but the folder /no/such/folder does not exist.'


def test_recordings_that_are_a_file_are_told(write_settings: WriteSettings, tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("x")
    (told,) = obstacles(write_settings())
    assert told.endswith(f"but {tmp_path}/recordings is not a folder.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_told(write_settings: WriteSettings, tmp_path: Path) -> None:
    path = write_settings()
    tmp_path.chmod(0o500)
    try:
        assert any("cannot be written to" in told for told in obstacles(path))
    finally:
        tmp_path.chmod(0o700)
