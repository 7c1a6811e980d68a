"""The handler of the API behind events as API Gateway sends them, over the tables of moto."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from functions.api.handler import handler
from functions.api.services import Services, services
from scanloft.core.model import Membership, Role
from scanloft.core.settings import ApiSettings

SETTINGS = ApiSettings(
    inbox_bucket="the-inbox",
    archive_bucket="the-archive",
    index_table="the-index",
    pseudonyms_table="the-pseudonyms",
    audit_table="the-audit",
    public_base_url="https://archive.example",
    ranged_limit_bytes=1000,
    archive_file_limit_bytes=5000,
)
BUCKETS = (SETTINGS.inbox_bucket, SETTINGS.archive_bucket)
TABLES = (SETTINGS.index_table, SETTINGS.pseudonyms_table, SETTINGS.audit_table)


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
) -> dict[str, Any]:
    """An event of an HTTP API, payload 2.0, after the authoriser."""
    context = {} if user is None else {"user": user, "admin": "true" if admin else "false"}
    return {
        "version": "2.0",
        "routeKey": "ANY /api/{proxy+}",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {"content-type": "application/json", "host": "evil.example"},
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
    ) -> Reply:
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        request = event(method, path, user=user, admin=admin, body=text, query=query)
        answer = handler(request, None)
        assert answer["headers"]["X-Content-Type-Options"] == "nosniff"
        return Reply(answer["statusCode"], json.loads(answer["body"]), answer["headers"])

    def project(self, name: str = "alpha", **roles: Role) -> str:
        """A project of olga with more members."""
        made = self.call("POST", "/api/projects", body={"name": name, "title": f"Project {name}"})
        assert made.status == 201
        for user, role in roles.items():
            self.services.projects.put_member(Membership(name, user, role))
        return f"/api/projects/{name}"

    def upload(self, project: str = "/api/projects/alpha", *, user: str = "olga") -> str:
        """The path of a new upload."""
        made = self.call("POST", f"{project}/uploads", user=user)
        assert made.status == 201
        return f"{project}/uploads/{made.body['upload']}"
