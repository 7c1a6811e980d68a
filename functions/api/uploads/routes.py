"""The routes of uploads."""

from functions.api.edge.pages import Page
from functions.api.edge.route import Route
from functions.api.uploads import closing, files, parts, uploads
from scanloft.core.roles import Right

UPLOADS = "/api/projects/<project>/uploads"
UPLOAD = f"{UPLOADS}/<upload>"
MULTIPART = f"{UPLOAD}/files/<number>/multipart"
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
        told=("site",),
        body=uploads.NewUpload,
        answer=uploads.Begun,
        status=201,
        once=True,
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
    Route(
        method="GET",
        path=f"{UPLOAD}/missing",
        name="upload_missing",
        summary="The files that were declared and have not arrived",
        act=closing.missing,
        rights=SUBMIT,
        query=closing.MissingAfter,
        answer=closing.Missing,
    ),
    Route(
        method="POST",
        path=f"{UPLOAD}/close",
        name="upload_close",
        summary="Say that no more files will be declared",
        act=closing.close,
        rights=SUBMIT,
        answer=closing.Closed,
    ),
    Route(
        method="POST",
        path=MULTIPART,
        name="upload_parts_begin",
        summary="Begin to send a large file in parts, or see which of them have arrived",
        act=parts.begin,
        rights=SUBMIT,
        answer=parts.InParts,
    ),
    Route(
        method="POST",
        path=f"{UPLOAD}/parts",
        name="upload_parts_sign",
        summary="Receive the addresses to put parts to",
        act=parts.sign,
        rights=SUBMIT,
        told=("number",),
        body=parts.PartsWanted,
        answer=parts.SignedParts,
    ),
    Route(
        method="POST",
        path=f"{MULTIPART}/complete",
        name="upload_parts_complete",
        summary="Put a file together from its parts",
        act=parts.complete,
        rights=SUBMIT,
        answer=parts.Whole,
    ),
    Route(
        method="DELETE",
        path=MULTIPART,
        name="upload_parts_give_up",
        summary="Throw away the parts of a file that have arrived",
        act=parts.give_up,
        rights=SUBMIT,
        answer=parts.InParts,
    ),
)
