"""Members that become files of a resource: their names are their paths, if they are safe ones."""

import hashlib
from dataclasses import replace

from functions.unpack.members import Member
from scanloft.core.annotations import Target
from scanloft.core.errors import BadArchiveFile
from scanloft.core.keys import InboxKey
from scanloft.core.model import Declaration, FileKind
from scanloft.core.resource_names import PATH_LIMIT, is_file_path


def with_path(member: Member) -> Member:
    """The member, refused where its name leads elsewhere or is no path of a resource."""
    path = member.name.removeprefix("./")
    if member.refusal or is_file_path(path):
        return replace(member, name=path)
    refusal = BadArchiveFile(
        "The path of this member cannot be used: it is absolute, leads out of the folder by "
        f'"..", has control characters or backslashes, or more than {PATH_LIMIT} characters.'
    )
    return replace(member, body=b"", refusal=refusal)


def declaration_of(key: InboxKey, member: Member, *, into: Target) -> Declaration:
    """What is said of a member before it is put: the place of its zip or tar, under its name."""
    return Declaration(
        number=key.member(member.place).number,
        size_bytes=len(member.body),
        sha256=hashlib.sha256(member.body).hexdigest(),
        kind=FileKind.FILE,
        target=replace(into, path=member.name, content_type=""),
    )
