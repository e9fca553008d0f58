"""A caller made of text and one socket: INVITEs that no well-behaved phone sends, over UDP, TCP and TLS."""

import asyncio
import re
import secrets
import socket
import ssl
from dataclasses import dataclass, field
from types import TracebackType

from tests.peers.registering import Answer, proxy_authorization

RTP, SRTP = "RTP/AVP", "RTP/SAVP"


@dataclass
class PlainCaller:
    """Use as a context manager. `provisionals` are the 1xx of the last INVITE; `keeps_calls`: an answered call stays
    up, and says nothing, where it else is hung up at once."""

    domain: str
    port: int
    transport: str = "udp"
    user: str = "alice"
    password: str = "a-long-Passw0rd"
    keeps_calls: bool = False
    provisionals: list[int] = field(default_factory=list)

    def __enter__(self) -> "PlainCaller":
        plain = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if self.transport == "udp" else socket.SOCK_STREAM)
        plain.settimeout(10)
        plain.connect(("127.0.0.1", self.port))
        if self.transport == "tls":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            plain = context.wrap_socket(plain)
        self._socket = plain
        self._call_id, self._tag, self._number, self._unread = secrets.token_hex(8), secrets.token_hex(4), 0, ""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    async def invite(self, *, media: str = RTP, headers: tuple[str, ...] = (), max_forwards: int = 70) -> Answer:
        """The final response, after one challenge at most, acknowledged."""
        return await asyncio.to_thread(self._invite, media, headers, max_forwards)

    def _invite(self, media: str, headers: tuple[str, ...], max_forwards: int) -> Answer:
        answer = self._try(media, headers, max_forwards)
        challenge = answer.header("Proxy-Authenticate")
        if answer.status == 407 and challenge is not None:
            credentials = proxy_authorization(
                challenge, user=self.user, password=self.password, method="INVITE", uri=self._uri
            )
            answer = self._try(media, (*headers, f"Proxy-Authorization: {credentials}"), max_forwards)
        if answer.status == 200:
            self._send("ACK", answer.header("To") or "", secrets.token_hex(6))
        if answer.status == 200 and not self.keeps_calls:
            self._number += 1
            self._send("BYE", answer.header("To") or "", secrets.token_hex(6))
        return answer

    def _try(self, media: str, headers: tuple[str, ...], max_forwards: int) -> Answer:
        self._number += 1
        self.provisionals = []
        branch = secrets.token_hex(6)
        crypto = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{'A' * 40}\r\n" if media == SRTP else ""
        body = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio 9000 {media} 0\r\na=rtpmap:0 PCMU/8000\r\n{crypto}"
        )
        self._send("INVITE", f"<{self._uri}>", branch, headers, body, max_forwards)
        while (answer := self._receive()).status < 200:
            self.provisionals.append(answer.status)
        if answer.status >= 300:
            self._send("ACK", answer.header("To") or "", branch)
        return answer

    @property
    def _uri(self) -> str:
        return f"sip:hello@{self.domain}"

    def _send(
        self, method: str, to: str, branch: str, headers: tuple[str, ...] = (), body: str = "", max_forwards: int = 70
    ) -> None:
        host, port = self._socket.getsockname()[:2]
        lines = [
            f"{method} {self._uri} SIP/2.0",
            f"Via: SIP/2.0/{self.transport.upper()} {host}:{port};rport;branch=z9hG4bK{branch}",
            f"Max-Forwards: {max_forwards}",
            f"From: <sip:alice@{self.domain}>;tag={self._tag}",
            f"To: {to}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._number} {method}",
            f"Contact: <sip:alice@{host}:{port};transport={self.transport}>",
            *headers,
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    def _receive(self) -> Answer:
        """The next response; of a stream, one message at a time (their bodies do not matter here)."""
        while "\r\n\r\n" not in self._unread:
            self._unread += self._socket.recv(65535).decode()
        head, _, rest = self._unread.partition("\r\n\r\n")
        found = re.search(r"^Content-Length:\s*(\d+)", head, re.MULTILINE | re.IGNORECASE)
        length = int(found[1]) if found else 0
        while len(rest) < length:
            rest += self._socket.recv(65535).decode()
        self._unread = rest[length:] if self.transport != "udp" else ""
        return Answer(status=int(head.split()[1]), text=head)
