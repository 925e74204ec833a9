import contextlib
import errno
import gzip
import json
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path

import lookup
import pytest

from ie.arrow import Request, document_of
from ie.engines.parts import Job, PartFormat, extract_piece, part_path
from ie.engines.pieces import find_inputs, plan, read
from ie.engines.ray import run_ray
from ie.errors import InputError, UsageError
from ie.extractor import Extractor
from ie.inputs import Reading, read_documents
from ie.outputs import OutputFormat, write
from ie.sources import InputFormat

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
# Read when ray is imported: no reports home, and no token left in the home of who runs the tests. Ray's
# actors give way to all others by default, which takes minutes on a busy machine, as does noticing a death.
os.environ |= {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "disabled",
    "RAY_worker_niceness": "0",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "3000",
}
ray = pytest.importorskip("ray", reason="ray is not installed")

LOOPBACK = {"node_ip_address": "127.0.0.1", "include_dashboard": False}
PATIENCE = 90
RUN = """
import json, sys
from pathlib import Path
from ie.engines.ray import run_ray

model, output, *inputs = sys.argv[1:]
summary = run_ray(
    inputs,
    Path(output),
    model=model,
    actors=2,
    piece_bytes=2500,
    report=lambda error: print(error, file=sys.stderr),
)
print(json.dumps([summary.parts, summary.records, summary.failed]), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return lookup.make(tmp_path_factory.mktemp("ray"))


@pytest.fixture(scope="module")
def expected(model):
    """The records of documents 0 to 2,000, by id."""
    extractor = Extractor.from_pretrained(model, threads=1)
    found = [document.to_record() for document in extractor.extract_batch(lookup.documents(0, 2000))]
    assert sum(len(record["entities"]) for record in found) > 2000
    return {record["id"]: record for record in found}


# --- pieces ------------------------------------------------------------------------------------------


def pieces_of(paths, size, reading=None):
    return list(plan(find_inputs([str(path) for path in paths]), reading or Reading(), size))


def items_of(pieces, reading=None):
    return [item for piece in pieces for items, _ in read(piece, reading or Reading()) for item in items]


def shown(items):
    return [str(item) if isinstance(item, InputError) else item for item in items]


@pytest.mark.parametrize("size", [1, 100, 1500, 10**9])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_cut_files_hold_what_whole_ones_hold(tmp_path, size, encoding):
    broken = ['{"text": ', "", '{"id": "x"}', "   ", '{"text": "без имени"}', ""]
    text = lookup.lines(0, 30).decode() + "\n".join(broken) + "\n" + lookup.lines(30, 50).decode().rstrip()
    path = tmp_path / "a.jsonl"
    path.write_bytes(text.encode(encoding))
    (tmp_path / "b.txt").write_text("Банк купил завод.", encoding="utf-8")
    (tmp_path / "c.jsonl").write_bytes(lookup.lines(50, 60))
    pieces = pieces_of([tmp_path], size)
    assert [piece.number for piece in pieces] == list(range(len(pieces)))
    assert len(pieces) > 5 or size > 100 or encoding == "utf-16"
    whole = shown(read_documents([str(tmp_path)]))
    assert f"{path}:31: Not JSON: Expecting value at character 10." in whole
    assert shown(items_of(pieces)) == whole


@pytest.mark.parametrize("kind", ["auto", "jsonl"])
def test_packed_files_are_not_cut(tmp_path, kind):
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lookup.lines(0, 30)))
    reading = Reading(InputFormat(kind))
    assert items_of(pieces_of([tmp_path], 10, reading), reading) == lookup.documents(0, 30)


@pytest.mark.parametrize("size", [1, 300, 10**9])
def test_rows_of_parquet_are_read_once_whatever_the_groups(tmp_path, size):
    table = pa.Table.from_pylist([lookup.record(i) for i in range(100)])
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=7)
    (tmp_path / "README.md").write_text("о таблице")
    pieces = pieces_of([tmp_path], size)
    assert (len(pieces) == 1) == (size == 10**9)
    assert items_of(pieces) == lookup.documents(0, 100)


def test_rows_without_ids_are_named_by_file_and_row(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["банк", None, "завод"]}), path)
    first, second, third = items_of(pieces_of([path], 10))
    assert (first.id, third.id) == (f"{path}:1", f"{path}:3")
    assert str(second) == f"{path}:2: Field 'text' is missing."


def test_tables_that_cannot_be_read_are_named_and_cost_no_other(tmp_path):
    pq.write_table(pa.table({"body": ["банк"]}), tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and no more")
    pq.write_table(pa.table({"text": ["банк"]}), tmp_path / "c.parquet")
    first, second, piece = pieces_of([tmp_path], 10)
    assert str(first) == f"{tmp_path / 'a.parquet'}: There is no column 'text' among body."
    assert str(second).startswith(f"{tmp_path / 'b.parquet'}: Not a Parquet file: ")
    assert [item.text for item in items_of([piece])] == ["банк"]


def test_rows_before_the_damage_of_a_table_are_kept_with_all_columns(model, tmp_path):
    path = tmp_path / "a.parquet"
    table = pa.Table.from_pylist([{**lookup.record(i), "url": f"u{i}"} for i in range(1200)])
    required = [field.with_nullable(field.name != "url") for field in table.schema]
    table = pa.table(table.columns, schema=pa.schema(required))
    pq.write_table(table, path, row_group_size=600, use_dictionary=False)
    start = pq.ParquetFile(path).metadata.row_group(1).column(1).data_page_offset + 60
    data = bytearray(path.read_bytes())
    data[start : start + 400] = bytes(byte ^ 0xFF for byte in data[start : start + 400])
    path.write_bytes(data)
    (piece,) = pieces_of([path], 10**9)
    job = Job(str(tmp_path), PartFormat.PARQUET, Reading(), Request(values=False))
    result = extract_piece(piece, Extractor.from_pretrained(model, threads=1), job)
    *read_rows, last = pq.read_table(part_path(job, 0)).to_pylist()
    assert [row["url"] for row in read_rows] == [f"u{i}" for i in range(result.records)]
    assert (result.records > 0, result.failed) == (True, 1)
    assert (last["error"], last["url"]) == (result.errors[0], None)


def test_tables_in_linked_folders_are_found(tmp_path):
    for folder in ("tables", "in/_hidden", "in/.hidden"):
        (tmp_path / folder).mkdir(parents=True)
        pq.write_table(pa.table({"text": [folder]}), tmp_path / folder / "a.parquet")
    (tmp_path / "in/link").symlink_to("../tables", target_is_directory=True)
    assert list(find_inputs([str(tmp_path / "in")])) == [tmp_path / "in/link/a.parquet"]
    (tmp_path / "in" / "b.txt").touch()
    unread = []
    assert list(find_inputs([str(tmp_path / "in")], unread.append)) == [tmp_path / "in/link/a.parquet"]
    assert unread == [tmp_path / "in" / "b.txt"]


def test_files_that_are_not_to_be_had_are_named_and_cost_no_other(tmp_path, monkeypatch):
    (tmp_path / "a.jsonl").write_bytes(lookup.lines(0, 30))
    (tmp_path / "b.jsonl").write_bytes(lookup.lines(30, 60))
    plain = Path.open

    def opened(path, *mode):
        if path.name == "a.jsonl":  # whoever runs the tests may be allowed to read all
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return plain(path, *mode)

    monkeypatch.setattr(Path, "open", opened)
    first, second, *pieces = pieces_of([tmp_path / "no.parquet", tmp_path], 100)
    assert str(first) == f"{tmp_path / 'no.parquet'}: No such file or directory."
    assert str(second) == f"{tmp_path / 'a.jsonl'}: Permission denied."
    assert items_of(pieces) == lookup.documents(30, 60)


# --- a node dies half-way -----------------------------------------------------------------------------


class Pipe:
    """An input that gives its first part at once, the rest once `go` is set, and all of it to each reader."""

    def __init__(self, path, head, tail, go):
        os.mkfifo(path)
        self.deaths = 0
        self.holds = False
        self._path, self._head, self._tail, self._go = path, head, tail, go
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            with contextlib.suppress(BrokenPipeError), self._path.open("wb", buffering=0) as stream:
                self._write(stream)
                return
            self.deaths += 1

    def _write(self, stream):
        stream.write(self._head)
        self.holds = True
        poll = select.poll()
        poll.register(stream, 0)
        while not self._go.wait(0.05):
            if poll.poll(0):
                raise BrokenPipeError
        stream.write(self._tail)


@pytest.fixture
def cluster():
    """A head without processors for actors, and two nodes with one each."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **LOOPBACK})
    try:
        cluster.add_node(num_cpus=1, **LOOPBACK)
        cluster.add_node(num_cpus=1, **LOOPBACK)
        cluster.wait_for_nodes()
        yield cluster
    finally:
        cluster.shutdown()


