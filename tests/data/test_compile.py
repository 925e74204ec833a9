"""Folders of articles compiled into the parts of a corpus."""

import sys
from pathlib import Path

import pytest

from ie.cli import main
from ie.data.compile import compile_folder
from ie.data.corpus import read_corpus
from ie.errors import CorpusError

TABLE = "pass\tsplit\ttopic\n01\ttrain\tзерно\n02\ttest\tсталь\n"


def _folder(folder: Path, first: str, second: str, table: str = TABLE) -> Path:
    (folder / "01.txt").write_text(first, encoding="utf-8")
    (folder / "02.txt").write_text(second, encoding="utf-8")
    (folder / "passes.tsv").write_text(table, encoding="utf-8")
    return folder


def test_each_pass_goes_to_its_part(tmp_path: Path) -> None:
    folder = _folder(
        tmp_path, "=== 01-1 | - | wire\nРаз\n=== 01-2 | - | wire\n[ORG*:Луч]\n", "=== 02-1 | - | wire\nДва\n"
    )
    target = tmp_path / "out" / "news"
    assert compile_folder(folder, target) == {target / "train.jsonl": 2, target / "test.jsonl": 1}
    assert [d.id for d in read_corpus(target / "train.jsonl")] == ["01-1", "01-2"]
    assert [d.text for d in read_corpus(target / "test.jsonl")] == ["Два"]


@pytest.mark.parametrize(
    ("second", "table", "reason"),
    [
        ("=== 01-1 | - | wire\nДва\n", TABLE, "02.txt: 01-1: The ids of this file begin with 02-."),
        ("=== 02-1 | - | wire\nА\n=== 02-1 | - | wire\nБ\n", TABLE, "02-1: The id stands 2 times."),
        ("=== 02-1 | - | wire\n[ORG*:луч]\n", TABLE, "The invented name 'луч' is also in 01.txt"),
        ("=== 02-1 | - | wire\n[DATE:x|x]\n", TABLE, "02.txt:2: 'x|x': 'x' is no date."),
        ("=== 02-1 | - | wire\nА\n", TABLE.removesuffix("02\ttest\tсталь\n"), "passes.tsv does not name"),
        ("=== 02-1 | - | wire\nА\n", TABLE + "03\ttest\tлес\n", "03.txt: The file cannot be read"),
        ("=== 02-1 | - | wire\nА\n", TABLE + "02\ttrain\tлес\n", "passes.tsv:4: A row is a pass"),
        ("=== 02-1 | - | wire\nА\n", "pass,split\n", "passes.tsv:1: The columns must be"),
    ],
)
def test_faults_are_named_and_nothing_is_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    second: str,
    table: str,
    reason: str,
) -> None:
    folder = _folder(tmp_path, "=== 01-1 | - | wire\n[ORG*:Луч]\n", second, table)
    with pytest.raises(CorpusError) as caught:
        compile_folder(folder, tmp_path / "out")
    assert reason in str(caught.value)
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(sys, "argv", ["ie", "data", "compile", str(folder), str(tmp_path / "out")])
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == caught.value.exit_code
    assert reason in " ".join(capsys.readouterr().err.split())
