"""Settings files on free ports, and TLS certificates made for the test."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

WriteSettings = Callable[..., Path]


@pytest.fixture
def write_settings(tmp_path: Path) -> WriteSettings:
    """A file whose server would listen on free ports and keep everything in the test's folder."""

    def write(text: str = "", *, sip: str = '["udp:127.0.0.1:0"]', http: str = "127.0.0.1:0", store: str = "") -> Path:
        path = tmp_path / "ringback.toml"
        url = store or f"sqlite:///{tmp_path}/ringback.db"
        path.write_text(
            f'sip.listen = {sip}\nhttp.listen = "{http}"\nstore.url = "{url}"\n'
            f'store.recordings = "{tmp_path}/recordings"\naccount.auth_token = "0123456789abcdef"\n{text}'
        )
        return path

    return write


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate and its key, by openssl."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", *kind, *files], check=True, capture_output=True)
    return certificate, key
