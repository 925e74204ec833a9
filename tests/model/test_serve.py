"""`ie serve`: the same records as `ie predict`, whoever else asks, and every error as JSON."""

import asyncio
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import Queue
from urllib.parse import quote

import pytest
from served import PATIENCE, Client, Held, Served, end, make_model

from ie.arrow import Request
from ie.cli import serve
from ie.document import Document
from ie.extractor import Extractor
from ie.serving.batcher import Batcher, QueueFullError

NDJSON = "application/x-ndjson"
JSON = "application/json"
TEXT = "банк купил завод вчера"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def extractor(model):
    return Extractor.from_pretrained(model, runtime="onnx", threads=1)


@pytest.fixture(scope="module")
def server(extractor):
    with Served(extractor) as server:
        yield server


@pytest.fixture
def held(extractor):
    held = Held(extractor)
    yield held
    held.gate.set()  # lest a test that failed waits


@contextmanager
def asking(server, *bodies):
    """Yield futures of the answers to requests that are made at once."""
    with ThreadPoolExecutor(len(bodies)) as pool:
        yield [pool.submit(server.ask, {"text": text}) for text in bodies]


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def has_room(server):
    try:
        server.service.batcher.check_room()
    except QueueFullError:
        return False
    return True


def lines(answer):
    return [json.loads(line) for line in answer.text.splitlines()]


def texts(record):
    return [entity["text"] for entity in record["entities"]]


@pytest.mark.parametrize(
    ("found", "name", "kind", "content"),
    [
        (3, "a.json", "application/json", json.dumps({"text": TEXT, "date": "2016-11-07"}).encode()),
        (
            3,
            "b.json",
            "Application/JSON; charset=utf-8",
            json.dumps({"id": 7, "text": TEXT}, indent=1).encode(),
        ),
        (3, "a.txt", "text/plain", f"{TEXT}\n".encode("cp1251")),
        (3, "b.txt", "text/plain", f"<b>{TEXT}</b>".encode("utf-16")),
        (4, "a.html", "text/html", f"<p>{TEXT}<p>купил &amp; банк".encode("koi8-r")),
        (
            4,
            "a.jsonl",
            "application/x-ndjson",
            f'{{"text": "{TEXT}"}}\n\n{{"id": "x", "text": "банк"}}'.encode(),
        ),
        (3, "b.jsonl", "application/jsonl", f'\ufeff{{"text": "{TEXT}"}}\r\n'.encode()),
        (0, "c.jsonl", "application/x-ndjson", b'{"text": ""}'),
    ],
)
def test_records_are_those_of_predict(ie, model, server, tmp_path, found, name, kind, content):
    path = tmp_path / name
    path.write_bytes(content)
    expected = ie("predict", path, "--model", model, "--runtime", "onnx", "--threads", 1)[1]
    answer = server.ask(content, kind, f"/extract?id={quote(str(path))}")
    assert (answer.status, answer.text, expected.count('"label"')) == (200, expected, found)


def test_a_body_without_a_name_has_one_for_its_ids(server):
    assert lines(server.ask({"text": TEXT}))[0]["id"] == "<body>"
    assert lines(server.ask(b'{"text": "x"}\n', NDJSON))[0]["id"] == "<body>:1"


@pytest.mark.parametrize(
    ("charset", "expected"),
    [("; charset=koi8-r", "банк"), ('; Charset="CP1251"', "ВБОЛ"), ("", "банк")],
)
def test_the_charset_of_the_header_goes_before_what_is_detected(server, charset, expected):
    answer = server.ask("банк".encode("koi8-r") * 3, f"text/plain{charset}")
    assert lines(answer)[0]["text"] == expected * 3


