"""A certificate that nobody but its owner has signed, by openssl."""

import subprocess
from pathlib import Path


def self_signed(folder: Path, *, elliptic: bool = False) -> tuple[Path, Path]:
    """Certificate and key for `localhost` and 127.0.0.1, as PEM files in the folder."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] if elliptic else ["-newkey", "rsa:2048"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", *kind, "-nodes", "-days", "2", *names, "-keyout", str(key)]
    subprocess.run([*command, "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key
