"""The routes of projects: their settings and their life."""

from functions.api.edge.pages import Page
from functions.api.edge.route import Route
from functions.api.projects import life, profiles, projects, settings, shown
from functions.api.projects.routes_of_people import ROUTES as OF_PEOPLE
from scanloft.core.roles import Right

PROJECT = "/api/projects/<project>"
MANAGE = (Right.MANAGE,)

ROUTES = (
    Route(
        method="GET",
        path="/api/projects",
        name="project_list",
        for_bound=True,
        summary="Your projects; for site administrators all projects",
        act=projects.listed,
        query=Page,
        answer=shown.ProjectPage,
    ),
    Route(
        method="POST",
        path="/api/projects",
        name="project_create",
        summary="Make a project that you own",
        act=projects.create,
        told=("name",),
        body=projects.NewProject,
        answer=shown.ProjectDetail,
        status=201,
        once=True,
    ),
    Route(
        method="GET",
        path=PROJECT,
        name="project_show",
        summary="A project, its settings and your role in it",
        act=projects.show,
        rights=(Right.ENTER,),
        answer=shown.ProjectDetail,
    ),
    Route(
        method="PATCH",
        path=PROJECT,
        name="project_change",
        summary="Change names, accessibility, sites, fields and routing of a project",
        act=settings.change,
        rights=MANAGE,
        told=("accessibility", "prearchive", "sites"),
        body=settings.ProjectChange,
        answer=shown.ProjectDetail,
    ),
    Route(
        method="GET",
        path=f"{PROJECT}/profile",
        name="profile_show",
        summary="The de-identification profile of a project",
        act=profiles.show,
        rights=(Right.ENTER,),
        answer=profiles.ProfileShown,
    ),
    Route(
        method="PUT",
        path=f"{PROJECT}/profile",
        name="profile_put",
        summary="Set the de-identification profile of a project",
        act=profiles.put,
        rights=MANAGE,
        body=profiles.NewProfile,
        answer=profiles.ProfileShown,
    ),
    Route(
        method="POST",
        path=f"{PROJECT}/archive",
        name="project_archive",
        summary="Make a project read-only",
        act=life.archive,
        rights=MANAGE,
        answer=shown.ProjectDetail,
    ),
    Route(
        method="POST",
        path=f"{PROJECT}/unarchive",
        name="project_unarchive",
        summary="Open an archived project again",
        act=life.unarchive,
        rights=MANAGE,
        answer=shown.ProjectDetail,
    ),
    Route(
        method="GET",
        path=f"{PROJECT}/consequences",
        name="project_consequences",
        summary="What goes along when the project is deleted, and the code to confirm it with",
        act=life.consequences,
        rights=MANAGE,
        query=life.Of,
        answer=life.Consequences,
    ),
    Route(
        method="DELETE",
        path=PROJECT,
        name="project_delete",
        summary="Delete a project whose consequences you have seen",
        act=life.delete,
        rights=MANAGE,
        query=life.Confirmed,
        answer=shown.ProjectDetail,
    ),
    Route(
        method="POST",
        path=f"{PROJECT}/undelete",
        name="project_undelete",
        summary="Bring a deleted project back, within 30 days",
        act=life.undelete,
        rights=MANAGE,
        answer=shown.ProjectDetail,
        of_deleted=True,
    ),
    *OF_PEOPLE,
)
