import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from filled import RUN, documents, fill, ids, lines, reading_ahead
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.document import Document
from ie.errors import IEError, InputError, MissingDependencyError, UsageError
from ie.manifest import MANIFEST
from ie.outputs import OutputFormat
from ie.parts import PartsFolder


@pytest.mark.parametrize(
    ("expected", "count"),
    [([], 0), ([["d0"]], 1), ([["d0", "d1", "d2"]], 3), ([["d0", "d1", "d2"], ["d3"]], 4)],
)
def test_documents_go_into_parts_in_order(tmp_path, expected, count):
    assert fill(tmp_path, documents(*range(count))) == (len(expected), count, 0)
    assert ids(tmp_path) == expected
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == [".lock"]
    assert lines(tmp_path)[-1]["finished"] is True


def test_a_part_is_made_of_records(tmp_path):
    fill(tmp_path / "new" / "folder", documents(1))
    (part,) = (tmp_path / "new" / "folder").glob("part-*")
    assert part.name == "part-00000.jsonl"
    assert json.loads(part.read_text(encoding="utf-8")) == {
        "id": "d1", "text": "Текст 1", "date": None, "model": "m@1", "truncated": False, "entities": [],
    }  # fmt: skip


def test_errors_belong_to_the_part_of_the_document_that_follows(tmp_path):
    one, two, three, four = (InputError(f"Ошибка {n}.") for n in range(1, 5))
    a, b, c, d = documents(*"abcd")
    told = []
    assert fill(tmp_path, [one, a, two, b, three, c, d, four], size=2, on_error=told.append) == (2, 4, 4)
    assert [line["failures"] for line in lines(tmp_path)[1:]] == [
        ["Ошибка 1.", "Ошибка 2."],
        ["Ошибка 3."],
        ["Ошибка 4."],
    ]
    assert told == [one, two, three, four]
    again = []
    assert fill(tmp_path, [], size=2, resume=True, on_error=again.append) == (2, 4, 4)
    assert list(map(str, again)) == list(map(str, told))


def test_a_million_bad_lines_do_not_fill_the_manifest(tmp_path):
    items = [*(InputError(f"Ошибка {n}.") for n in range(1000)), *documents(1)]
    assert fill(tmp_path, items) == (1, 1, 1000)
    assert (lines(tmp_path)[1]["errors"], len(lines(tmp_path)[1]["failures"])) == (1000, 100)
    told = []
    fill(tmp_path, [], resume=True, on_error=told.append)
    assert list(map(str, told[99:])) == ["Ошибка 99.", "900 more inputs could not be read."]


def test_what_parts_hold_never_sees_the_model_again(tmp_path):
    texts, seen = documents(*range(10)), []

    def watched(documents: Iterator[Document]):
        for document in documents:
            seen.append(document.id)
            yield document

    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path, texts, predict=reading_ahead(100, die_after=8))
    assert ids(tmp_path) == [["d0", "d1", "d2"], ["d3", "d4", "d5"]]
    assert fill(tmp_path, texts, resume=True, predict=watched) == (4, 10, 0)
    assert seen == ["d6", "d7", "d8", "d9"]


def test_a_finished_run_reads_nothing(tmp_path):
    fill(tmp_path, [*documents(1), InputError("Ошибка.")])
    before = (tmp_path / MANIFEST).read_bytes()
    assert fill(tmp_path, (pytest.fail("read") for _ in "x"), resume=True) == (1, 1, 1)
    assert (tmp_path / MANIFEST).read_bytes() == before


items = st.lists(st.booleans(), max_size=20).map(
    lambda kinds: [
        Document(f"Текст {n % 3}", id=f"d{n}") if good else InputError(f"Ошибка {n}.")
        for n, good in enumerate(kinds)
    ]
)


