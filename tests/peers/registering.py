"""A REGISTER from a socket of its own, digest included: what makes a softphone of the tests a registered phone."""

import asyncio
import hashlib
import re
import secrets
import socket
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response as it came."""

    status: int
    text: str

    def header(self, name: str) -> str | None:
        match = re.search(rf"^{name}:\s*(.*?)\r?$", self.text, re.MULTILINE | re.IGNORECASE)
        return match.group(1) if match else None

    @property
    def contacts(self) -> list[str]:
        return re.findall(r"^Contact:\s*(.*?)\r?$", self.text, re.MULTILINE | re.IGNORECASE)


@dataclass
class Registrant:
    """Registers contacts of one user at a server on loopback, over one socket. Use as a context manager."""

    user: str
    password: str
    domain: str
    port: int
    transport: str = "udp"
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    _number: int = 0

    def __enter__(self) -> "Registrant":
        kind = socket.SOCK_DGRAM if self.transport == "udp" else socket.SOCK_STREAM
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.settimeout(10)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.connect(("127.0.0.1", self.port))
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    @property
    def own_port(self) -> int:
        return int(self.socket.getsockname()[1])

    async def register(self, *contacts: str, expires: int | None = None, to: str | None = None) -> Answer:
        """Send it, answer the challenge, and give the final response."""
        return await asyncio.to_thread(self._register, contacts, expires, to)

    async def receive(self) -> str:
        """The next message that comes to the socket."""
        data = await asyncio.to_thread(self.socket.recv, 65535)
        return data.decode()

    def _register(self, contacts: tuple[str, ...], expires: int | None, to: str | None) -> Answer:
        answer = self._send(contacts, expires, to, "")
        challenge = answer.header("Proxy-Authenticate")
        if answer.status != 407 or challenge is None:
            return answer
        uri = f"sip:{self.domain}"
        answer_of = proxy_authorization(challenge, user=self.user, password=self.password, method="REGISTER", uri=uri)
        return self._send(contacts, expires, to, answer_of)

    def _send(self, contacts: tuple[str, ...], expires: int | None, to: str | None, authorization: str) -> Answer:
        self._number += 1
        via = f"SIP/2.0/{self.transport.upper()} 127.0.0.1:{self.own_port}"
        lines = [
            f"REGISTER sip:{self.domain} SIP/2.0",
            f"Via: {via};rport;branch=z9hG4bK{secrets.token_hex(6)}",
            f"From: <sip:{self.user}@{self.domain}>;tag=1",
            f"To: <{to or f'sip:{self.user}@{self.domain}'}>",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self._number} REGISTER",
            "Max-Forwards: 70",
            *(f"Contact: {contact}" for contact in contacts),
            *([f"Expires: {expires}"] if expires is not None else []),
            *([f"Proxy-Authorization: {authorization}"] if authorization else []),
            "Content-Length: 0",
        ]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        text = self.socket.recv(65535).decode()
        return Answer(status=int(text.split()[1]), text=text)


def proxy_authorization(challenge: str, *, user: str, password: str, method: str, uri: str) -> str:
    """The value of Proxy-Authorization that answers a Proxy-Authenticate of MD5 and `qop=auth`."""
    asked = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    cnonce = secrets.token_hex(4)
    ha1 = _md5(f"{user}:{asked['realm']}:{password}")
    response = _md5(f"{ha1}:{asked['nonce']}:00000001:{cnonce}:auth:{_md5(f'{method}:{uri}')}")
    return (
        f'Digest username="{user}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", uri="{uri}", '
        f'response="{response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="{cnonce}"'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
