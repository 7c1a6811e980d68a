"""The OpenAPI 3.1 document, made from the routes and the shapes of their bodies and answers."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from functions.api.edge.path_parts import schema_of
from functions.api.edge.route import Route
from scanloft.core.problems import PROBLEM_TYPE

TITLE = "scanloft"
VERSION = "1"
PART = re.compile(r"<(\w+)>")
REF = "#/components/schemas/{model}"
REFUSALS = (400, 401, 403, 404, 405, 409, 410, 412, 413, 422, 429, 500, 503)
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable, for programs"},
        "detail": {"type": "string", "description": "what to do, for people"},
    },
}
GATEWAY_MESSAGE = {"type": "object", "properties": {"message": {"type": "string"}}}


def document(routes: Iterable[Route], *, base_url: str) -> dict[str, Any]:
    """The document of these routes, served at a base URL."""
    routes = list(routes)
    references, schemas = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = PART.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": VERSION,
            "description": "Projects, people, uploads, quarantine, downloads, audit.",
        },
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {**schemas, "Problem": PROBLEM, "GatewayMessage": GATEWAY_MESSAGE},
            "responses": {str(status): _refusal(status) for status in REFUSALS},
        },
    }


def _schemas(routes: Iterable[Route]) -> tuple[dict[type[BaseModel], Any], dict[str, Any]]:
    """The schema of each shape by reference, and those that are referred to."""
    bodies = [(route.body, "validation") for route in routes if route.changes]
    answers = [(route.answer, "serialization") for route in routes if route.answer]
    wanted: Any = list(dict.fromkeys([*bodies, *answers]))
    by_shape, definitions = models_json_schema(wanted, ref_template=REF)
    return {
        cast("type[BaseModel]", shape): schema for (shape, _), schema in by_shape.items()
    }, definitions["$defs"]


def _operation(route: Route, references: Mapping[type[BaseModel], Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.name.split("_")[0]],
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_headers(route)],
        "responses": _responses(route, references),
        "x-rights": [right.value for right in route.rights],
        "x-administrators": route.admin,
    }
    if route.changes and route.body.model_fields:
        required = any(field.is_required() for field in route.body.model_fields.values())
        content = {"application/json": {"schema": references[route.body]}}
        operation["requestBody"] = {"required": required, "content": content}
    if route.is_open:
        operation["security"] = []
    return operation


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": dict(schema_of(name)),
        }
        for name in PART.findall(route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    schema = route.query.model_json_schema(ref_template=REF)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _inlined(each, schema),
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _inlined(part: Any, schema: Mapping[str, Any]) -> Any:
    """The schema of a parameter without references, and without null, which a query cannot say."""
    if "$ref" in part:
        return schema["$defs"][part["$ref"].rpartition("/")[2]]
    if "anyOf" in part:
        kept = [_inlined(each, schema) for each in part["anyOf"] if each.get("type") != "null"]
        return kept[0] if len(kept) == 1 else {"anyOf": kept}
    return part


def _headers(route: Route) -> list[dict[str, Any]]:
    known: list[tuple[str, str]] = []
    if route.once:
        known.append(("Idempotency-Key", "{1,128}"))
    if route.changes:
        known.append(("X-Audit-Reason", "{0,256}"))
    return [
        {
            "name": name,
            "in": "header",
            "required": False,
            "schema": {"type": "string", "pattern": f"^[\\x20-\\x7e]{length}$"},
        }
        for name, length in known
    ]


def _responses(route: Route, references: Mapping[type[BaseModel], Any]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    if route.answers_html:
        done["content"] = {"text/html": {"schema": {"type": "string"}}}
    if route.answer:
        done["content"] = {"application/json": {"schema": references[route.answer]}}
    if route.media_type:
        text = {route.media_type: {"schema": {"type": "string"}}}
        done["content"] = {**done.get("content", {}), **text}
    refusals = {str(status): {"$ref": f"#/components/responses/{status}"} for status in REFUSALS}
    return {str(route.status): done, **refusals}


def _refusal(status: int) -> dict[str, Any]:
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if status in (401, 403, 413, 429, 500, 503):
        message = {"schema": {"$ref": "#/components/schemas/GatewayMessage"}}
        content["application/json"] = message
    return {"description": HTTPStatus(status).phrase, "content": content}