@settings(max_examples=60)
@given(
    items, st.integers(1, 5), st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=5), st.data()
)
def test_any_run_in_any_pieces_is_the_whole_run(given_items, size, deaths, data):
    wanted = [item.id for item in given_items if isinstance(item, Document)]
    with TemporaryDirectory() as name:
        for ahead, after in deaths:
            with pytest.raises(KeyboardInterrupt):
                fill(Path(name), _dying(given_items), resume=True, size=size,
                     predict=reading_ahead(ahead, after))  # fmt: skip
            assert not list(Path(name).glob(".part*"))
        ahead = data.draw(st.integers(1, 30))
        count, records, errors = fill(
            Path(name), given_items, resume=True, size=size, predict=reading_ahead(ahead)
        )
        found = ids(Path(name))
        assert [one for part in found for one in part] == wanted
        assert [len(part) for part in found[:-1]] == [size] * (len(found) - 1)
        assert (count, records) == (len(found), len(wanted))
        assert (
            errors == len(given_items) - len(wanted) == sum(line["errors"] for line in lines(Path(name))[1:])
        )


def _dying(given_items):
    """Yield the items, then die where a model that read less has not."""
    yield from given_items
    raise KeyboardInterrupt


def dying_at_step(n):
    """Have the n-th step of storing end the process as SIGKILL does: no handler runs."""
    steps = 0

    def deadly(step):
        def stepped(*args, **options):
            nonlocal steps
            steps += 1
            if steps == n:
                os._exit(9)
            return step(*args, **options)

        return stepped

    os.fsync, Path.rename, Path.replace = map(deadly, (os.fsync, Path.rename, Path.replace))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_death_at_any_step_of_storing_loses_and_doubles_nothing(tmp_path):
    texts = documents(*range(5))
    survived = False
    for step in range(1, 40):
        folder = tmp_path / str(step)
        child = os.fork()
        if child == 0:
            dying_at_step(step)
            fill(folder, texts, size=2)
            os._exit(0)
        survived = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert fill(folder, texts, size=2, resume=True) == (3, 5, 0)
        assert ids(folder) == [["d0", "d1"], ["d2", "d3"], ["d4"]]
        assert {p.name for p in folder.iterdir() if p.name.startswith(".")} == {".lock"}
        if survived:
            break
    assert survived
    assert step > 10


@pytest.mark.parametrize("output_format", [OutputFormat.JSON, OutputFormat.HTML, OutputFormat.TABLE])
def test_what_is_no_list_of_records_has_no_parts(tmp_path, output_format):
    with pytest.raises(UsageError, match=f"as jsonl or parquet, not as {output_format.value}"):
        PartsFolder.open(tmp_path / "new", RUN, output_format=output_format)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "predict",
    [
        lambda texts: (d for d in texts if d.id != "d1"),
        lambda texts: reversed(list(texts)),
        lambda texts: [d for d in texts for _ in range(2)],
        lambda texts: (replace(d, id=None) for d in texts),
        lambda texts: list(texts)[:-1],
        lambda texts: islice(iter(texts), 3),
        lambda _: [],
        lambda texts: [*texts, Document("Ещё")],
    ],
)
def test_a_loss_or_a_mix_up_is_never_stored(tmp_path, predict):
    with pytest.raises(ValueError, match=r"predict\(\)"):
        fill(tmp_path, documents(*range(6)), predict=predict)
    fill(tmp_path, documents(*range(6)), resume=True)
    assert ids(tmp_path) == [["d0", "d1", "d2"], ["d3", "d4", "d5"]]


def test_a_date_that_the_model_gives_is_no_mix_up(tmp_path):
    day = date(2016, 11, 7)
    fill(tmp_path, documents(*range(6)), predict=lambda texts: (replace(d, date=day) for d in texts))
    assert ids(tmp_path) == [["d0", "d1", "d2"], ["d3", "d4", "d5"]]


