import datetime
from dataclasses import replace
from itertools import islice, pairwise

import pytest
from filled import RUN, documents, fill, ids, lines, reading_ahead

from ie.document import Document
from ie.errors import InputError, UsageError
from ie.files import lock
from ie.manifest import MANIFEST
from ie.parts import PartsFolder


def test_the_manifest_only_grows(tmp_path):
    manifest, states = tmp_path / MANIFEST, []

    def watched(texts):
        for document in texts:
            states.append((manifest.stat().st_ino, manifest.read_bytes()))
            yield document

    fill(tmp_path, documents(*range(40)), size=1, predict=watched)
    assert len({inode for inode, _ in states}) == 1
    sizes = [len(after) - len(before) for (_, before), (_, after) in pairwise(states)]
    assert all(after.startswith(before) for (_, before), (_, after) in pairwise(states))
    assert max(sizes) - min(sizes) < 10


@pytest.mark.parametrize("end", ["", "\0\0\0\n"])
@pytest.mark.parametrize("kept", [0, 1, 100, -1])
def test_a_torn_line_is_as_if_it_had_not_been_begun(tmp_path, kept, end):
    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path, documents(*range(7)), predict=reading_ahead(7, die_after=6))
    manifest = tmp_path / MANIFEST
    *before, last = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(b"".join(before) + last[:kept] + end.encode())
    (tmp_path / "part-00001.jsonl").rename(tmp_path / ".part-00001.jsonl.tmp")
    for _ in range(2):
        assert fill(tmp_path, documents(*range(7)), resume=True) == (3, 7, 0)
    assert ids(tmp_path) == [["d0", "d1", "d2"], ["d3", "d4", "d5"], ["d6"]]


@pytest.fixture
def begun(tmp_path):
    """Return a folder with two of the four parts of a run."""
    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path, documents(*range(10)), predict=reading_ahead(100, die_after=6))
    return tmp_path


def refused(folder, *expected, items=None, **options):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(UsageError) as caught:
        fill(folder, items or documents(*range(10)), **{"resume": True, **options})
    assert [part for part in expected if part not in str(caught.value)] == []
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_folder_with_parts_is_not_written_to_unless_asked(begun):
    refused(begun, f"{begun} already holds a run and 2 parts", "--resume", "another folder", resume=False)


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        (["model was 'm@1', now it is 'm@2'"], {"run": {**RUN, "model": "m@2"}}),
        (["labels was ['PARTY'], now it is None"], {"run": {"model": "m@1"}}),
        (["date was None, now it is 'auto'"], {"run": {**RUN, "date": "auto"}}),
        (["part_records was 3, now it is 4"], {"size": 4}),
    ],
)
def test_another_run_is_not_mixed_in(begun, expected, options):
    refused(begun, str(begun), *expected, **options)


@pytest.mark.parametrize("resume", [False, True])
def test_a_run_that_has_stored_nothing_is_in_nobodys_way(tmp_path, resume):
    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path, documents(*range(4)), predict=reading_ahead(4, die_after=2))
    assert fill(tmp_path, documents(*range(4)), run={**RUN, "model": "m@2"}, resume=resume) == (2, 4, 0)
    assert lines(tmp_path)[0]["run"]["model"] == "m@2"


def test_another_version_of_the_package_is_another_run(begun, monkeypatch):
    monkeypatch.setattr("ie.parts.__version__", "99.0")
    refused(begun, "now it is '99.0'")


