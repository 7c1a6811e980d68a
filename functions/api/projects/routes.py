"""The routes of projects and of the people in them."""

from functions.api.edge.pages import Page
from functions.api.edge.route import Route
from functions.api.projects import members, projects
from scanloft.core.roles import Right

PROJECT = "/api/projects/<project>"
MEMBER = f"{PROJECT}/members/<user>"
MANAGE = (Right.MANAGE,)

ROUTES = (
    Route(
        method="GET",
        path="/api/projects",
        name="project_list",
        summary="Your projects; for site administrators all projects",
        act=projects.listed,
        query=Page,
        answer=projects.ProjectPage,
    ),
    Route(
        method="POST",
        path="/api/projects",
        name="project_create",
        summary="Make a project that you own",
        act=projects.create,
        told=("name",),
        body=projects.NewProject,
        answer=projects.ProjectDetail,
        status=201,
    ),
    Route(
        method="GET",
        path=PROJECT,
        name="project_show",
        summary="A project, its de-identification and your role in it",
        act=projects.show,
        rights=(Right.ENTER,),
        answer=projects.ProjectDetail,
    ),
    Route(
        method="GET",
        path=f"{PROJECT}/members",
        name="member_list",
        summary="The members of a project",
        act=members.listed,
        rights=MANAGE,
        query=Page,
        answer=members.MemberPage,
    ),
    Route(
        method="GET",
        path=MEMBER,
        name="member_show",
        summary="A member of a project",
        act=members.show,
        rights=MANAGE,
        answer=members.Member,
    ),
    Route(
        method="PUT",
        path=MEMBER,
        name="member_set",
        summary="Make a user a member, or give a member another role",
        act=members.put,
        rights=MANAGE,
        told=("role",),
        body=members.Change,
        answer=members.Member,
    ),
    Route(
        method="DELETE",
        path=MEMBER,
        name="member_remove",
        summary="End a membership at once",
        act=members.remove,
        rights=MANAGE,
        answer=members.Removed,
    ),
)