@pytest.mark.parametrize(
    ("date", "path", "text"),
    [
        ("2016-11-07", "?date=2016-11-07", TEXT),
        ("2016-11-07", "?date=auto", f"Астана, 7 ноября 2016 года. {TEXT}"),
        (None, "?date=auto", TEXT),
        (None, "", f"Астана, 7 ноября 2016 года. {TEXT}"),
    ],
)
def test_a_parameter_gives_the_date(server, date, path, text):
    record = lines(server.ask({"text": text}, path=f"/extract{path}"))[0]
    assert record["date"] == date
    day = next(entity["value"] for entity in record["entities"] if entity["text"] == "вчера")
    assert day["start"] == ("2016-11-06" if date else None)
    own = {"text": text, "date": "2020-01-02"}
    assert lines(server.ask(own, path=f"/extract{path}"))[0]["date"] == "2020-01-02"


def test_a_parameter_goes_before_the_option(extractor):
    score = lines(server_answer(extractor, Request(), "/extract"))[0]["entities"][0]["score"]
    assert 0.5 < score < 1
    strict = Request(min_score=1, dateline=True)
    assert texts(lines(server_answer(extractor, strict, "/extract"))[0]) == []
    assert len(texts(lines(server_answer(extractor, strict, f"/extract?min_score={score - 0.01}"))[0])) == 3


def server_answer(extractor, request, path):
    with Served(extractor, request) as server:
        return server.ask({"text": TEXT}, path=path)


def test_lines_come_in_order_and_a_bad_one_costs_no_other(extractor):
    rows = [b'{"text": "%d"}' % number for number in range(30)]
    rows[7:9] = [b'{"txt": 1}', b"\xff\xfe", b"no"]
    with Served(extractor, queue=4) as server:
        found = lines(server.ask(b"\n".join(rows), NDJSON, "/extract?id=news"))
    assert [record.get("id", "bad") for record in found[:7]] == [f"news:{number}" for number in range(1, 8)]
    assert [record["error"] for record in found[7:10]] == [
        "news:8: Field 'text' is missing.",
        "news:9: The line is not text in the encoding of the file.",
        "news:10: Not JSON: Expecting value at character 1.",
    ]
    assert [record["text"] for record in found[10:]] == [str(number) for number in range(9, 30)]


LONG = b'{"text": "%s"}' % (b"x" * 100_000)


