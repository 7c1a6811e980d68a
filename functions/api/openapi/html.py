"""The OpenAPI document as one page of HTML: no scripts, everything escaped."""

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Any

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid; }
code, pre { font: 0.9em/1.4 ui-monospace, monospace; } pre { overflow-x: auto; }
details { margin: 0.5rem 0; padding: 0.25rem 0.75rem; border: 1px solid #8888; }
details { border-radius: 0.4rem; }
summary { cursor: pointer; } summary b { display: inline-block; min-width: 4.5rem; }
table { border-collapse: collapse; } td, th { padding: 0.1rem 1rem 0.1rem 0; text-align: left; }
td { vertical-align: top; }
"""


def html(document: Mapping[str, Any]) -> str:
    """The page of a document."""
    title = escape(f"{document['info']['title']} REST API")
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    operations.sort(key=lambda entry: (entry[2]["tags"][0], entry[0]))
    groups = groupby(operations, key=lambda entry: entry[2]["tags"][0])
    sections = "".join(_section(tag, entries, document) for tag, entries in groups)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>"
        "<p>Each request carries <code>Authorization: Bearer</code> with the access token of a "
        "sign-in or a personal access token. Errors are <code>application/problem+json</code>: "
        '<code>detail</code> says what to do. For programs: <a href="/api/openapi.json">'
        f"openapi.json</a>.</p>{sections}</body></html>"
    )


def _section(tag: str, entries: Iterable[tuple[str, str, Any]], document: Mapping[str, Any]) -> str:
    shown = "".join(_operation(path, method, each, document) for path, method, each in entries)
    return f"<h2>{escape(tag.capitalize())}</h2>{shown}"


def _operation(path: str, method: str, operation: Any, document: Mapping[str, Any]) -> str:
    rights = " or ".join(operation["x-rights"])
    needs = "site administrators" if operation["x-administrators"] else rights
    needed = f"<p>Takes the right to {escape(needs)}.</p>" if needs else ""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    answers = [
        content
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for content in response.get("content", {}).values()
    ]
    return (
        f"<details><summary><b>{escape(method.upper())}</b> <code>{escape(path)}</code> "
        f"{escape(operation['summary'])}</summary>{needed}{_parameters(operation)}"
        f"{_shape('Body', body, document) if body else ''}"
        f"{''.join(_shape('Answer', answer, document) for answer in answers)}</details>"
    )


def _parameters(operation: Any) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{escape(_kind(each['schema']))}</td></tr>"
        for each in operation["parameters"]
    )
    head = "<tr><th>Parameter</th><th>in</th><th>is</th></tr>"
    return f"<table>{head}{rows}</table>" if rows else ""


def _shape(title: str, content: Any, document: Mapping[str, Any]) -> str:
    schema = content.get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    resolved = document["components"]["schemas"].get(name, schema)
    required = set(resolved.get("required", ()))
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code>{'' if field in required else ' ?'}</td>"
        f"<td>{escape(_kind(each))}</td></tr>"
        for field, each in resolved.get("properties", {}).items()
    )
    said = escape(resolved.get("description", ""))
    return f"<h4>{title}</h4><p>{said}</p><table>{rows}</table>"


def _kind(schema: Any) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    bounds = (("minLength", "from"), ("maxLength", "to"), ("minimum", "from"), ("maximum", "to"))
    said = " ".join(f"{word} {schema[name]}" for name, word in bounds if name in schema)
    return f"{kind} {said}".strip()
