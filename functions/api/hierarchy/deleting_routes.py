"""The routes by which subjects, sessions and scans are deleted and brought back."""

from functions.api.edge.pages import Page
from functions.api.edge.route import Route
from functions.api.hierarchy import deleted, deleting
from functions.api.hierarchy.addresses import PROJECT, SCAN, SESSION, SUBJECT
from scanloft.core.roles import Right

DELETE = (Right.DELETE,)

ROUTES = (
    Route(
        method="GET",
        path=f"{PROJECT}/deleted",
        name="deleted_list",
        summary="What is deleted, and until when it can be brought back",
        act=deleted.listed,
        rights=DELETE,
        query=Page,
        answer=deleted.DeletedPage,
    ),
    Route(
        method="GET",
        path=f"{SUBJECT}/consequences",
        name="subject_consequences",
        summary="What deleting a subject takes along",
        act=deleted.of_subject,
        rights=DELETE,
        answer=deleted.Consequences,
    ),
    Route(
        method="GET",
        path=f"{SESSION}/consequences",
        name="session_consequences",
        summary="What deleting a session takes along",
        act=deleted.of_session,
        rights=DELETE,
        answer=deleted.Consequences,
    ),
    Route(
        method="DELETE",
        path=SUBJECT,
        name="subject_delete",
        summary="Delete a subject with its sessions, for 30 days to be undone",
        act=deleting.delete_subject,
        rights=DELETE,
        answer=deleting.Deleted,
    ),
    Route(
        method="DELETE",
        path=SESSION,
        name="session_delete",
        summary="Delete a session, for 30 days to be undone",
        act=deleting.delete_session,
        rights=DELETE,
        answer=deleting.Deleted,
    ),
    Route(
        method="DELETE",
        path=SCAN,
        name="scan_delete",
        summary="Delete a scan, for 30 days to be undone",
        act=deleting.delete_scan,
        rights=DELETE,
        answer=deleting.Deleted,
    ),
    Route(
        method="POST",
        path=f"{SUBJECT}/undelete",
        name="subject_undelete",
        summary="Bring a subject back, with the sessions that went with it",
        act=deleting.undelete_subject,
        rights=DELETE,
        answer=deleting.Deleted,
    ),
    Route(
        method="POST",
        path=f"{SESSION}/undelete",
        name="session_undelete",
        summary="Bring a session back",
        act=deleting.undelete_session,
        rights=DELETE,
        answer=deleting.Deleted,
    ),
    Route(
        method="POST",
        path=f"{SCAN}/undelete",
        name="scan_undelete",
        summary="Bring a scan back",
        act=deleting.undelete_scan,
        rights=DELETE,
        answer=deleting.Deleted,
    ),
)
