"""The routes of receivers and of routing."""

from functions.api.edge.pages import Page
from functions.api.edge.route import Route
from functions.api.receivers import receivers, rules

RECEIVER = "/api/receivers/<ae>"
ROUTING = "/api/routing"

ROUTES = (
    Route(
        method="GET",
        path="/api/receivers",
        name="receiver_list",
        summary="The AE titles at which the archive takes DICOM",
        act=receivers.listed,
        admin=True,
        query=Page,
        answer=receivers.ReceiverPage,
    ),
    Route(
        method="GET",
        path=RECEIVER,
        name="receiver_show",
        summary="A receiver, its rules and who may send there",
        act=receivers.show,
        admin=True,
        answer=receivers.ReceiverShown,
    ),
    Route(
        method="PUT",
        path=RECEIVER,
        name="receiver_set",
        summary="Make or change a receiver",
        act=receivers.put,
        admin=True,
        told=("project", "site", "prearchive"),
        body=receivers.ReceiverBody,
        answer=receivers.ReceiverShown,
    ),
    Route(
        method="DELETE",
        path=RECEIVER,
        name="receiver_remove",
        summary="Remove a receiver",
        act=receivers.remove,
        admin=True,
        answer=receivers.Removed,
    ),
    Route(
        method="GET",
        path=ROUTING,
        name="routing_show",
        summary="The rules of the archive for objects that name no project",
        act=rules.show,
        admin=True,
        answer=rules.RulesShown,
    ),
    Route(
        method="PUT",
        path=ROUTING,
        name="routing_set",
        summary="Change the rules of the archive",
        act=rules.put,
        admin=True,
        body=rules.RulesBody,
        answer=rules.RulesShown,
    ),
)
