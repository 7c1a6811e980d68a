"""The routes of what is the caller's own."""

from functions.api.account import tokens, whoami
from functions.api.edge.route import Route

ROUTES = (
    Route(
        method="GET",
        path="/api/whoami",
        name="whoami",
        summary="The name by which projects know you",
        act=whoami.show,
        answer=whoami.Whoami,
    ),
    Route(
        method="POST",
        path="/api/tokens",
        name="token_create",
        summary="Make a personal access token; it is shown once",
        act=tokens.create,
        told=("label", "days", "admin"),
        body=tokens.NewToken,
        answer=tokens.ShownOnce,
        status=201,
        shows_secret=True,
    ),
)
