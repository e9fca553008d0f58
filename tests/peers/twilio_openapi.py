"""Twilio's published OpenAPI document of the API that we serve, as the official command line tool ships it."""

import json
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

PACKAGE = "@twilio/cli-core@9.0.0"
MEMBER = "package/src/services/twilio-api/twilio_api_v2010.json"
FETCH_SECONDS = 120


def fetch_twilio_openapi(folder: Path) -> dict[str, Any]:
    """The document; fetched by npm into `folder` once."""
    kept = folder / f"{re.sub(r'[^a-z0-9.]+', '-', PACKAGE)}.json"
    if not kept.exists():
        packed = subprocess.run(
            ["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True, timeout=FETCH_SECONDS
        )
        archive = folder / packed.stdout.decode().strip().splitlines()[-1]
        with tarfile.open(archive) as tar:
            member = tar.extractfile(MEMBER)
            assert member is not None
            kept.write_bytes(member.read())
        archive.unlink()
    document: dict[str, Any] = json.loads(kept.read_text())
    return document


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """By method and path; what a path's parts are called does not matter."""
    return {
        (method.upper(), re.sub(r"\{[^}]+\}", "{}", path)): {**operation, "shared": item.get("parameters", [])}
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "delete")
    }


def parameters(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """The names of what a request may say, in the query or in the form."""
    named = [_resolved(document, entry) for entry in [*operation.get("parameters", []), *operation["shared"]]]
    content = _resolved(document, operation.get("requestBody", {})).get("content", {})
    form = _resolved(document, content.get("application/x-www-form-urlencoded", {}).get("schema", {}))
    return {entry["name"] for entry in named if entry["in"] == "query"} | set(form.get("properties", {}))


def fields(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """The names of what an answer says: of a list, those of one item and the key of the array."""
    answers = [answer for status, answer in operation["responses"].items() if str(status).startswith("2")]
    content = answers[0].get("content", {}).get("application/json", {}) if answers else {}
    schema = _resolved(document, content.get("schema", {}))
    found = set(schema.get("properties", {}))
    for name, shape in schema.get("properties", {}).items():
        resolved = _resolved(document, shape)
        if resolved.get("type") == "array" and "page_size" in found:
            items = _resolved(document, resolved.get("items", {}))
            return {f"{name}[].{field}" for field in items.get("properties", {})}
    return found


def _resolved(document: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    reference = shape.get("$ref")
    if reference is None:
        return shape
    target: Any = document
    for word in reference.removeprefix("#/").split("/"):
        target = target[word]
    return _resolved(document, target)
