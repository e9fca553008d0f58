"""Looks at what settings point to before anything is started: ports, certificates, folders.

Whatever is wrong here would stop the server half-way; so it is said first, in the words of the settings.
"""

import errno
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from ringback.model.settings import HostPort, SettingProblem, Settings, SipListen
from ringback.model.settings.section import SipSettings, StoreSettings

_BIND_REASONS = {
    errno.EADDRINUSE: "another program uses this address already",
    errno.EADDRNOTAVAIL: "this machine does not have this address",
    errno.EACCES: "this user may not listen there (ports under 1024 need the right to)",
}


def find_obstacles(settings: Settings) -> tuple[SettingProblem, ...]:
    """Everything that would keep the server from starting; nothing is left open."""
    return (
        *_certificate_obstacles(settings.sip),
        *_listen_obstacles(settings),
        *_media_obstacles(settings),
        *_folder_obstacles(settings.store),
    )


def is_free(listen: SipListen) -> bool:
    """Whether a server could listen there now."""
    try:
        _bind_for_a_moment(listen.host_port, _kind(listen))
    except OSError:
        return False
    return True


def _listen_obstacles(settings: Settings) -> Iterator[SettingProblem]:
    """Each listener is bound for a moment; a port of 0 can always be had, its address may not."""
    for index, listen in enumerate(settings.sip.listen):
        yield from _bind_obstacle(f"sip.listen[{index}]", str(listen), listen.host_port, _kind(listen))
    yield from _bind_obstacle("http.listen", str(settings.http.listen), settings.http.listen, socket.SOCK_STREAM)


def _media_obstacles(settings: Settings) -> Iterator[SettingProblem]:
    """Audio must be able to use its address at all; single ports of the range may be taken."""
    key = "media.address" if settings.media.address else "media.address (unset: the host of sip.listen[0])"
    address = HostPort(host=settings.media_address, port=0)
    yield from _bind_obstacle(key, settings.media_address, address, socket.SOCK_DGRAM)


def _bind_obstacle(key: str, shown: str, address: HostPort, kind: socket.SocketKind) -> Iterator[SettingProblem]:
    try:
        _bind_for_a_moment(address, kind)
    except OSError as error:
        reason = _BIND_REASONS.get(error.errno or 0, error.strerror or str(error))
        yield SettingProblem(key=key, sentence=f'{key} is "{shown}", but {reason}.')


def _kind(listen: SipListen) -> socket.SocketKind:
    return socket.SOCK_DGRAM if listen.transport == "udp" else socket.SOCK_STREAM


def _bind_for_a_moment(address: HostPort, kind: socket.SocketKind) -> None:
    family, _, protocol, _, where = socket.getaddrinfo(address.host, address.port, type=kind)[0]
    with socket.socket(family, kind, protocol) as probe:
        if kind == socket.SOCK_STREAM:  # as the server does: an address in TIME_WAIT can be had
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(where)
        if kind == socket.SOCK_STREAM:
            probe.listen(1)


def _certificate_obstacles(sip: SipSettings) -> Iterator[SettingProblem]:
    """Only with a `tls:` listener; the certificate and the key must exist and belong together."""
    certificate, key = sip.tls_certificate, sip.tls_key
    if certificate is None or key is None or not any(listen.transport == "tls" for listen in sip.listen):
        return
    missing = False
    for name, path in (("sip.tls_certificate", certificate), ("sip.tls_key", key)):
        if not path.is_file() or not os.access(path, os.R_OK):
            missing = True
            yield SettingProblem(key=name, sentence=f'{name} is "{path}", but there is no such file that can be read.')
    if not missing:
        yield from _pair_obstacle(certificate, key)


def _pair_obstacle(certificate: Path, key: Path) -> Iterator[SettingProblem]:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or str(error)
        yield SettingProblem(
            key="sip.tls_certificate",
            sentence=f'sip.tls_certificate is "{certificate}" and sip.tls_key is "{key}", but they must be a PEM'
            f" certificate and its key without a passphrase ({reason}).",
        )


def _folder_obstacles(store: StoreSettings) -> Iterator[SettingProblem]:
    """Recordings and a SQLite file need a folder that can be written to; the recordings' own is made when missing."""
    yield from _writable_obstacle("store.recordings", str(store.recordings), store.recordings)
    path = store.sqlite_file
    if path is None:
        return
    if not path.parent.is_dir():
        sentence = f'store.url is "{store.url}", but the folder {path.parent} does not exist.'
        yield SettingProblem(key="store.url", sentence=sentence)
    else:
        yield from _writable_obstacle("store.url", store.url, path.parent)


def _writable_obstacle(key: str, shown: str, folder: Path) -> Iterator[SettingProblem]:
    """`folder`, or the nearest one above it that exists, must be a folder that can be written to."""
    existing = next((above for above in (folder, *folder.absolute().parents) if above.exists()), Path("/"))
    if not existing.is_dir():
        yield SettingProblem(key=key, sentence=f'{key} is "{shown}", but {existing} is not a folder.')
    elif not os.access(existing, os.W_OK | os.X_OK):
        yield SettingProblem(key=key, sentence=f'{key} is "{shown}", but the folder {existing} cannot be written to.')
