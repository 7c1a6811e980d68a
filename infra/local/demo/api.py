"""The demo's view of the archive: the REST API and DICOMweb, as any client sees them."""

from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from typing import Any, Self

import httpx

TIMEOUT_S = 60
RELATED_INSTANCES = "00201208"
"""Number of Study Related Instances."""
QIDO_PAGE = 200


class Api:
    """A caller of the archive with one token."""

    def __init__(self, base_url: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_S,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        """Opens nothing: connections are made when needed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connections."""
        self._http.close()

    def projects(self) -> list[str]:
        """The names of the caller's projects."""
        return [project["name"] for project in self._get("/api/projects").json()["projects"]]

    def create_project(self, name: str) -> None:
        """Makes a project with the basic profile."""
        self._post("/api/projects", {"name": name, "title": name})

    def uploads(self, project: str) -> Iterator[dict[str, Any]]:
        """The uploads of a project."""
        return self._pages(f"/api/projects/{project}/uploads", "uploads")

    def files(self, project: str, upload: str) -> Iterator[dict[str, Any]]:
        """The files of an upload with their fates."""
        return self._pages(f"/api/projects/{project}/uploads/{upload}/files", "files")

    def searchable(self, project: str) -> int:
        """How many instances QIDO-RS finds, by the counts of the studies."""
        found = 0
        offset = 0
        while True:
            answer = self._get(
                f"/api/projects/{project}/dicomweb/studies",
                params={"limit": QIDO_PAGE, "offset": offset},
            )
            studies = answer.json() if answer.content else []
            found += sum(int(row[RELATED_INSTANCES]["Value"][0]) for row in studies)
            if len(studies) < QIDO_PAGE:
                return found
            offset += QIDO_PAGE

    def retrieve(self, instance_path: str, project: str) -> bytes:
        """One instance by WADO-RS, out of the multipart answer or from where it points to."""
        answer = self._get(
            f"/api/projects/{project}/dicomweb/{instance_path}",
            headers={"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'},
            follow_redirects=True,
        )
        if not answer.headers["content-type"].startswith("multipart/"):
            return answer.content
        message = EmailMessage()
        message["Content-Type"] = answer.headers["content-type"]
        delimiter = b"--" + str(message.get_boundary()).encode()
        part = answer.content.split(delimiter)[1]
        return part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")

    def _pages(self, path: str, name: str) -> Iterator[dict[str, Any]]:
        after: str | None = None
        while True:
            params = {"limit": "1000"} | ({"after": after} if after else {})
            answer = self._get(path, params=params).json()
            yield from answer[name]
            after = answer["next"]
            if after is None:
                return

    def _get(self, path: str, **options: Any) -> httpx.Response:
        return self._http.get(path, **options).raise_for_status()

    def _post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        answer: dict[str, Any] = self._http.post(path, json=body).raise_for_status().json()
        return answer
