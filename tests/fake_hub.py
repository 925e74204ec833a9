"""A server on loopback that speaks as much of the Hub's API as `huggingface_hub` needs of it.

It knows users by token, private and gated models, commits and branches, large files, uploads; it keeps
a list of requests, and it can cut the connection in the middle of a file.
"""

import base64
import hashlib
import json
import re
import socket
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LARGE = (".safetensors", ".onnx")


@dataclass
class Repo:
    """A model: each commit holds all files of its time; `refs` name commits."""

    private: bool = False
    gated: bool = False
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def commit(self, files: dict[str, bytes], message: str = "", branch: str = "main") -> str:
        """Make `files` the new state of `branch` and return the hash of the commit."""
        seed = f"{len(self.commits)}{message}{branch}{sorted(files)}".encode()
        sha = hashlib.sha1(seed + b"".join(files[name] for name in sorted(files))).hexdigest()
        self.commits[sha] = dict(files)
        self.refs[branch] = sha
        self.messages.append(message)
        return sha


@dataclass
class Request:
    method: str
    path: str
    token: str | None
    headers: dict[str, str]


class FakeHub:
    """`with FakeHub() as hub:` serves at `hub.url`; `hub.users` maps tokens to user names."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.users: dict[str, str] = {}
        self.requests: list[Request] = []
        self.uploads: dict[str, bytes] = {}
        # how often yet to cut the connection in the middle of a file, by its path
        self.cuts: Counter[str] = Counter()
        self.connections: list[socket.socket] = []
        # an answer to everything: too busy, broken
        self.status: int | None = None

    def __enter__(self) -> "FakeHub":
        hub = self

        class BoundHandler(Handler):
            pass

        BoundHandler.hub = hub
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), BoundHandler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Answer no more: from now on connections are refused."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        for connection in self.connections:
            # clients keep connections for the next request
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def add(self, name: str, files: dict[str, bytes], **settings: Any) -> Repo:
        """Add a model with one commit on its main branch."""
        self.repos[name] = Repo(**settings)
        self.repos[name].commit(files)
        return self.repos[name]

    def fetched(self) -> list[str]:
        """Return the file names that were downloaded, in order."""
        paths = [request.path for request in self.requests if request.method == "GET"]
        return [path.split("/resolve/")[1].partition("/")[2] for path in paths if "/resolve/" in path]


class RefusalError(Exception):
    """An answer that says no: HTTP status, the Hub's error code and message."""

    def __init__(self, status: int, code: str = "", message: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def setup(self) -> None:
        super().setup()
        self.hub.connections.append(self.connection)

    def log_message(self, *_values: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_PUT(self) -> None:
        self.answer()

    def answer(self) -> None:
        url = urlsplit(self.path)
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
        self.hub.requests.append(Request(self.command, unquote(url.path), token, dict(self.headers)))
        self.body = self.read_body()
        self.query = parse_qs(url.query)
        try:
            if self.hub.status is not None:
                raise RefusalError(self.hub.status)
            if token is not None and token not in self.hub.users:
                raise RefusalError(401, message="Invalid credentials in Authorization header")
            self.user = self.hub.users.get(token or "")
            self.route(url.path)
        except RefusalError as refusal:
            headers = {"X-Error-Code": refusal.code, "X-Error-Message": refusal.message}
            body = json.dumps({"error": refusal.message}).encode()
            self.send(body, refusal.status, {name: value for name, value in headers.items() if value})

    def route(self, path: str) -> None:
        for method, pattern, action in ROUTES:
            match = re.fullmatch(pattern, path)
            if match and self.command in method:
                action(self, **{name: unquote(value) for name, value in match.groupdict().items()})
                return
        raise RefusalError(404, message=f"no route for {self.command} {path}")

    def send(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_json(self, value: Any, status: int = 200) -> None:
        self.send(json.dumps(value).encode(), status, {"Content-Type": "application/json"})

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    # what the Hub knows

    def repo(self, name: str) -> Repo:
        repo = self.hub.repos.get(name)
        if repo is None or (repo.private and self.user is None):
            raise RefusalError(404 if self.user else 401, "RepoNotFound", "Repository not found")
        return repo

    def files(self, name: str, revision: str) -> tuple[str, dict[str, bytes]]:
        repo = self.repo(name)
        sha = repo.refs.get(revision, revision)
        if sha not in repo.commits:
            raise RefusalError(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return sha, repo.commits[sha]

    def info(self, name: str, revision: str = "main") -> None:
        sha, files = self.files(name, revision)
        siblings = [{"rfilename": path} for path in files]
        self.send_json({"id": name, "sha": sha, "private": self.repo(name).private, "siblings": siblings})

    def tree(self, name: str, revision: str) -> None:
        _, files = self.files(name, revision)
        self.send_json([describe(path, data) for path, data in files.items()])

    def resolve(self, name: str, revision: str, path: str) -> None:
        sha, files = self.files(name, revision)
        if self.repo(name).gated and self.user is None:
            raise RefusalError(401, "GatedRepo", "Access to this model is restricted")
        if path not in files:
            raise RefusalError(404, "EntryNotFound", "Entry not found")
        data, start = files[path], 0
        headers = {"X-Repo-Commit": sha, "ETag": f'"{etag(path, data)}"', "Accept-Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if wanted:
            start = int(wanted[1])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self.send_data(path, data[start:], 206 if wanted else 200, headers)

    def send_data(self, path: str, data: bytes, status: int, headers: dict[str, str]) -> None:
        if self.command == "HEAD" or not self.hub.cuts[path]:
            self.send(data, status, headers)
            return
        self.hub.cuts[path] -= 1
        self.send(data[: len(data) // 2], status, {**headers, "Content-Length": str(len(data))})
        self.wfile.flush()
        self.close_connection = True

    # what it takes

    def writer(self) -> str:
        if self.user is None:
            raise RefusalError(401, message="Invalid username or password.")
        return self.user

    def create(self) -> None:
        user, asked = self.writer(), json.loads(self.body)
        name = f"{asked.get('organization') or user}/{asked['name']}"
        answer = {"name": name, "url": f"{self.hub.url}/{name}"}
        if name in self.hub.repos:
            self.send_json(answer, 409)
            return
        if not name.startswith(f"{user}/"):
            raise RefusalError(403, message=f"You don't have the rights to create a model under {name}")
        repo = self.hub.repos[name] = Repo(
            private=asked.get("visibility") == "private" or bool(asked.get("private"))
        )
        repo.commit({".gitattributes": b""}, "initial commit")
        self.send_json(answer)

    def preupload(self, name: str, revision: str) -> None:
        self.writer()
        self.files(name, revision)
        files = json.loads(self.body)["files"]
        modes = [(file["path"], "lfs" if file["path"].endswith(LARGE) else "regular") for file in files]
        self.send_json({"files": [{"path": p, "uploadMode": m, "shouldIgnore": False} for p, m in modes]})

    def batch(self, name: str) -> None:
        self.writer()
        self.repo(name)
        objects = json.loads(self.body)["objects"]
        for item in objects:
            item["actions"] = {"upload": {"href": f"{self.hub.url}/upload/{item['oid']}"}}
        self.send_json({"transfer": "basic", "objects": objects})

    def upload(self, oid: str) -> None:
        if hashlib.sha256(self.body).hexdigest() != oid:
            raise RefusalError(400, message="The content is not what its hash says")
        self.hub.uploads[oid] = self.body
        self.send(b"")

    def commit(self, name: str, revision: str) -> None:
        self.writer()
        _, files = self.files(name, revision)
        files, message = dict(files), ""
        for line in self.body.splitlines():
            item = json.loads(line)
            value = item["value"]
            if item["key"] == "header":
                message = value["summary"]
            elif item["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif item["key"] == "lfsFile":
                files[value["path"]] = self.hub.uploads[value["oid"]]
            elif item["key"] == "deletedFile":
                del files[value["path"]]
        sha = self.repo(name).commit(files, message, revision)
        self.send_json({"commitUrl": f"{self.hub.url}/{name}/commit/{sha}", "commitOid": sha})

    def accept_card(self) -> None:
        self.send_json({"errors": [], "warnings": []})

    def whoami(self) -> None:
        self.send_json({"type": "user", "name": self.writer(), "orgs": []})


NAME = r"(?P<name>[^/]+/[^/]+)"
REVISION = r"(?P<revision>[^/]+)"
ROUTES = (
    (("GET",), f"/api/models/{NAME}", Handler.info),
    (("GET",), f"/api/models/{NAME}/revision/{REVISION}", Handler.info),
    (("GET",), f"/api/models/{NAME}/tree/{REVISION}", Handler.tree),
    (("GET", "HEAD"), f"/{NAME}/resolve/{REVISION}/(?P<path>.+)", Handler.resolve),
    (("GET",), "/api/whoami-v2", Handler.whoami),
    (("POST",), "/api/validate-yaml", Handler.accept_card),
    (("POST",), "/api/repos/create", Handler.create),
    (("POST",), f"/api/models/{NAME}/preupload/{REVISION}", Handler.preupload),
    (("POST",), rf"/{NAME}\.git/info/lfs/objects/batch", Handler.batch),
    (("PUT",), "/upload/(?P<oid>[0-9a-f]{64})", Handler.upload),
    (("POST",), f"/api/models/{NAME}/commit/{REVISION}", Handler.commit),
)


def etag(path: str, data: bytes) -> str:
    """Return the SHA-256 of a large file, git's blob hash of another."""
    if path.endswith(LARGE):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def describe(path: str, data: bytes) -> dict[str, Any]:
    item = {"type": "file", "path": path, "size": len(data), "oid": etag("", data)}
    if path.endswith(LARGE):
        pointer = (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{etag(path, data)}\nsize {len(data)}\n"
        )
        item["oid"] = etag("", pointer.encode())
        item["lfs"] = {"oid": etag(path, data), "size": len(data), "pointerSize": len(pointer)}
    return item
