"""Links to stored objects on the archive's own host, made from signed S3 addresses."""

from urllib.parse import quote, urlsplit

OBJECTS_PATH = "/objects"
"""Below it, the one host serves the archive bucket."""


def public_link(signed_url: str, *, bucket: str, key: str, public_base_url: str) -> str:
    """The signed address with the host and the bucket of S3 replaced by the public base.

    The signature covers the path on the S3 host, to which the edge maps `/objects/` back. Both
    ways of S3 to name a bucket are understood: in the host, and as the first part of the path.

    Raises:
        ValueError: the address is not one of this key.
    """
    parts = urlsplit(signed_url)
    path = quote(key, safe="/~")
    if parts.path not in (f"/{path}", f"/{bucket}/{path}"):
        raise ValueError("The signed address is not the address of this key.")
    return f"{public_base_url.rstrip('/')}{OBJECTS_PATH}/{path}?{parts.query}"
