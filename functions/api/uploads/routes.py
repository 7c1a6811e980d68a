"""The routes of uploads."""

from functions.api.edge.pages import Page
from functions.api.edge.route import Route
from functions.api.uploads import files, uploads
from scanloft.core.roles import Right

UPLOADS = "/api/projects/<project>/uploads"
UPLOAD = f"{UPLOADS}/<upload>"
SUBMIT = (Right.SUBMIT,)

ROUTES = (
    Route(
        method="GET",
        path=UPLOADS,
        name="upload_list",
        summary="Your uploads; with the right to read those of all",
        act=uploads.listed,
        rights=SUBMIT,
        query=Page,
        answer=uploads.UploadPage,
    ),
    Route(
        method="POST",
        path=UPLOADS,
        name="upload_create",
        summary="Begin an upload",
        act=uploads.create,
        rights=SUBMIT,
        answer=uploads.Begun,
        status=201,
    ),
    Route(
        method="GET",
        path=UPLOAD,
        name="upload_show",
        summary="An upload, and how many of its files met which fate",
        act=uploads.show,
        rights=SUBMIT,
        answer=uploads.UploadCounted,
    ),
    Route(
        method="GET",
        path=f"{UPLOAD}/files",
        name="upload_files",
        summary="The files of an upload and their fates",
        act=files.listed,
        rights=SUBMIT,
        query=files.FilesAfter,
        answer=files.FilePage,
    ),
    Route(
        method="POST",
        path=f"{UPLOAD}/files",
        name="upload_declare",
        summary="Declare files, and receive the forms to send them with",
        act=files.declare,
        rights=SUBMIT,
        told=("first",),
        body=files.Declaring,
        answer=files.Declared,
    ),
)
