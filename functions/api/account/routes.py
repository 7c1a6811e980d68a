"""The routes of what is the caller's own."""

from functions.api.account import site, tokens, whoami
from functions.api.edge.route import Route

ROUTES = (
    Route(
        method="GET",
        path="/api/whoami",
        name="whoami",
        for_bound=True,
        summary="The name by which projects know you",
        act=whoami.show,
        answer=whoami.Whoami,
    ),
    Route(
        method="GET",
        path="/api/site",
        name="site_show",
        for_bound=True,
        summary="The version of the archive, and its limits",
        act=site.show,
        answer=site.Site,
    ),
    Route(
        method="GET",
        path="/api/tokens",
        name="token_list",
        summary="Your personal access tokens",
        act=tokens.listed,
        answer=tokens.TokenList,
    ),
    Route(
        method="POST",
        path="/api/tokens",
        name="token_create",
        summary="Make a personal access token; it is shown once",
        act=tokens.create,
        told=("label", "days", "scope", "project", "admin"),
        body=tokens.NewToken,
        answer=tokens.ShownOnce,
        status=201,
        shows_secret=True,
        once=True,
    ),
    Route(
        method="DELETE",
        path="/api/tokens",
        name="token_revoke_all",
        summary="End all your personal access tokens at once",
        act=tokens.revoke_all,
        answer=tokens.Revoked,
    ),
    Route(
        method="DELETE",
        path="/api/tokens/<token>",
        name="token_revoke",
        for_bound=True,
        summary="End a personal access token at once",
        act=tokens.revoke,
        answer=tokens.Revoked,
    ),
    Route(
        method="DELETE",
        path="/api/users/<user>/tokens",
        name="user_token_revoke_all",
        summary="End all personal access tokens of a user at once",
        act=tokens.revoke_all_of_user,
        admin=True,
        answer=tokens.Revoked,
    ),
)
