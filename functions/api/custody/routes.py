"""The routes of who became whom; they are answered by a function of their own."""

from functools import partial

from functions.api.custody import lookup, pairs
from functions.api.edge.route import Route
from scanloft.core.roles import Right

PSEUDONYMS = "/api/projects/<project>/pseudonyms"

CustodyRoute = partial(Route, function="custody", rights=(Right.MANAGE,), audited=True)
"""The audit log knows of each, also of those that only read, before the table is opened."""

ROUTES = (
    CustodyRoute(
        method="GET",
        path=f"{PSEUDONYMS}/patients",
        name="custody_patients",
        summary="Which Patient ID became which; never for a token",
        act=pairs.patients,
        query=pairs.Wanted,
        answer=pairs.PairPage,
        media_type=pairs.CSV,
    ),
    CustodyRoute(
        method="GET",
        path=f"{PSEUDONYMS}/uids",
        name="custody_uids",
        summary="Which UID became which; never for a token",
        act=pairs.uids,
        query=pairs.Wanted,
        answer=pairs.PairPage,
        media_type=pairs.CSV,
    ),
    CustodyRoute(
        method="GET",
        path=f"{PSEUDONYMS}/missing",
        name="custody_missing",
        summary="What images asked for and the lookup table lacks; never for a token",
        act=lookup.missing,
        query=lookup.Wanted,
        answer=lookup.MissingPage,
    ),
    CustodyRoute(
        method="GET",
        path=f"{PSEUDONYMS}/lookup",
        name="custody_lookup",
        summary="The lookup table; never for a token",
        act=lookup.listed,
        query=lookup.Wanted,
        answer=lookup.EntryPage,
    ),
    CustodyRoute(
        method="PUT",
        path=f"{PSEUDONYMS}/lookup",
        name="custody_lookup_add",
        summary="Add entries to the lookup table; never for a token",
        act=lookup.put,
        body=lookup.Entries,
        answer=lookup.Written,
    ),
    CustodyRoute(
        method="DELETE",
        path=f"{PSEUDONYMS}/lookup",
        name="custody_lookup_remove",
        summary="Take an entry out of the lookup table; never for a token",
        act=lookup.remove,
        query=lookup.Named,
        answer=lookup.Removed,
    ),
)
