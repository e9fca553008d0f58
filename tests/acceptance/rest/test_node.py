"""The official Node library, unmodified: calls, applications and queues of a running server."""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from ringback.testing.softphone import Answering, Softphone
from tests.acceptance.conftest import ACCOUNT_SID, AUTH_TOKEN, Server, VoiceApp
from tests.acceptance.rest.conftest import NUMBER

PROGRAM = Path(__file__).parent / "node"
FILES = ("package.json", "package-lock.json", "main.js")
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")


@pytest.fixture(scope="session")
def node_program(pytestconfig: pytest.Config) -> Path:
    """The program with the library that its lock file names, installed once for each version of the files."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("ringback-node")
    version = hashlib.sha256(b"".join((PROGRAM / name).read_bytes() for name in FILES)).hexdigest()[:16]
    installed = cache / version
    if not installed.exists():
        folder = Path(tempfile.mkdtemp(dir=cache))
        for name in FILES:
            shutil.copy(PROGRAM / name, folder)
        subprocess.run(INSTALL, cwd=folder, check=True, capture_output=True, timeout=110)
        try:
            folder.rename(installed)
        except OSError:  # another worker was faster
            shutil.rmtree(folder)
    return installed / "main.js"


async def run(program: Path, **where: str) -> Any:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TWILIO_")}
    process = await asyncio.create_subprocess_exec(
        "node", str(program), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    async with asyncio.timeout(60):
        out, problems = await process.communicate(json.dumps(where).encode())
    assert process.returncode == 0, problems.decode()
    return json.loads(out)


async def test_calls_applications_and_queues(
    rest_server: Server, app: VoiceApp, phone: Softphone, node_program: Path
) -> None:
    app.pages |= {"/voice": "<Gather timeout='60'/>", "/events": ""}
    phone.answering = Answering(ring_seconds=0.3)
    seen = await run(
        node_program,
        base=rest_server.http,
        account=ACCOUNT_SID,
        token=AUTH_TOKEN,
        number=NUMBER,
        phone=phone.uri,
        app=app.url("").rstrip("/"),
        application=f"node at {phone.port}",
    )
    sid = seen["made"]["sid"]
    assert seen["made"] == {
        "sid": sid, "status": "queued", "direction": "outbound-api", "from": "(500) 555-0006",
    }  # fmt: skip
    assert (seen["answered"], seen["moved"]) == ({"startTime": True}, "in-progress")
    assert int(seen["over"]["duration"]) >= 0
    assert (seen["listed"], seen["ended"], seen["deleted"]) == ([sid], "completed", True)
    assert app.url("/voice") in seen["events"]
    assert (seen["gone"]["status"], seen["gone"]["code"]) == (404, 20404)
    assert seen["refused"] == {"status": 400, "code": 21205, "message": "Url parameter is required."}
    assert seen["application"] == {"renamed": f"node at {phone.port} 2", "found": [True], "removed": True}
    assert seen["queues"] is True
    told = await app.wait_for("/events", 4)
    assert [request.parameters["CallStatus"] for request in told] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert all(request.is_signed for request in app.requests)
