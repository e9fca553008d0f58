"""Nothing that is spoken leaves this machine, and no engine tells its maker that it was used."""

import os
import subprocess
import sys
from pathlib import Path

SPEAK = (
    "from ringback.speech.providers.hibari import HibariSynthesizer\n"
    "HibariSynthesizer().synthesize('Hello.', voice='heart', language='en-US')\n"
)


def test_the_speech_engine_keeps_no_identity_of_this_machine_and_reports_nothing(tmp_path: Path) -> None:
    """ONNX Runtime would make a device id and a store of events for its maker in the cache of the user."""
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    ours = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", SPEAK], env=environment | ours, check=True, timeout=120)
    assert not [path for path in tmp_path.rglob("*") if "onnxruntime" in path.name.lower()]
