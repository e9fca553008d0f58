"""What the routes tell OpenAPI about themselves: parameters, the shape of the answer, and Twilio's errors.

The document is served at `/openapi.json`. It is made from the same models that read requests and write answers.
"""

import functools
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from ringback.api.body import Body
from ringback.api.form import Form
from ringback.api.page import PageQuery

ERROR: Mapping[str, Any] = {
    "type": "object",
    "required": ["code", "message", "more_info", "status"],
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "more_info": {"type": "string"},
        "status": {"type": "integer"},
    },
}
_PAGING: Mapping[str, Any] = {
    "first_page_uri": {"type": "string"},
    "previous_page_uri": {"type": ["string", "null"]},
    "next_page_uri": {"type": ["string", "null"]},
    "uri": {"type": "string"},
    "page": {"type": "integer"},
    "page_size": {"type": "integer"},
    "start": {"type": "integer"},
    "end": {"type": "integer"},
}
BASIC = {"basic": {"type": "http", "scheme": "basic"}}


def described(
    *,
    form: type[Form] | None = None,
    query: type[Form] | None = None,
    body: type[Body] | None = None,
    listed_as: str | None = None,
    status: int = 200,
    errors: tuple[int, ...] = (),
) -> Mapping[str, Any]:
    """Keywords for `router.get(...)` and its like. `listed_as` is the key of the array that holds `body`."""
    extra: dict[str, Any] = {"security": [{"basic": []}]}
    if form is not None:
        schema = _schema(form)
        extra["requestBody"] = {
            "required": bool(schema.get("required")),
            "content": {"application/x-www-form-urlencoded": {"schema": schema}},
        }
    if query is not None:
        extra["parameters"] = _query_parameters(query)
    responses: dict[int | str, Any] = {status: _answer(body, listed_as)}
    always = (401, 404) if form is None and query is None else (400, 401, 404)
    responses |= refusals(*always, *errors)
    return {"status_code": status, "response_model": None, "responses": responses, "openapi_extra": extra}


def refusals(*statuses: int, as_xml: bool = False) -> dict[int | str, Any]:
    """Answers with Twilio's body of an error, for `responses` of a route; `as_xml` for one whose path has no suffix."""
    content = {"application/json": {"schema": ERROR}, **({"application/xml": {}} if as_xml else {})}
    return {status: {"description": "refused", "content": content} for status in sorted(set(statuses))}


def describe_suffixes(app: FastAPI) -> None:
    """In the document, every path of the REST API ends in `.json`, which is how libraries ask."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        if not document.get("x-suffixed"):
            document["paths"] = {_suffixed(path): item for path, item in document["paths"].items()}
            document.setdefault("components", {})["securitySchemes"] = BASIC
            document["x-suffixed"] = True
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to change the document


def _suffixed(path: str) -> str:
    return f"{path}.json" if path.startswith(("/2010-04-01", "/ringback/v1")) and "{name}" not in path else path


def _answer(body: type[Body] | None, listed_as: str | None) -> Mapping[str, Any]:
    if body is None:
        return {"description": "done"}
    schema = _schema_of_answer(body)
    if listed_as is not None:
        properties = {**_PAGING, listed_as: {"type": "array", "items": schema}}
        schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"description": "the resource", "content": {"application/json": {"schema": schema}}}


@functools.cache
def _schema(form: type[Form]) -> Mapping[str, Any]:
    """Made once: it takes longer than all else of a route, and most forms serve two."""
    return _inlined(form.model_json_schema(mode="validation", by_alias=True))


@functools.cache
def _schema_of_answer(body: type[Body]) -> Mapping[str, Any]:
    return _inlined(body.model_json_schema(mode="serialization"))


def _inlined(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """With what is defined beside it put where it is named, since the document has no such place."""
    definitions = schema.get("$defs", {})

    def inline(part: Any) -> Any:
        if isinstance(part, list):
            return [inline(entry) for entry in part]
        if not isinstance(part, Mapping):
            return part
        if "$ref" in part:
            return inline(definitions[part["$ref"].rpartition("/")[2]])
        return {name: inline(value) for name, value in part.items() if name != "$defs"}

    inlined: Mapping[str, Any] = inline(schema)
    return inlined


def _query_parameters(query: type[Form]) -> list[Mapping[str, Any]]:
    schema = _schema(query)
    required = set(schema.get("required", ()))
    return [
        {"in": "query", "name": name, "required": name in required, "schema": shape}
        for name, shape in schema.get("properties", {}).items()
    ]


__all__ = ["PageQuery", "describe_suffixes", "described"]
