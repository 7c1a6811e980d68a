"""The document as JSON for programs, and as a page for people."""

from functools import cache
from typing import Any

from pydantic import RootModel

from functions.api.edge.request import Answer, Request
from functions.api.openapi.document import document
from functions.api.openapi.html import html
from functions.api.services import Services

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


class Document(RootModel[dict[str, Any]]):
    """An OpenAPI 3.1 document."""


def document_json(services: Services, _request: Request) -> Answer:
    """The document."""
    return Answer(Document(_document(services.settings.public_base_url)))


def page(services: Services, _request: Request) -> Answer:
    """The page; it has no scripts."""
    text = html(_document(services.settings.public_base_url))
    return Answer(None, html=text, headers={"Content-Security-Policy": POLICY})


@cache
def _document(base_url: str) -> dict[str, Any]:
    from functions.api.routes import ROUTES  # which holds the routes of this module too

    return document(ROUTES, base_url=base_url)
