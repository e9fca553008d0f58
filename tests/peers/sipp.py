"""sipp as the phone: a scenario is written as a ladder, turned into sipp's XML, and run to its end."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path

SDP = """v=0
o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 0 8 101
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20"""


@dataclass
class Ladder:
    """A caller's half of a call flow. Each step is one message, in order; sipp fails when what comes is another one."""

    domain: str
    user: str = "alice"
    password: str = "a-long-Passw0rd"
    called: str = "hello"
    headers: tuple[str, ...] = ()
    transport: str = "UDP"
    _steps: list[str] = field(default_factory=list)
    _invites: int = 0
    _messages: int = 0
    _messages_taken: int = 0

    @property
    def _to(self) -> str:
        return f"sip:{self.called}@{self.domain}"

    def invite(self, *, with_credentials: bool = False, body: str = SDP) -> "Ladder":
        self._invites += 1
        credentials = f"[authentication username={self.user} password={self.password}]\n" if with_credentials else ""
        extra = "".join(f"{header}\n" for header in self.headers)
        return self._send(
            f"INVITE {self._to} SIP/2.0\n{self._via()}{self._from()}To: <{self._to}>\nCall-ID: [call_id]\n"
            f"CSeq: {self._invites} INVITE\n{self._contact()}{credentials}{extra}Max-Forwards: 70\n"
            f"Content-Type: application/sdp\nContent-Length: [len]\n\n{body}",
            'retrans="500"',
        )

    def register(self, *, expires: int, with_credentials: bool = False) -> "Ladder":
        """REGISTER of this ladder's own user at its domain."""
        self._invites += 1
        credentials = f"[authentication username={self.user} password={self.password}]\n" if with_credentials else ""
        return self._send(
            f"REGISTER sip:{self.domain} SIP/2.0\n{self._via()}{self._from()}To: <sip:{self.user}@{self.domain}>\n"
            f"Call-ID: [call_id]\nCSeq: {self._invites} REGISTER\n{self._contact()}{credentials}"
            f"Expires: {expires}\nMax-Forwards: 70\nContent-Length: 0\n",
            'retrans="500"',
        )

    def expect(self, status: int, *, within_ms: int = 10_000) -> "Ladder":
        """This response must come next; earlier provisionals that nobody named fail the scenario."""
        auth = ' auth="true"' if status in (401, 407) else ""
        routes = ' rrs="true"' if status == 200 else ""
        self._steps.append(f'<recv response="{status}" timeout="{within_ms}"{auth}{routes}/>')
        return self

    def maybe(self, status: int) -> "Ladder":
        self._steps.append(f'<recv response="{status}" optional="true"/>')
        return self

    def ack(self) -> "Ladder":
        return self._in_dialog("ACK", self._invites)

    def ack_refusal(self) -> "Ladder":
        """The ACK of a non-2xx belongs to the INVITE's transaction: same branch, no new one."""
        return self._send(
            f"ACK {self._to} SIP/2.0\n[last_Via:]\n{self._from()}[last_To:]\nCall-ID: [call_id]\n"
            f"CSeq: {self._invites} ACK\nMax-Forwards: 70\nContent-Length: 0\n"
        )

    def cancel(self) -> "Ladder":
        return self._send(
            f"CANCEL {self._to} SIP/2.0\n[last_Via:]\n{self._from()}To: <{self._to}>\nCall-ID: [call_id]\n"
            f"CSeq: {self._invites} CANCEL\nMax-Forwards: 70\nContent-Length: 0\n"
        )

    def bye(self) -> "Ladder":
        return self._in_dialog("BYE", self._invites + self._messages + 1).expect(200)

    def expect_bye(self, *, within_ms: int = 30_000) -> "Ladder":
        self._steps.append(f'<recv request="BYE" timeout="{within_ms}"/>')
        return self._send(
            "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n"
        )

    def message(self, content: str, *, content_type: str = "application/json") -> "Ladder":
        """MESSAGE in the dialog."""
        self._messages += 1
        body = f"Content-Type: {content_type}\nContent-Length: [len]\n\n{content}"
        return self._in_dialog("MESSAGE", self._invites + self._messages, body)

    def expect_message(self, pattern: str, *, answer: str = "200 OK", headers: tuple[str, ...] = ()) -> "Ladder":
        """A MESSAGE whose text, head and all, has what the regular expression says; it gets this answer."""
        self._messages_taken += 1
        name = f"message{self._messages_taken}"
        self._steps.append(
            f'<recv request="MESSAGE" timeout="10000"><action><ereg regexp="{pattern}" search_in="msg" '
            f'check_it="true" assign_to="{name}"/></action></recv><Reference variables="{name}"/>'
        )
        extra = "".join(f"{header}\n" for header in headers)
        return self._send(
            f"SIP/2.0 {answer}\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n{extra}"
            "Content-Length: 0\n"
        )

    def pause(self, milliseconds: int) -> "Ladder":
        self._steps.append(f'<pause milliseconds="{milliseconds}"/>')
        return self

    def authenticated(self) -> "Ladder":
        """The ladder's first half: challenged, then accepted and ringing."""
        return self.invite().expect(100).expect(407).ack_refusal().invite(with_credentials=True).expect(100).expect(180)

    def xml(self) -> str:
        return (
            '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="ladder">\n'
            + "\n".join(self._steps)
            + "\n</scenario>\n"
        )

    def _in_dialog(self, method: str, number: int, body: str = "Content-Length: 0\n") -> "Ladder":
        return self._send(
            f"{method} [next_url] SIP/2.0\n{self._via()}[routes]\n{self._from()}To: <{self._to}>[peer_tag_param]\n"
            f"Call-ID: [call_id]\nCSeq: {number} {method}\n{self._contact()}Max-Forwards: 70\n{body}"
        )

    def _send(self, message: str, attributes: str = "") -> "Ladder":
        self._steps.append(f"<send {attributes}><![CDATA[\n{message}\n]]></send>")
        return self

    def _via(self) -> str:
        return f"Via: SIP/2.0/{self.transport} [local_ip]:[local_port];branch=[branch]\n"

    def _from(self) -> str:
        return f"From: <sip:{self.user}@{self.domain}>;tag=[pid]SIPpTag00[call_number]\n"

    def _contact(self) -> str:
        return f"Contact: <sip:{self.user}@[local_ip]:[local_port];transport={self.transport.lower()}>\n"


