"""The routes of the OpenAPI document: open to everybody, they hold nothing of anybody."""

from functions.api.edge.route import Route
from functions.api.openapi import pages

ROUTES = (
    Route(
        method="GET",
        path="/api/openapi.json",
        name="openapi",
        summary="This document",
        act=pages.document_json,
        is_open=True,
        answer=pages.Document,
    ),
    Route(
        method="GET",
        path="/api/docs",
        name="openapi_page",
        summary="This document, to be read by people",
        act=pages.page,
        is_open=True,
        answers_html=True,
    ),
)