@pytest.mark.parametrize(
    ("status", "sentence", "request_"),
    [
        (400, "<body>: Not JSON: Expecting ':' delimiter at character 8.", (b'{"text"}',)),
        (400, "<body>: Not text, or text in an encoding that is not recognised.", (b'"\0\xff"',)),
        (400, "Parameter 'date' must be YYYY-MM-DD or auto: '7.11.2016'.", ({}, JSON, "?date=7.11.2016")),
        (400, "Parameter 'min_score' must be a number from 0 to 1: '2'.", ({}, JSON, "?min_score=2")),
        (400, "Parameter 'min_score' must be a number from 0 to 1: 'nan'.", ({}, JSON, "?min_score=nan")),
        (400, "Parameter 'min_score' must be a number from 0 to 1: ''.", ({}, JSON, "?min_score=")),
        (400, "Unknown parameter 'dat': there are id, date and min_score.", ({}, JSON, "?dat=auto")),
        (404, "POST /extract/: Not Found; there are POST", ({}, JSON, "/")),
        (413, "The body is longer than 100000 bytes.", (LONG,)),
        (413, "The body is longer than 100000 bytes.", (iter([LONG[:60_000], LONG[60_000:]]),)),
        (415, "Content-Type must be one of application/json, application/x-ndjson, ", ({}, "text/csv")),
        (415, "Content-Type must be one of application/json, application/x-ndjson, ", ({}, None)),
        (415, "Content-Type: Unknown encoding 'utf-9'.", (b"x", "text/plain; charset=utf-9")),
        (422, "<body>: Field 'text' is missing.", ({"txt": "x"},)),
        (422, "<body>: Field 'text' has the wrong type: 5.", ({"text": 5},)),
        (422, "a: Field 'date' must be YYYY-MM-DD: '7.11'.", ({"text": "", "date": "7.11"}, JSON, "?id=a")),
        (422, "<body>: A record must be a JSON object, not list.", (b'[{"text": "x"}]',)),
        (422, "<body>: Field 'text' holds half a surrogate pair", (rb'{"text": "\ud800"}',)),
        (422, "<body>: The body is empty.", (b" \n", NDJSON)),
        (422, "<body>: The file holds white space and markup only.", (b"<p>", "text/html")),
        (422, "<body>: Not utf-8 text: byte 0 does not fit.", (b"\xff", "text/plain; charset=utf-8")),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_sentence(server, status, sentence, request_):
    body, kind, path = (*request_, *("application/json", "")[len(request_) - 1 :])
    answer = server.ask(body, kind, f"/extract{path}")
    assert (answer.status, answer.error[: len(sentence)]) == (status, sentence)
    assert answer.headers["Content-Type"] == "application/json"


def test_other_addresses_and_methods_are_not_there(server):
    for status, method, path in ((404, "GET", "/"), (405, "GET", "/extract"), (405, "DELETE", "/model")):
        answer = server.ask(path=path, method=method)
        phrase = {404: "Not Found", 405: "Method Not Allowed"}[status]
        there = "there are POST /extract, GET /health and GET /model."
        assert (answer.status, answer.error) == (status, f"{method} {path}: {phrase}; {there}")
    assert server.ask(path="/extract").headers["Allow"] == "POST"


def test_health_and_model(server, extractor):
    assert server.ask(path="/health").text == '{"status":"ok"}'
    facts = json.loads(server.ask(path="/model").text)
    assert facts["labels"] == list(extractor.labels)
    assert (facts["model"], facts["runtime"], facts["guidelines"]) == (extractor.model, "onnx", None)
    assert "folder" not in facts


def test_a_fault_of_ours_is_json_too_and_is_logged(server, monkeypatch, caplog):
    monkeypatch.setattr(logging.getLogger("ie"), "handlers", [])  # those of a command that has ended
    monkeypatch.setattr("ie.serving.service.select", lambda *_: 1 / 0)
    answer = server.ask({"text": TEXT})
    assert (answer.status, answer.error) == (500, "Unexpected ZeroDivisionError.")
    until(lambda: caplog.records)
    assert caplog.records[-1].exc_info[0] is ZeroDivisionError
    monkeypatch.undo()
    assert server.ask({"text": TEXT}).status == 200


def test_everybody_gets_what_is_in_their_text_whatever_stands_beside_it(server, extractor):
    words = ["банк", "завод", "вчера", "купил"]
    given = [" ".join(words[: 1 + i % 4] * (1 + i % 7)) for i in range(24)]
    with asking(server, *given) as answers:
        found = [lines(answer.result())[0]["entities"] for answer in answers]
    alone = [[entity.to_record() for entity in extractor.extract(text).entities] for text in given]
    assert found == alone


@pytest.mark.parametrize(("sizes", "chars"), [([1, 8], 1000), ([1, 2, 2, 2, 2], 10)])
def test_requests_that_wait_share_batches_of_some_length(held, monkeypatch, sizes, chars):
    monkeypatch.setattr("ie.serving.service.CHARS_A_THREAD", chars)
    with Served(held, queue=9) as server:
        first = server.begin({"text": "завод"})
        assert held.entered.wait(PATIENCE)
        with asking(server, *(f"{i} банк" for i in range(8))) as answers:
            until(lambda: not has_room(server))
            held.gate.set()
            assert [texts(lines(answer.result())[0]) for answer in answers] == [["банк"]] * 8
        assert texts(lines(end(first))[0]) == ["завод"]
    assert [len(batch) for batch in held.batches] == sizes


def test_a_text_that_the_model_fails_on_costs_no_other(held, caplog):
    with Served(held, queue=4) as server, asking(server, "банк", "сбой", "завод", "вчера") as answers:
        until(lambda: not has_room(server))
        held.gate.set()
        found = [answer.result() for answer in answers]
        assert [answer.status for answer in found] == [200, 500, 200, 200]
        assert found[1].error == "<body>: The model failed on this text."
        answer = server.ask('{"text": "банк"}\n{"text": "сбой"}\n{"text": "завод"}'.encode(), NDJSON)
    assert [record.get("error") for record in lines(answer)] == [
        None,
        "<body>:2: The model failed on this text.",
        None,
    ]
    assert [record.getMessage() for record in caplog.records] == [
        f"The model failed on {name}: ZeroDivisionError: oh" for name in ("<body>", "<body>:2")
    ]


def test_requests_beyond_the_queue_are_sent_away(held):
    with Served(held, queue=1) as server:
        first = server.begin({"text": "банк"})
        assert held.entered.wait(PATIENCE)
        for body, kind in (({"text": "завод"}, "application/json"), (b'{"text": "x"}', NDJSON)):
            answer = server.ask(body, kind)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
            assert answer.error == "As many texts are waiting as may: try again later."
        assert server.ask(path="/health").status == 200
        held.gate.set()
        assert texts(lines(end(first))[0]) == ["банк"]
        assert server.ask({"text": "завод"}).status == 200


def test_a_queue_that_fills_up_while_a_body_comes_is_full(held):
    body = b'{"text": "x"}'
    head = f"POST /extract HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nContent-Length: {len(body)}\r\n"
    with Served(held, queue=1) as server, socket.create_connection(("127.0.0.1", server.port)) as late:
        late.settimeout(PATIENCE)
        late.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert late.recv(1000).startswith(b"HTTP/1.1 100")  # so the server reads the body
        first = server.begin({"text": "банк"})
        assert held.entered.wait(PATIENCE)
        late.sendall(body)
        assert late.recv(1000).startswith(b"HTTP/1.1 503")
        held.gate.set()
        assert end(first).status == 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [({"text": "ушёл"}, JSON), ('{"text": "ушёл"}\n{"text": "ушёл"}'.encode(), NDJSON)],
    ids=["one", "lines"],
)
def test_a_client_that_goes_away_gives_up_its_place_and_no_more(held, monkeypatch, body, kind):
    monkeypatch.setattr("ie.serving.service.STREAM_SHARE", 1)  # so that several lines may wait
    with Served(held, queue=3 if kind == NDJSON else 2) as server:
        first = server.begin({"text": "банк"})
        assert held.entered.wait(PATIENCE)
        gone = server.begin(body, kind)
        until(lambda: not has_room(server))
        gone.close()
        until(lambda: has_room(server))
        held.gate.set()
        assert texts(lines(end(first))[0]) == ["банк"]
        assert texts(lines(server.ask({"text": "завод"}))[0]) == ["завод"]
    assert held.batches == [["банк"], ["завод"]]


def test_a_client_that_goes_away_while_it_sends_breaks_nothing(server):
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(
            b"POST /extract HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nx"
        )
    assert server.ask({"text": TEXT}).status == 200


def test_leaving_the_batcher_finishes_what_was_submitted(held):
    async def run():
        batcher = Batcher(lambda documents: held.extract_batch(documents, values=False), 9, 100)
        batcher.__enter__()
        found = [await batcher.submit(Document("банк"))]
        await asyncio.to_thread(held.entered.wait, PATIENCE)
        found += [await batcher.submit(Document("завод")), await batcher.submit(Document("вчера"))]
        leaving = asyncio.create_task(asyncio.to_thread(batcher.__exit__))
        await asyncio.sleep(0.01)
        held.gate.set()
        await leaving
        return [await one for one in found]

    assert [document.entities[0].text for document in asyncio.run(run())] == ["банк", "завод", "вчера"]


@pytest.fixture
def ready(monkeypatch):
    """A queue that gets the address when `ie serve` is ready."""
    addresses, say = Queue(), serve._ready
    monkeypatch.setattr(serve, "_ready", lambda address: (say(address), addresses.put(address)))
    return addresses


def client_of(ready):
    return Client(int(ready.get(timeout=PATIENCE).rpartition(":")[2]))


def test_the_options_reach_the_server(ie, model, ready):
    found = []

    def ask():
        client = client_of(ready)
        try:
            found.append(client.ask(path="/model"))
            found.append(client.ask({"text": f"Астана, 7 ноября 2016 года. {TEXT}"}))
            found.append(client.ask({"text": "x" * 500}))
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    asker = threading.Thread(target=ask)
    asker.start()
    before = signal.getsignal(signal.SIGINT)
    done = ie("serve", "--model", model, "--runtime", "onnx", "--labels", "DATE,PARTY", "--port", 0,
              "--no-values", "--date", "auto", "--max-bytes", 500, "--min-score", 0.5)  # fmt: skip
    asker.join()
    assert done[:2] == (0, "")
    assert re.fullmatch(r"Ready at http://127\.0\.0\.1:\d+\n", done[2])
    assert signal.getsignal(signal.SIGINT) is before
    facts, answer, refused = found
    assert json.loads(facts.text)["labels"] == ["PARTY", "DATE"]
    record = lines(answer)[0]
    assert (record["date"], record["labels"], texts(record)) == (
        "2016-11-07",
        ["PARTY", "DATE"],
        ["банк", "вчера"],
    )
    assert ("value" in record["entities"][0], refused.status) == (False, 413)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_in_flight_is_finished_before_the_end(ie, held, ready, monkeypatch, number):
    monkeypatch.setattr(Extractor, "from_pretrained", lambda *_, **__: held)
    found = []

    def ask():
        client = client_of(ready)
        pending = [
            client.begin({"text": "банк"}),
            client.begin('{"text": "завод"}\n{"text": "вчера"}'.encode(), NDJSON),
        ]
        idle = client.begin(path="/health")
        idle.getresponse().read()
        until(lambda: held.entered.is_set())
        os.kill(os.getpid(), number)
        until(lambda: not listens(client.port))
        held.gate.set()
        found.extend(end(connection) for connection in pending)

    asker = threading.Thread(target=ask)
    asker.start()
    assert ie("-q", "serve", "--port", 0) == (0, "", "")
    asker.join()
    assert [texts(record) for answer in found for record in lines(answer)] == [["банк"], ["завод"], ["вчера"]]


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def test_a_process_says_where_it_answers_and_ends_with_code_zero(model):
    command = [
        sys.executable,
        "-c",
        "from ie.cli import main; main()",
        "serve",
        "--port",
        "0",
        "--model",
        str(model),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        said = process.stderr.readline()
        assert said.startswith("Ready at http://127.0.0.1:")
        assert Client(int(said.rpartition(":")[2])).ask({"text": TEXT}).status == 200
        process.send_signal(signal.SIGTERM)
        assert (process.wait(PATIENCE), *process.communicate()) == (0, "", "")


def test_an_address_in_use_is_one_sentence(ie, model, server):
    code, out, err = ie("serve", "--model", model, "--runtime", "onnx", "--port", server.port)
    sentence = f"error: Cannot listen at 127.0.0.1, port {server.port}: Address already in use.\n"
    assert (code, out, err) == (2, "", sentence)


@pytest.mark.parametrize(
    ("sentence", "options"),
    [
        ("error: Unknown label 'X': this model finds AMOUNT, SECTOR, PARTY, DATE.\n", ["--labels", "X"]),
        ("error: --date must be a day such as 2016-11-07, or auto: 'x'.\n", ["--date", "x"]),
    ],
)
def test_an_option_that_cannot_be_is_one_sentence(ie, model, sentence, options):
    assert ie("serve", "--model", model, "--runtime", "onnx", *options) == (2, "", sentence)


def test_a_missing_extra_is_one_sentence(ie, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "uvicorn" else True)
    sentence = "error: The server needs uvicorn, which is not installed: pip install 'ie[serve]'.\n"
    assert ie("serve") == (2, "", sentence)


def test_no_other_command_loads_the_server():
    code = """import sys, ie.extractor, ie.cli.predict, ie.cli.serve
print({"starlette", "uvicorn"} & {*sys.modules})"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
