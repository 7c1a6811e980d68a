"""An archive and its S3 in one small server: the upload protocol, kept in memory, with faults."""

import base64
import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

PART_BYTES = 1000
LIMITS = {"dicom": 1_000_000, "archive": 1_000_000}
TOKEN = "slpat_test"


class Archive:
    """What it was told and sent; `faults` are statuses that it answers with first, by request."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.url = ""
        self.uploads: dict[str, dict[str, Any]] = {}
        self.objects: dict[str, bytes] = {}
        self.posts: Counter[str] = Counter()
        self.parts: Counter[tuple[str, int]] = Counter()
        self.faults: dict[str, list[int]] = {}
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        self.sent_names: set[str] = set()
        self.posting = threading.Event()
        self.interrupt = threading.Event()
        self.fate_of: Callable[[bytes], dict[str, Any]] = lambda _: {"fate": "archived"}
        self.before_post: Callable[[str], None] = lambda _: None

    @property
    def only(self) -> dict[str, Any]:
        """The one upload that there is."""
        [upload] = self.uploads.values()
        return upload

    def answer(self, request: Request) -> tuple[int, Any]:
        """The status and the JSON of an answer."""
        asked = f"{request.method} {request.path}"
        with self.lock:
            self.asked.append(asked)
            for pattern, statuses in self.faults.items():
                if statuses and re.fullmatch(pattern, asked):
                    request.get_data()
                    status = statuses.pop(0)
                    return (
                        problem(409, "conflict")
                        if status == 409
                        else (status, {"message": "fault"})
                    )
        if request.path.startswith("/s3"):
            return self._s3(request)
        body = request.get_data()
        with self.lock:
            self.bodies.append(body)
            if request.headers["Authorization"] != f"Bearer {TOKEN}":
                return 403, {"message": "Forbidden"}
            path = request.path.removeprefix("/api/projects/alpha/uploads")
            if path == request.path:
                return problem(404, "not_found")
            if not path:
                return self._begin(request.headers["Idempotency-Key"], json.loads(body))
            return self._api(request, path.strip("/").split("/"), json.loads(body or b"{}"))

    def _api(self, request: Request, path: list[str], fields: dict[str, Any]) -> tuple[int, Any]:
        name, *rest = path
        if name not in self.uploads:
            return problem(404, "not_found")
        upload = self.uploads[name]
        match request.method, rest:
            case "GET", []:
                waiting = [n for n in upload["files"] if n not in upload["fates"]]
                counts = {"declared": len(upload["files"]), "waiting": len(waiting)}
                return 200, {
                    "counts": counts,
                    "limits": LIMITS,
                    "closed_at": upload["closed_at"],
                }
            case "POST", ["files"] if not upload["closed_at"]:
                return self._declare(name, fields)
            case "GET", ["files"]:
                return 200, {"files": list(shown(upload)), "next": None}
            case "GET", ["missing"]:
                left = [n for n in sorted(upload["files"]) if self.key(name, n) not in self.objects]
                page = [n for n in left if n > int(request.args.get("after", 0))][:2]
                following = str(page[-1]) if page and page[-1] != left[-1] else None
                return 200, {"missing": [str(n) for n in page], "next": following}
            case "POST", ["close"]:
                upload["closed_at"] = "now"
                return 200, {}
            case "POST", ["parts"]:
                return self._sign(name, fields)
            case _, ["files", number, *acts] if acts[:1] == ["multipart"]:
                return self._multipart(request.method, name, int(number), acts[1:])
        return problem(409, "conflict")

    def _begin(self, key: str, wishes: dict[str, str]) -> tuple[int, Any]:
        name = f"u-{key}"
        if name in self.uploads and self.uploads[name]["wishes"] != wishes:
            return problem(409, "idempotency_key_used")
        self.uploads.setdefault(
            name, {"files": {}, "fates": {}, "closed_at": None, "wishes": wishes, "open": {}}
        )
        return 201, {"upload": name}

    def _declare(self, name: str, fields: dict[str, Any]) -> tuple[int, Any]:
        files = self.uploads[name]["files"]
        numbered = dict(enumerate(fields["files"], fields["first"]))
        if any(files.get(number, file) != file for number, file in numbered.items()):
            return problem(409, "conflict")
        files |= numbered
        post = {"url": f"{self.url}/s3", "fields": {"policy": "p"}}
        return 200, {
            "files": [{"number": str(n), "key": self.key(name, n)} for n in numbered],
            "posts": {file["kind"]: post for file in numbered.values()},
            "expires_in_s": 3600,
        }

    def _multipart(self, method: str, name: str, number: int, acts: list[str]) -> tuple[int, Any]:
        upload, size = self.uploads[name], self.uploads[name]["files"][number]["size_bytes"]
        count = -(-size // PART_BYTES)
        if method == "DELETE":
            upload["open"].pop(number, None)
        elif acts == ["complete"]:
            parts = upload["open"][number]
            if sorted(parts) != list(range(1, count + 1)):
                return problem(409, "conflict")
            self._arrive(self.key(name, number), b"".join(parts[n] for n in sorted(parts)))
        else:
            parts = upload["open"].setdefault(number, {})
            return 200, {"part_bytes": PART_BYTES, "parts": count, "arrived": sorted(parts)}
        return 200, {}

    def _sign(self, name: str, fields: dict[str, Any]) -> tuple[int, Any]:
        return 200, {
            "parts": [
                {
                    "part": entry["part"],
                    "url": f"{self.url}/s3/{name}/{fields['number']}?part={entry['part']}",
                    "headers": {"x-amz-checksum-sha256": based(entry["sha256"])},
                }
                for entry in fields["parts"]
            ]
        }

    def _s3(self, request: Request) -> tuple[int, Any]:
        if request.method == "PUT":
            return self._put_part(request)
        key = request.form["key"]
        body = request.files["file"].read()
        self.sent_names.add(str(request.files["file"].filename))
        self.before_post(key)
        if request.form["x-amz-checksum-sha256"] != based(hashlib.sha256(body).hexdigest()):
            return 400, "<Code>BadDigest</Code>"
        with self.lock:
            self.posts[key] += 1
            self._arrive(key, body)
        return 204, {}

    def _put_part(self, request: Request) -> tuple[int, Any]:
        *_, name, number = request.path.split("/")
        part, body = int(request.args["part"]), request.get_data()
        if request.headers["x-amz-checksum-sha256"] != based(hashlib.sha256(body).hexdigest()):
            return 400, "<Code>BadDigest</Code>"
        with self.lock:
            self.uploads[name]["open"][int(number)][part] = body
            self.parts[self.key(name, int(number)), part] += 1
        return 200, {}

    def _arrive(self, key: str, body: bytes) -> None:
        self.objects[key] = body
        _, name, number = key.split("/")
        self.uploads[name]["fates"][int(number)] = self.fate_of(body)

    @staticmethod
    def key(name: str, number: int) -> str:
        return f"inbox/{name}/{number}"


def shown(upload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number in sorted(upload["files"]):
        fate: dict[str, Any] = {
            "fate": "waiting",
            "code": "",
            "reason": "",
            "actions": {},
            "archive_key": None,
        }
        fate |= upload["fates"].get(number, {})
        yield {"number": str(number), **fate}
        for member in range(fate["actions"].get("members", 0)):
            yield {"number": f"{number}.{member}", **fate, "fate": "archived", "actions": {}}


def problem(status: int, code: str) -> tuple[int, Any]:
    return status, {"code": code, "detail": f"This is {code}."}


def based(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


class _KeepAlive(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def running() -> Iterator[Archive]:
    """The server on a free port, until the end of the block."""
    archive = Archive()

    @Request.application
    def application(request: Request) -> Response:
        status, content = archive.answer(request)
        text = content if isinstance(content, str) else json.dumps(content)
        return Response("" if status == 204 else text, status=status)

    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_KeepAlive)
    server.daemon_threads = True  # type: ignore[attr-defined]  # a threading server has it
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    archive.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield archive
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