@pytest.mark.parametrize(
    ("expected", "items"),
    [
        (["part-00000.jsonl", "'d0'", "would now be 'd1'"], documents(1, 0, *range(2, 10))),
        (["part-00001.jsonl", "'d3'", "has changed"], documents(0, 1, 2, 3, 5, 5, 6, 7)),
        (["part-00001.jsonl", "'d3'", "2 of its 3"], documents(0, 1, 2, 3, 4)),
        (["part-00000.jsonl", "'d0'", "0 of its 3"], [InputError("Нет такого файла.")]),
        (["part-00001.jsonl", "has changed"], [*documents(0, 1, 2, 3), Document("Иной", id="d4"),
                                               *documents(5, 6)]),
        (["part-00000.jsonl", "a date or a source", "has changed"],
         [replace(d, date=datetime.date(2016, 11, 7)) for d in documents(*range(10))]),
        (["part-00001.jsonl", "a date or a source", "has changed"],
         [*documents(0, 1, 2), *(replace(d, source="ТАСС") for d in documents(*range(3, 10)))]),
    ],
)  # fmt: skip
def test_inputs_that_changed_under_the_run_are_noticed(begun, expected, items):
    refused(begun, *expected, items=items)


def test_a_part_that_is_not_as_it_was_is_noticed(begun):
    path = begun / "part-00000.jsonl"
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    refused(begun, f"{path} has {len(content) - 1} bytes, its manifest says {len(content)}")
    path.unlink()
    refused(begun, f"{path} is missing")


def test_files_of_others_are_let_alone(begun):
    (begun / "notes.txt").write_text("мои")
    foreign = begun / "part-00002.jsonl"
    foreign.write_text("мои")
    refused(begun, f"{foreign} is not in the manifest")
    foreign.unlink()
    fill(begun, documents(*range(10)), resume=True)
    assert (begun / "notes.txt").read_text() == "мои"


def test_a_file_that_appears_in_the_way_is_not_overwritten(tmp_path):
    def predict(texts):
        yield from islice(iter(texts), 3)
        (tmp_path / "part-00001.jsonl").write_text("мои")
        yield from texts

    with pytest.raises(UsageError, match=r"part-00001\.jsonl was not written by this run"):
        fill(tmp_path, iter(documents(*range(6))), predict=lambda texts: predict(iter(texts)))
    assert (tmp_path / "part-00001.jsonl").read_text() == "мои"


def test_parts_without_a_manifest_are_not_ours(tmp_path):
    (tmp_path / "part-00007.jsonl").write_text("{}")
    with pytest.raises(UsageError, match=r"holds part-00007\.jsonl but no manifest"):
        fill(tmp_path, documents(1), resume=True)
    assert not (tmp_path / MANIFEST).exists()


@pytest.mark.parametrize(
    ("expected", "content"),
    [
        ("not a manifest", ""),
        ("not a manifest", '{"version": 99, "run": {}}\n'),
        ("another folder", '{"version": 1, "run": {}}\n'),
        (f"{MANIFEST}:1: not a line of a manifest", "not JSON\n"),
        (f"{MANIFEST}:2: not a line of a manifest", '{"version": 2, "run": {}}\nnot JSON\n{}\n'),
        (f"{MANIFEST}:1: not a line of a manifest", "[]\n"),
    ],
)
def test_a_damaged_manifest_is_named(tmp_path, expected, content):
    (tmp_path / MANIFEST).write_text(content)
    (tmp_path / ".lock").touch()
    refused(tmp_path, str(tmp_path / MANIFEST), expected)


@pytest.mark.parametrize("line", ["{}", '{"finished": true}', '{"name": "part-00002.jsonl"}'])
def test_a_line_of_no_part_is_named(begun, line):
    with (begun / MANIFEST).open("a") as file:
        file.write(line + "\n")
    refused(begun, f"{begun / MANIFEST}:4: not a line of a manifest")


def test_two_runs_do_not_write_into_one_folder(begun):
    with PartsFolder.open(begun, RUN, resume=True, part_records=3):
        refused(begun, f"Another run is writing to {begun}")
    assert fill(begun, documents(*range(10)), resume=True) == (4, 10, 0)


def test_a_refused_folder_is_unlocked(begun):
    refused(begun, "part_records", size=5)
    lock(begun / ".lock").close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"Cannot write .*file: File exists\."):
        fill(tmp_path / "file", documents(1))