def until(condition, run):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.05)


def started_parts(folder):
    return [path for path in folder.glob(".part-*.part") if path.stat().st_size]


def test_a_node_that_dies_half_way_costs_no_record(cluster, model, expected, tmp_path):
    inputs, output, go = tmp_path / "in", tmp_path / "out", threading.Event()
    inputs.mkdir()
    for i in range(20):
        (inputs / f"{i:02}.jsonl").write_bytes(lookup.lines(20 * i, 20 * i + 20))
    # each of the two actors comes upon one of them; 600 documents are more than it takes at once
    pipes = [
        Pipe(inputs / "04-pipe.jsonl", lookup.lines(400, 1000), lookup.lines(1000, 1200), go),
        Pipe(inputs / "09-pipe.jsonl", lookup.lines(1200, 1800), lookup.lines(1800, 2000), go),
    ]
    # on one machine alone Ray connects to 127.0.0.1 as such, and not to the address that others see it at
    alone = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    environment = {**os.environ, **alone, "RAY_ADDRESS": cluster.address}
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, str(model), str(output), str(inputs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        until(lambda: all(pipe.holds for pipe in pipes) and len(started_parts(output)) == 2, run)
        done = list(output.glob("part-*"))
        assert done
        cluster.remove_node(sorted(cluster.worker_nodes, key=str)[0], allow_graceful=False)
        until(lambda: sum(pipe.deaths for pipe in pipes), run)
        assert [path for path in output.glob("part-*") if path not in done] == []
        go.set()
        out, err = run.communicate(timeout=PATIENCE)
    finally:
        run.kill()
        run.wait()
    assert (run.returncode, out) == (0, ""), err
    assert sum(pipe.deaths for pipe in pipes) == 1
    parts = sorted(output.glob("part-*.jsonl"))
    records = [json.loads(line) for path in parts for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(records) == 2000
    assert {record["id"]: record for record in records} == expected
    assert json.loads(err.splitlines()[-1]) == [len(parts), 2000, 0]
    # what the dead node had begun is gone, and nothing else is there
    assert {path.name for path in output.iterdir()} == {"_SUCCESS", *(path.name for path in parts)}


# --- one machine -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def local():
    ray.init(
        address="local",
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        object_store_memory=100 << 20,
        _node_ip_address="127.0.0.1",
    )
    yield
    ray.shutdown()


@pytest.mark.usefixtures("local")
class TestOnOneMachine:
    def test_parts_in_order_are_what_predict_writes(self, model, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a.jsonl").write_bytes(lookup.lines(0, 100) + b'{"text": "\xd0\xb1"}\n')
        (tmp_path / "in/b.html").write_text("<p>Банк купил завод вчера</p>", encoding="utf-8")
        (tmp_path / "in/c.jsonl").write_bytes(lookup.lines(100, 120))
        summary = run_ray(["in"], tmp_path / "out", model=str(model), actors=2, piece_bytes=2000)
        assert (summary.records, summary.failed) == (122, 0)
        assert summary.parts > 3
        extractor = Extractor.from_pretrained(model, threads=1)
        with (tmp_path / "plain.jsonl").open("w", encoding="utf-8") as stream:
            found = extractor.extract_batch(read_documents(["in"]))
            write(found, stream, OutputFormat.JSONL, extractor.labels)
        parts = sorted((tmp_path / "out").glob("part-*.jsonl"))
        assert b"".join(part.read_bytes() for part in parts) == (tmp_path / "plain.jsonl").read_bytes()

    def test_parquet_in_and_out_keeps_every_row_and_column(self, model, expected, tmp_path):
        source = [{**lookup.record(i), "url": f"u{i}"} for i in range(100)]
        source[7]["text"] = None
        pq.write_table(pa.Table.from_pylist(source), tmp_path / "a.parquet", row_group_size=30)
        errors = []
        summary = run_ray(
            [str(tmp_path / "*.parquet")],
            tmp_path / "out",
            output_format="parquet",
            model=str(model),
            actors=1,
            piece_bytes=1000,
            report=errors.append,
        )
        where = f"{tmp_path / 'a.parquet'}:8: Field 'text' is missing."
        assert (summary.records, summary.failed, errors) == (99, 1, [where])
        rows = pq.read_table(sorted((tmp_path / "out").glob("part-*.parquet"))).to_pylist()
        assert [row["url"] for row in rows] == [f"u{i}" for i in range(100)]
        assert (rows[7]["error"], rows[7]["entities"], rows[7]["id"]) == (where, None, "d7")
        del rows[7]
        found = [document_of(row).to_record() for row in rows]
        assert found == [record for i, record in enumerate(list(expected.values())[:100]) if i != 7]

    def test_what_failed_is_named_and_written_beside_the_rest(self, model, tmp_path):
        (tmp_path / "a.jsonl").write_bytes(b'{"text": 1}\n' * 150 + lookup.lines(0, 3))
        errors = []
        summary = run_ray(
            [str(tmp_path / "a.jsonl"), str(tmp_path / "missing.txt")],
            tmp_path / "out",
            model=str(model),
            actors=1,
            piece_bytes=600,
            report=errors.append,
        )
        assert (summary.records, summary.failed) == (3, 151)
        assert len(errors) == 101
        assert all(error.startswith(str(tmp_path)) for error in errors[:100])
        assert errors[100] == "51 more inputs failed: see errors-*.jsonl."
        listed = "".join(path.read_text() for path in (tmp_path / "out").glob("errors-*.jsonl")).splitlines()
        assert len({json.loads(line)["error"] for line in listed}) == 151
        assert json.loads((tmp_path / "out/_SUCCESS").read_text())["failed"] == 151

    def test_a_missing_model_is_one_sentence(self, tmp_path):
        (tmp_path / "a.jsonl").write_bytes(lookup.lines(0, 3))
        with pytest.raises(UsageError, match=r"^node \S+: .*nowhere"):
            run_ray([str(tmp_path / "a.jsonl")], tmp_path / "out", model=str(tmp_path / "nowhere"))
        assert not list((tmp_path / "out").iterdir())


def test_an_output_folder_that_is_not_empty_is_refused(tmp_path):
    (tmp_path / "old").write_text("")
    with pytest.raises(UsageError, match="is not empty"):
        run_ray([str(tmp_path)], tmp_path)


def test_formats_are_two(tmp_path):
    with pytest.raises(UsageError, match="jsonl or parquet, not 'html'"):
        run_ray([str(tmp_path)], tmp_path / "out", output_format="html")
