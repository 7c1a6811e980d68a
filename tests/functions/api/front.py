"""The handler of the API behind events as API Gateway sends them, over the tables of moto."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from functions.api import custody_handler, review_handler
from functions.api.handler import handler
from functions.api.services import Services, services
from infra.local.context import LocalContext
from infra.local.gateway_events import function_for
from scanloft.aws.projects import ProjectIndex
from scanloft.core.items import project_item, project_listing_item
from scanloft.core.model import Accessibility, Membership, ProjectState, Role
from scanloft.core.settings import ApiSettings, CustodySettings

SETTINGS = ApiSettings(
    inbox_bucket="the-inbox",
    archive_bucket="the-archive",
    index_table="the-index",
    secrets_table="the-secrets",
    audit_table="the-audit",
    deliver_queue_url="https://sqs.us-east-1.amazonaws.com/123456789012/the-deliver",
    export_queue_url="https://sqs.us-east-1.amazonaws.com/123456789012/the-exports",
    public_base_url="https://archive.example",
    summarise_queue_url="https://sqs.us-east-1.amazonaws.com/123456789012/summarise",
    transfer_queue_url="https://sqs.us-east-1.amazonaws.com/123456789012/transfer",
    ranged_limit_bytes=1000,
    archive_file_limit_bytes=5000,
    project_creators="everyone",
)
CUSTODY = CustodySettings(
    index_table="the-index", pseudonyms_table="the-pseudonyms", audit_table="the-audit"
)
QUEUES = (
    SETTINGS.export_queue_url,
    SETTINGS.deliver_queue_url,
    SETTINGS.summarise_queue_url,
    SETTINGS.transfer_queue_url,
)
BUCKETS = (SETTINGS.inbox_bucket, SETTINGS.archive_bucket)
TABLES = (
    SETTINGS.index_table,
    SETTINGS.secrets_table,
    CUSTODY.pseudonyms_table,
    SETTINGS.audit_table,
)
JSON = ("application/json", "application/problem+json")
HANDLERS = {
    "api": handler,
    "custody": custody_handler.handler,
    "review": review_handler.handler,
}
"""The functions of the API by their names."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]


def event(
    method: str,
    path: str,
    *,
    user: str | None,
    admin: bool = False,
    body: str | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    token_scope: str = "",
    token_project: str = "",
    token: str = "",
) -> dict[str, Any]:
    """An event of an HTTP API, payload 2.0, after the authoriser."""
    context = {} if user is None else {"user": user, "admin": "true" if admin else "false"}
    if token_scope or token_project or token:
        context |= {"by_token": "true", "scope": token_scope or "all", "project": token_project}
        context["token"] = token
    return {
        "version": "2.0",
        "routeKey": "ANY /api/{proxy+}",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {
            "content-type": "application/json",
            "host": "evil.example",
            **{name.lower(): value for name, value in (headers or {}).items()},
        },
        **({"queryStringParameters": dict(query)} if query else {}),
        "requestContext": {
            "accountId": "123456789012",
            "authorizer": {"lambda": context},
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
            "stage": "$default",
        },
        "pathParameters": {"proxy": path.removeprefix("/api/")},
        **({} if body is None else {"body": body}),
        "isBase64Encoded": False,
    }


class Front:
    """The API as a client meets it."""

    @property
    def services(self) -> Services:
        return services()

    def call(
        self,
        method: str,
        path: str,
        *,
        user: str | None = "olga",
        admin: bool = False,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        token_scope: str = "",
        token_project: str = "",
        token: str = "",
    ) -> Reply:
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        request = event(
            method,
            path,
            user=user,
            admin=admin,
            body=text,
            query=query,
            headers=headers,
            token_scope=token_scope,
            token_project=token_project,
            token=token,
        )
        function = function_for(path)
        name = function.name if function and function.name in HANDLERS else "api"
        answer = HANDLERS[name](request, LocalContext(name))
        assert answer["headers"]["X-Content-Type-Options"] == "nosniff"
        content = answer.get("body") or "null"
        is_json = answer["headers"].get("Content-Type", JSON[0]) in JSON
        body = json.loads(content) if is_json else content
        return Reply(answer["statusCode"], body, answer["headers"])

    def project(self, name: str = "alpha", **roles: Role) -> str:
        """A project of olga with more members."""
        made = self.call("POST", "/api/projects", body={"name": name, "title": f"Project {name}"})
        assert made.status == 201
        for user, role in roles.items():
            self.services.projects.put_member(Membership(name, user, role))
        return f"/api/projects/{name}"

    def turn(self, name: str, state: ProjectState, *, until: str = "") -> None:
        """Writes another state of a project, whatever it was."""
        project = self.services.projects.project(name)
        self.services.projects.update(replace(project, state=state, deleted_until=until))

    def open_up(self, name: str, accessibility: Accessibility) -> None:
        """Writes another accessibility of a project, whatever it was."""
        project = self.services.projects.project(name)
        self.services.projects.update(replace(project, accessibility=accessibility))

    def forget_project(self, name: str) -> None:
        """Takes a project away as if it had never been."""
        rows = self.services.rows
        for member in ProjectIndex(rows).members(name):
            self.services.projects.remove_member(member)
        rows.delete(project_item(name))
        rows.delete(project_listing_item(name))

    def upload(self, project: str = "/api/projects/alpha", *, user: str = "olga") -> str:
        """The path of a new upload."""
        made = self.call("POST", f"{project}/uploads", user=user)
        assert made.status == 201
        return f"{project}/uploads/{made.body['upload']}"
