"""The routes of subjects, sessions and scans."""

from functions.api.edge.pages import Page
from functions.api.edge.route import Route
from functions.api.hierarchy import (
    cards,
    moving,
    scans,
    sessions,
    sharing,
    subjects,
    transfers,
)
from functions.api.hierarchy.addresses import SCAN, SESSION, SESSIONS, SUBJECT, SUBJECTS
from functions.api.hierarchy.deleting_routes import ROUTES as DELETING
from scanloft.core.annotations import Level
from scanloft.core.roles import Right

READ, EDIT, DELETE = (Right.READ,), (Right.EDIT,), (Right.DELETE,)
MANAGE = (Right.MANAGE,)

READING = (
    Route(
        method="GET",
        path=SUBJECTS,
        name="subject_list",
        summary="The subjects of a project, and those shared with it",
        act=subjects.listed,
        rights=READ,
        query=subjects.SubjectQuery,
        answer=subjects.SubjectPage,
    ),
    Route(
        method="GET",
        path=SUBJECT,
        name="subject_show",
        summary="A subject and what people say of it",
        act=subjects.show,
        rights=READ,
        answer=subjects.SubjectShown,
    ),
    Route(
        method="GET",
        path=f"{SUBJECT}/sessions",
        name="subject_sessions",
        summary="The sessions of a subject",
        act=subjects.sessions,
        rights=READ,
        query=Page,
        answer=sessions.SessionPage,
    ),
    Route(
        method="GET",
        path=SESSIONS,
        name="session_list",
        summary="The sessions of a project, and those shared with it",
        act=sessions.listed,
        rights=READ,
        query=sessions.SessionQuery,
        answer=sessions.SessionPage,
    ),
    Route(
        method="GET",
        path=SESSION,
        name="session_show",
        summary="A session: what its images say, and what people say of it",
        act=sessions.show,
        rights=READ,
        answer=sessions.SessionShown,
    ),
    Route(
        method="GET",
        path=f"{SESSION}/scans",
        name="scan_list",
        summary="The scans of a session, and of those merged into it",
        act=scans.listed,
        rights=READ,
        query=Page,
        answer=scans.ScanPage,
    ),
    Route(
        method="GET",
        path=SCAN,
        name="scan_show",
        summary="A scan: what its images say, and what people say of it",
        act=scans.show,
        rights=READ,
        answer=scans.ScanShown,
    ),
)

EDITING = (
    Route(
        method="POST",
        path=SUBJECTS,
        name="subject_create",
        summary="Make a subject without sessions",
        act=subjects.create,
        rights=EDIT,
        body=subjects.NewSubject,
        answer=subjects.SubjectShown,
        status=201,
        once=True,
    ),
    Route(
        method="PATCH",
        path=SUBJECT,
        name="subject_edit",
        summary="Label a subject, write notes and custom fields",
        act=subjects.edit,
        rights=EDIT,
        body=cards.SubjectEdit,
        answer=subjects.SubjectShown,
    ),
    Route(
        method="PATCH",
        path=SESSION,
        name="session_edit",
        summary="Label a session, write notes, quality and custom fields",
        act=sessions.edit,
        rights=EDIT,
        told=("quality",),
        body=cards.DataEdit,
        answer=sessions.SessionShown,
    ),
    Route(
        method="PATCH",
        path=SCAN,
        name="scan_edit",
        summary="Label a scan, write notes, quality and custom fields",
        act=scans.edit,
        rights=EDIT,
        told=("quality",),
        body=cards.DataEdit,
        answer=scans.ScanShown,
    ),
    Route(
        method="PUT",
        path=f"{SESSION}/subject",
        name="session_assign",
        summary="Move a session to another subject",
        act=moving.move,
        rights=EDIT,
        told=("subject",),
        body=moving.NewPlace,
        answer=sessions.SessionShown,
    ),
    Route(
        method="PUT",
        path=f"{SESSION}/merge",
        name="session_merge",
        summary="Make a session that was split a part of another one",
        act=moving.merge,
        rights=EDIT,
        told=("into",),
        body=moving.Merge,
        answer=sessions.SessionShown,
    ),
    Route(
        method="DELETE",
        path=f"{SESSION}/merge",
        name="session_unmerge",
        summary="Undo that",
        act=moving.unmerge,
        rights=EDIT,
        answer=sessions.SessionShown,
    ),
)


def _sharing(level: Level, path: str) -> tuple[Route, ...]:
    """The routes by which something of a level is shared."""
    return (
        Route(
            method="GET",
            path=f"{path}/shares",
            name=f"{level}_shares",
            summary=f"With which projects a {level} is shared",
            act=sharing.listed(level),
            rights=MANAGE,
            answer=sharing.SharesShown,
        ),
        Route(
            method="PUT",
            path=f"{path}/shares/<target>",
            name=f"{level}_share",
            summary=f"Share a {level} with another project, where you may edit",
            act=sharing.share(level),
            rights=MANAGE,
            body=sharing.NewShare,
            answer=sharing.ShareShown,
        ),
        Route(
            method="DELETE",
            path=f"{path}/shares/<target>",
            name=f"{level}_unshare",
            summary="End that at once",
            act=sharing.unshare(level),
            rights=MANAGE,
            answer=sharing.ShareShown,
        ),
    )


MOVING = (
    Route(
        method="POST",
        path=f"{SESSION}/move",
        name="session_move",
        summary="Move a session to another project, where you may submit",
        act=transfers.begin,
        rights=DELETE,
        told=("project",),
        body=transfers.NewTransfer,
        answer=transfers.TransferShown,
        status=202,
    ),
    Route(
        method="GET",
        path=f"{SESSION}/move",
        name="session_move_show",
        summary="How far that is",
        act=transfers.show,
        rights=DELETE,
        answer=transfers.TransferShown,
    ),
)

ROUTES = (
    *READING,
    *EDITING,
    *DELETING,
    *_sharing(Level.SUBJECT, SUBJECT),
    *_sharing(Level.SESSION, SESSION),
    *MOVING,
)
