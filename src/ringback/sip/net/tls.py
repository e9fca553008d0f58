"""TLS as the listeners offer it and as connections of ours ask for it (sip.md TL-02, TL-03)."""

import ssl
from pathlib import Path

CIPHER_SUITES = (
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-SHA384",
    "AES128-GCM-SHA256",
    "AES128-SHA256",
    "AES128-SHA",
    "AES256-GCM-SHA384",
    "AES256-SHA256",
    "AES256-SHA",
)
"""Twilio's suites of TLS 1.2, best first. Those of TLS 1.3 are the library's own."""

# We differ: a certificate with an elliptic-curve key, which many have now, needs suites of its own.
ECDSA_SUITES = tuple(name.replace("RSA", "ECDSA") for name in CIPHER_SUITES if name.startswith("ECDHE-RSA"))


def server_context(certificate: Path | str, key: Path | str) -> ssl.SSLContext:
    """For listeners: TLS 1.2 or newer, and no certificate is asked of a client. Raises `OSError` or `ssl.SSLError`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return _limited(context)


def client_context(*, is_checked: bool) -> ssl.SSLContext:
    """For connections that we open; unless it `is_checked`, the peer may have signed its certificate itself."""
    context = ssl.create_default_context() if is_checked else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not is_checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return _limited(context)


def _limited(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(ECDSA_SUITES + CIPHER_SUITES))
    return context