async def run_sipp(
    ladder: Ladder | Path,
    port: int,
    folder: Path,
    *,
    source: str = "127.0.0.1",
    calls: int = 1,
    seconds: float = 60,
    listen: int | None = None,
) -> None:
    """Run a scenario against the server, or that of a callee who waits at the port `listen`.

    Raises `AssertionError` with sipp's own words when it does not go as drawn.
    """
    scenario = folder / "scenario.xml"
    if isinstance(ladder, Ladder):
        scenario.write_text(ladder.xml())
    else:
        scenario = ladder
    transport = ["-t", "t1"] if isinstance(ladder, Ladder) and ladder.transport == "TCP" else []
    arguments = [
        "sipp", f"127.0.0.1:{port}", "-sf", str(scenario), "-i", source, "-mi", source, "-m", str(calls), "-r", "5",
        "-nostdin", "-timeout", str(int(seconds)), "-trace_err", "-error_file", str(folder / "sipp.err"), *transport,
    ]  # fmt: skip
    if listen is not None:
        arguments += ["-p", str(listen)]
    process = await asyncio.create_subprocess_exec(
        *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=folder
    )
    try:
        async with asyncio.timeout(seconds + 10):
            output, _ = await process.communicate()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    errors = (folder / "sipp.err").read_text(errors="replace") if (folder / "sipp.err").exists() else ""
    told = f"{errors[-3000:]}\n{output.decode()[-1500:]}"
    assert process.returncode == 0, f"sipp left with {process.returncode}\n{told}"
