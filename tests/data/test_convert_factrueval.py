"""factRuEval's stand-off files become documents with PARTY alone."""

from pathlib import Path

import pytest

from ie.data.convert import factrueval
from ie.errors import CorpusError

TEXT = "Глава концерна «Рога» Иван Петров посетил Японию и Токио. Парламент молчит."


def write(folder: Path, objects: list[tuple[str, list[str]]], name: str = "book_1") -> Path:
    """Write a document whose objects are given as (kind, parts of the text)."""
    spans, lines = [], []
    for number, (kind, parts) in enumerate(objects):
        ids = []
        for part in parts:
            identifier = str(100 + len(spans))
            spans.append(f"{identifier} kind {TEXT.index(part)} {len(part)} 1 1  # 1 {part}")
            ids.append(identifier)
        lines.append(f"{number} {kind} {' '.join(ids)} # {' '.join(parts)}")
    (folder / f"{name}.txt").write_text(TEXT, "utf-8")
    (folder / f"{name}.spans").write_text("\n".join(spans) + "\n", "utf-8")
    (folder / f"{name}.objects").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def test_people_organizations_and_countries_become_parties(tmp_path: Path) -> None:
    objects = [
        ("Org", ["концерна", "Рога"]),
        ("Person", ["Иван", "Петров"]),
        ("LocOrg", ["Японию"]),
        ("Location", ["Токио"]),
        ("Org", ["Парламент"]),
        ("Project", ["молчит"]),
    ]
    (document,) = factrueval.convert(write(tmp_path, objects)).documents
    assert [entity.text for entity in document.entities] == ["«Рога»", "Иван Петров", "Японию"]
    assert (document.id, document.source, document.labels) == ("factrueval/book_1", "factrueval", ("PARTY",))


def test_parts_that_stand_apart_are_mentions_of_their_own(tmp_path: Path) -> None:
    (document,) = factrueval.convert(
        write(tmp_path, [("Person", ["Иван", "Петров"]), ("Org", ["Рога", "Токио"])])
    ).documents
    assert [entity.text for entity in document.entities] == ["«Рога»", "Иван Петров", "Японию", "Токио"]


def test_bad_lines_are_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path, [("Person", ["Петров"])])
    with (folder / "book_1.spans").open("a", encoding="utf-8") as file:
        file.write("nonsense\n\n900 name 70 400 1 1  # far out\n")
    with (folder / "book_1.objects").open("a", encoding="utf-8") as file:
        file.write("what\n\n7 Person 900 # far out\n")
    result = factrueval.convert(folder)
    assert [entity.text for entity in result.documents[0].entities] == ["Петров", "Японию"]
    problems = [note.reason for note in result.report.notes if note.action == "problem"]
    assert len(problems) == 3
    assert all("line" in problem for problem in problems)


def test_a_folder_without_documents_and_a_missing_or_broken_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no factRuEval documents"):
        factrueval.convert(tmp_path)
    write(tmp_path, [("Person", ["Петров"])])
    (tmp_path / "book_1.txt").write_bytes(b"\xcf\xf0\xe8\xe2\xe5\xf2")
    with pytest.raises(CorpusError, match=r"book_1\.txt: The file is not UTF-8 at byte 0"):
        factrueval.convert(tmp_path)
    (tmp_path / "book_1.txt").unlink()
    with pytest.raises(CorpusError, match="cannot be read"):
        factrueval.convert(tmp_path)