def test_a_run_that_failed_can_go_on_in_the_same_process(tmp_path):
    with PartsFolder.open(tmp_path, RUN, part_records=2) as parts:
        with pytest.raises(KeyboardInterrupt):
            parts.fill(documents(*range(6)), reading_ahead(9, die_after=5))
        parts.fill(documents(*range(6)), reading_ahead(9))
    assert ids(tmp_path) == [["d0", "d1"], ["d2", "d3"], ["d4", "d5"]]


class Interrupted:
    """What has the n-th call of a step of storing fail, after or before it is done."""

    def __init__(self, step, n, before):
        self.step, self.left, self.before = step, n, before

    def __call__(self, *args):
        self.left -= 1
        if self.left == 0 and self.before:
            raise KeyboardInterrupt
        result = self.step(*args)
        if self.left == 0:
            raise OSError(5, "Input/output error")
        return result


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("owner", "name"), [(os, "fsync"), (Path, "rename")])
def test_whatever_step_fails_the_same_folder_can_be_filled_on(tmp_path, monkeypatch, owner, name, before):
    texts = documents(*range(5))
    for n in range(1, 14):
        with PartsFolder.open(tmp_path / str(n), RUN, part_records=2) as parts:
            failing = Interrupted(getattr(owner, name), n, before)
            with monkeypatch.context() as patched:
                patched.setattr(owner, name, lambda *args, failing=failing: failing(*args))
                with suppress(KeyboardInterrupt, IEError):
                    parts.fill(texts, reading_ahead(9))
            parts.fill(texts, reading_ahead(9))
        assert ids(tmp_path / str(n)) == [["d0", "d1"], ["d2", "d3"], ["d4"]]
        assert fill(tmp_path / str(n), texts, size=2, resume=True) == (3, 5, 0)
    assert failing.left > 0


def test_parts_may_be_parquet(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    options = {"resume": True, "part_records": 3, "output_format": OutputFormat.PARQUET}
    for die_after in (4, None):
        with PartsFolder.open(tmp_path, RUN, **options) as parts, suppress(KeyboardInterrupt):
            parts.fill(documents(*range(7)), reading_ahead(3, die_after))
        assert parts.finished == (die_after is None)
    found = [parquet.read_table(path).to_pydict() for path in sorted(tmp_path.glob("part-*.parquet"))]
    assert [part["id"] for part in found] == [["d0", "d1", "d2"], ["d3", "d4", "d5"], ["d6"]]
    assert found[2]["text"] == ["Текст 6"]


def test_inputs_that_the_model_fails_on_are_not_called_a_full_disk(tmp_path):
    def failing(_):
        raise PermissionError(13, "Permission denied", "model.onnx")
        yield

    with pytest.raises(PermissionError, match=r"model\.onnx"):
        fill(tmp_path, documents(1), predict=failing)


FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from filled import fill, documents
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
fill(Path({folder!r}), documents(*range(10)), size=2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of file sizes")
@pytest.mark.parametrize(("refused", "limit"), [("part", 180), ("manifest", 700)])
def test_a_full_disk_is_a_sentence_and_the_run_goes_on_later(tmp_path, refused, limit):
    code = FULL.format(tests=str(Path(__file__).parents[1]), folder=str(tmp_path), limit=limit)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    found = ids(tmp_path)
    name = f"part-{len(found):05d}.jsonl"
    sentence = f"Cannot write {tmp_path / name}: File too large; the parts before it are kept, go on with"
    assert f"ie.errors.IEError: {sentence} --resume.\n" in done.stderr
    assert 0 < len(found) < 5 if refused == "manifest" else found == []
    assert fill(tmp_path, documents(*range(10)), size=2, resume=True) == (5, 10, 0)
    assert [one for part in ids(tmp_path) for one in part] == [f"d{n}" for n in range(10)]


def test_parquet_without_pyarrow_is_missed_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependencyError, match="pip install"):
        PartsFolder.open(tmp_path / "new", RUN, output_format=OutputFormat.PARQUET)
    assert not (tmp_path / "new").exists()
