"""How an answer is written: the path's suffix decides between JSON, XML and CSV (rest-api.md section 1)."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

JSON, XML, CSV, BARE = "json", "xml", "csv", ""
SUFFIXES = (JSON, XML, CSV)
ROOTS = ("/2010-04-01", "/ringback/v1")

_NOT_IN_NAME = re.compile(r"^[^A-Za-z_]|[^A-Za-z0-9._-]")
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Whatever is no `Char` of XML 1.0, section 2.2."""


class PathSuffix:
    """Takes the suffix off the path of an API request, so that a route has one path; `representation` tells it.

    A NUL in the path, which PostgreSQL does not even look for, becomes U+FFFD: nothing is found there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(ROOTS):
            path: str = scope["path"]
            stem, dot, suffix = path.rpartition(".")
            found = suffix if dot and suffix in SUFFIXES else BARE
            state = {**scope.get("state", {}), "representation": found, "requested_path": path}
            scope = {**scope, "path": (stem if found else path).replace("\x00", "\ufffd"), "state": state}
        await self._app(scope, receive, send)


def representation(request: Request) -> str:
    """`json`, `xml`, `csv`, or nothing for a path without a suffix, which is XML where it is not audio."""
    return str(request.scope.get("state", {}).get("representation", BARE))


def requested_path(request: Request) -> str:
    """The path as the client wrote it, suffix included."""
    return str(request.scope.get("state", {}).get("requested_path", request.url.path))


def render_one(request: Request, element: str, body: Mapping[str, Any], status: int = 200) -> Response:
    """One resource. `element` is its name in XML."""
    match representation(request):
        case "json":
            return _json(body, status)
        case "csv":
            return _csv([body], tuple(body), status)
        case _:
            root = Element("TwilioResponse")
            _fill(SubElement(root, element), body)
            return _xml(root, status)


def render_list(
    request: Request,
    key: str,
    element: str,
    items: Sequence[Mapping[str, Any]],
    paging: Mapping[str, Any],
    *,
    columns: Sequence[str],
) -> Response:
    """A page of resources: `key` is the array's name in JSON, `element` that of one resource in XML.

    `columns` are the fields of a resource, for the first line of CSV.
    """
    match representation(request):
        case "json":
            return _json({**paging, key: items}, 200)
        case "csv":
            return _csv(items, columns, 200)
        case _:
            root = Element("TwilioResponse")
            attributes = {_attribute(name): _text(value) or "" for name, value in paging.items()}
            group = SubElement(root, pascal(key), attributes)
            for item in items:
                _fill(SubElement(group, element), item)
            return _xml(root, 200)


def render_error(request: Request, body: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> Response:
    """An error: XML where the resource would have been, also behind a path without a suffix; else JSON."""
    if request.scope.get("state", {}).get("representation", JSON) not in (XML, BARE):
        return _json(body, status, headers)
    root = Element("TwilioResponse")
    _fill(SubElement(root, "RestException"), body)
    return _xml(root, status, headers)


def _json(body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(", ", ": ")).encode("utf-8", "replace")
    return Response(text, status_code=status, media_type="application/json", headers=dict(headers or {}))


def _xml(root: Element, status: int, headers: Mapping[str, str] | None = None) -> Response:
    text = tostring(root, encoding="UTF-8", xml_declaration=True)
    return Response(text, status_code=status, media_type="application/xml", headers=dict(headers or {}))


def _csv(items: Iterable[Mapping[str, Any]], columns: Sequence[str], status: int) -> Response:
    """The first line names the columns, also of an empty list; what is no plain value is written as JSON."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(pascal(name) for name in columns)
    for item in items:
        writer.writerow(_cell(item.get(name)) for name in columns)
    return Response(lines.getvalue(), status_code=status, media_type="text/csv")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | Mapping | list | tuple):
        return json.dumps(value)
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "@", "\t", "\r") else text  # no formula for a spreadsheet


def _fill(element: Element, body: Mapping[str, Any]) -> None:
    for name, value in body.items():
        child = SubElement(element, _NOT_IN_NAME.sub("_", pascal(name)) or "_")
        if isinstance(value, Mapping):
            _fill(child, value)
        elif isinstance(value, list | tuple):
            for item in value:
                one = SubElement(child, pascal(name).removesuffix("s"))
                if isinstance(item, Mapping):
                    _fill(one, item)
                else:
                    one.text = _text(item)
        else:
            child.text = _text(value)


def _text(value: object) -> str | None:
    """As XML can hold it: no control characters; a URI of ours has no suffix there."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if text.startswith(ROOTS):
        path, question, query = text.partition("?")
        text = path.removesuffix(".json").removesuffix(".xml") + question + query
    return _NOT_IN_XML.sub("", text)


def pascal(name: str) -> str:
    """`date_created` is `DateCreated` in XML and CSV, and in forms."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _attribute(name: str) -> str:
    return name.replace("_", "")
