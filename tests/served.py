"""A server on loopback in a thread, clients of it, and a model that can be held up."""

import http.client
import json
import socket
import threading
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from folders import WORDS, make_folder, onnx_bytes, write

from ie.arrow import Request
from ie.extractor import Extractor
from ie.labels import tag_names
from ie.serving.server import make_server
from ie.serving.service import Service

FOUND = {"банк": "B-PARTY", "завод": "B-SECTOR", "вчера": "B-DATE"}
PATIENCE = 20  # seconds after which a test that waits has failed


def make_model(folder: Path) -> Path:
    """Write a checkpoint that finds the words of FOUND and return it."""
    from onnx import load_model_from_string, numpy_helper

    scores = np.zeros((len(WORDS), len(tag_names())), dtype=np.float32)
    scores[:, 0] = 3
    for word, tag in FOUND.items():
        scores[WORDS.index(word), tag_names().index(tag)] = 6
    model = load_model_from_string(onnx_bytes(len(tag_names())))
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(scores, "table"))
    make_folder(folder)
    write(folder / "onnx" / "model_quantized.onnx", model.SerializeToString())
    return folder


class Held:
    """An extractor that waits for `gate` before each batch, and fails on a text with «сбой» in it."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self.gate, self.entered = threading.Event(), threading.Event()
        self.batches: list[list[str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._extractor, name)

    def extract_batch(self, documents: Any, *, values: bool) -> Any:
        self.batches.append([document.text for document in documents])
        self.entered.set()
        assert self.gate.wait(PATIENCE)
        for document in self._extractor.extract_batch(documents, values=values):
            if "сбой" in document.text:
                raise ZeroDivisionError("oh")
            yield document


class Answer(NamedTuple):
    status: int
    text: str
    headers: Any

    @property
    def error(self) -> str:
        return str(json.loads(self.text)["error"])


class Client:
    """Requests to a port of loopback, each on a connection of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def begin(
        self,
        body: Any = None,
        kind: str | None = "application/json",
        path: str = "/extract",
        method: str = "",
    ) -> http.client.HTTPConnection:
        """Send a request and return the connection; a body that is no text or bytes goes as JSON."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {} if kind is None or body is None else {"Content-Type": kind}
        connection.request(method or ("GET" if body is None else "POST"), path, data, headers)
        return connection

    def ask(self, *args: Any, **options: Any) -> Answer:
        """Return the answer to a request; see `begin`."""
        return end(self.begin(*args, **options))


def end(connection: http.client.HTTPConnection) -> Answer:
    """Return the answer on a connection, and close it."""
    with connection.getresponse() as response:
        answer = Answer(response.status, response.read().decode(), response.headers)
    connection.close()
    return answer


class Served(Client):
    """`with Served(extractor) as client:` answers in a thread; `service` is what does."""

    def __init__(
        self, extractor: Any, request: Request | None = None, *, queue: int = 100, max_bytes: int = 100_000
    ) -> None:
        self.service = Service(extractor, request or Request(), queue=queue, max_bytes=max_bytes)
        self._listener = socket.create_server(("127.0.0.1", 0))
        super().__init__(self._listener.getsockname()[1])
        self._ready = threading.Event()
        self._server = make_server(self.service, self._ready.set)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)

    def __enter__(self) -> "Served":
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
