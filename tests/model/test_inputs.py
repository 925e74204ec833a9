import datetime
import gzip
import io
import json
import os
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.document import Document
from ie.errors import InputError, UsageError
from ie.inputs import Reading, read_documents, read_stream
from ie.sources import InputFormat

NEWS = "Банк «Заря» вложит 300 млн рублей в теплицы."
DAY = datetime.date(2020, 2, 29)


def read(*paths, skip=None, **reading):
    """Return what is read, errors as their sentences."""
    items = read_documents([str(path) for path in paths], Reading(**reading), skip=skip)
    return [str(item) if isinstance(item, InputError) else item for item in items]


def put(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def piped(monkeypatch, content):
    data = content if isinstance(content, bytes) else content.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("name", ["a.txt", "a", "a.TXT", "a.md", "новости.2016", "a.text"])
def test_a_text_file_is_one_document_named_by_its_path(tmp_path, name):
    path = put(tmp_path / name, NEWS)
    assert read(path, date=DAY) == [Document(NEWS, id=str(path), date=DAY)]


def test_a_text_is_not_touched_but_for_the_byte_order_mark(tmp_path):
    text = "  Строка\r\n\r\nДругая\u2028\xa0\xad e\u0301 😀\n"
    path = put(tmp_path / "a.txt", text.encode("utf-8-sig"))
    assert read(path)[0].text == text


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r"])
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.jsonl", "a.json"])
def test_old_encodings_are_read_in_every_format(tmp_path, name, encoding):
    text = NEWS.encode(encoding, "ignore").decode(encoding)
    record = json.dumps({"text": text}, ensure_ascii=False)
    content = {"a.txt": text, "a.html": f"<p>{text}</p>", "a.jsonl": record, "a.json": f"[{record}]"}[name]
    path = put(tmp_path / name, content.encode(encoding))
    assert read(path)[0].text == read(path, encoding=encoding)[0].text == text


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.XHTML", "a"])
def test_of_a_page_the_text_is_read(tmp_path, name):
    path = put(tmp_path / name, f"<!doctype html><title>Нет</title><p>{NEWS}</p>")
    assert [document.text for document in read(path)] == [NEWS]


def test_the_charset_that_a_page_declares_is_used(tmp_path):
    path = put(tmp_path / "a.html", b"<meta charset=koi8-u><p>" + "Ціна".encode("koi8_u"))
    assert read(path)[0].text == "Ціна"


def test_json_lines_give_a_document_each_and_keep_what_they_say(tmp_path):
    path = put(
        tmp_path / "a.jsonl",
        '\ufeff{"text": "Раз", "id": "x", "date": "2016-11-07", "source": "сайт"}\r\n\n'
        '{"text": "Два\u2028три", "id": 7}\n'
        '{"text": "", "entities": "чужое", "labels": 5}',
    )
    assert read(path, date=DAY) == [
        Document("Раз", id="x", date=datetime.date(2016, 11, 7), source="сайт"),
        Document("Два\u2028три", id="7", date=DAY),
        Document("", id=f"{path}:4", date=DAY),
    ]


BINARY = "Not text, or text in an encoding that is not recognised."
BAD_LINES = {
    b"{": "Not JSON: Expecting property name enclosed in double quotes at character 2.",
    b"[1]": "A record must be a JSON object, not list.",
    b'{"id": "a"}': "Field 'text' is missing.",
    b'{"text": 5}': "Field 'text' has the wrong type: 5.",
    b'{"text": "a", "date": "7.11.2016"}': "Field 'date' must be YYYY-MM-DD: '7.11.2016'.",
    b'{"text": "a\xff"}': "The line is not text in the encoding of the file.",
    rb'{"text": "\ud83d"}': "Field 'text' holds half a surrogate pair, which is no character.",
    b"[" * 100_000: "Not a record: a number or the nesting is beyond all measure.",
    b'{"text": ' + b"1" * 5000 + b"}": "Not a record: a number or the nesting is beyond all measure.",
}


@pytest.mark.parametrize("bad", BAD_LINES, ids=range(len(BAD_LINES)))
def test_a_bad_line_is_named_and_the_others_are_read(tmp_path, bad):
    path = put(tmp_path / "a.jsonl", b'{"text": "1"}\n' + bad + b'\n{"text": "3"}\n')
    assert read(path) == [
        Document("1", id=f"{path}:1"),
        f"{path}:2: {BAD_LINES[bad]}",
        Document("3", id=f"{path}:3"),
    ]


def test_json_lines_in_utf16(tmp_path):
    path = put(tmp_path / "a.jsonl", '{"text": "Раз"}\n{"text": "Два"}\n'.encode("utf-16"))
    assert [document.text for document in read(path)] == ["Раз", "Два"]
    put(path, '{"text": "Раз"}\n'.encode("utf-16") + b"\x00\xd8")
    first, second = read(path)
    assert (first.text, second) == ("Раз", f"{path}:2: The line is not text in the encoding of the file.")


@pytest.mark.parametrize(
    ("expected", "content"),
    [
        ([Document("а", id="{0}")], '{"text": "а"}'),
        ([Document("а", id="{0}:1"), Document("б", id="x")], '[{"text": "а"},\n {"text": "б", "id": "x"}]'),
        ([], "[]"),
        # many systems write JSON Lines under this name
        ([Document("а", id="{0}:1"), Document("б", id="x")], '{"text": "а"}\n{"text": "б", "id": "x"}\n'),
        ([Document("а", id="{0}")], '{"text":\n"а"}\n'),
        (["{0}: record 2: Field 'text' is missing."], '[{"text": "а"}, {}]'),
        (["{0}: A record must be a JSON object, not str."], '"текст"'),
        (["{0}: Not JSON: Expecting value at line 2, character 1."], "[\n"),
        (["{0}: The file is empty."], " \n"),
    ],
)
def test_a_json_file_holds_a_list_of_records_or_one(tmp_path, expected, content):
    path = put(tmp_path / "a.json", content)
    found = read(path)[-len(expected) :]
    assert str(found) == str(expected).replace("{0}", str(path))


@pytest.mark.parametrize(
    ("sentence", "name", "content"),
    [
        ("The file is empty.", "a.txt", b""),
        ("The file is empty.", "a.jsonl", b""),
        ("The file is empty.", "a.jsonl", b"\n \n"),
        ("The file is empty.", "a.html", b""),
        ("The file holds white space and markup only.", "a.txt", b" \r\n\t"),
        ("The file holds white space and markup only.", "a.html", b"<p></p>"),
        (
            BINARY,
            "a.txt",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        ),
        (BINARY, "a.json", b"\0\1\2\3"),
        ("Files that end in .pdf are not read; give text, HTML or JSON Lines.", "a.pdf", b"%PDF-1.7"),
        ("Files that end in .docx are not read; give text, HTML or JSON Lines.", "a.DOCX", b"PK"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, sentence, name, content):
    path = put(tmp_path / name, content)
    assert read(path) == [f"{path}: {sentence}"]


def test_a_format_that_is_given_goes_before_the_suffix(tmp_path):
    path = put(tmp_path / "a.csv", '{"text": "а"}')
    assert read(path, format=InputFormat.JSONL)[0].text == "а"
    assert read(path, format=InputFormat.TEXT)[0].text == '{"text": "а"}'


def test_missing_and_forbidden_files_are_named(tmp_path):
    long = tmp_path / ("x" * 300)
    assert read(tmp_path / "no.txt", long) == [
        f"{tmp_path / 'no.txt'}: No such file or directory.",
        f"{long}: File name too long.",
    ]


def test_a_folder_is_read_to_the_bottom_in_order(tmp_path):
    for name in ("b.txt", "a/2.html", "a/1.jsonl", "c.md", "a/.hidden.txt", ".git/x.txt", "d.png", "e.csv"):
        put(tmp_path / name, '{"text": "а"}')
    names = [Path(document.id).name for document in read(tmp_path)]
    assert names == ["b.txt", "c.md", "1.jsonl:1", "2.html"]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.JSONL.GZ"])
def test_packed_json_lines_are_read_by_name_and_in_folders(tmp_path, name):
    path = put(tmp_path / "in" / name, gzip.compress(b'{"text": "1"}\n{"txt": 2}\n{"text": "3"}\n'))
    expected = [
        Document("1", id=f"{path}:1"),
        f"{path}:2: Field 'text' is missing.",
        Document("3", id=f"{path}:3"),
    ]
    assert read(path) == read(tmp_path / "in") == read(path, format=InputFormat.JSONL) == expected


@pytest.mark.parametrize(
    ("sentence", "content"),
    [
        ("The file is empty.", gzip.compress(b"", mtime=0)),
        ("Not a gzipped file (b'{\"').", b'{"text": "1"}'),
        (
            "Compressed file ended before the end-of-stream marker was reached.",
            gzip.compress(b'{"text": "1"}', mtime=0)[:-9],
        ),
        (
            "Error -3 while decompressing data: invalid block type.",
            gzip.compress(b"", mtime=0)[:10] + b"\xff" * 40,
        ),
    ],
)
def test_a_damaged_packed_file_is_one_sentence(tmp_path, sentence, content):
    path = put(tmp_path / "a.jsonl.gz", content)
    assert read(path, put(tmp_path / "b.txt", NEWS))[0] == f"{path}: {sentence}"


def test_an_empty_folder_is_named(tmp_path):
    put(tmp_path / "a.png", "")
    [sentence] = read(tmp_path)
    assert sentence.startswith(f"{tmp_path}: The folder holds no file that ends in one of .txt ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_closed_folder_is_named(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert f"{closed}: Permission denied." in read(tmp_path)


def test_the_output_of_this_run_is_not_its_input(tmp_path):
    put(tmp_path / "a.txt", NEWS)
    output = put(tmp_path / "out.jsonl", '{"text": "старое"}')
    assert [document.text for document in read(tmp_path, skip=output)] == [NEWS]


def test_the_output_of_this_run_is_not_its_input_by_a_pattern(tmp_path):
    put(tmp_path / "a.txt", NEWS)
    output = put(tmp_path / "out.jsonl", '{"text": "старое"}')
    assert [document.text for document in read(tmp_path / "*", skip=output)] == [NEWS]
    assert [document.text for document in read(output, skip=output)] == ["старое"]


def test_links_to_folders_are_followed_once(tmp_path):
    put(tmp_path / "in/z/1.txt", "раз")
    put(tmp_path / "other/2.txt", "два")
    put(tmp_path / "other/deep/3.txt", "три")
    links = {"in/a": "z", "in/other": "../other", "in/again": "../other/deep", "other/circle": "../in"}
    for link, target in links.items():
        (tmp_path / link).symlink_to(target, target_is_directory=True)
    assert sorted(document.text for document in read(tmp_path / "in")) == ["два", "раз", "три"]
    assert read(tmp_path / "in")[0].id == str(tmp_path / "in/z/1.txt")
    assert len(read(tmp_path / "in/**")) == len(read(tmp_path / "in/**/*.txt")) == 3


def test_a_pattern_gives_each_file_once(tmp_path):
    for name in ("a.txt", "b/1.txt", "b/c/2.txt", "b/3.png"):
        put(tmp_path / name, name)
    (tmp_path / "b/empty").mkdir()
    names = ["a.txt", "b/1.txt", "b/c/2.txt", "b/3.png"]
    assert [document.text for document in read(tmp_path / "**")] == names
    assert sorted(document.text for document in read(tmp_path / "**/*")) == sorted(names)


def test_patterns_that_the_shell_left_are_expanded(tmp_path):
    for name in ("a1.txt", "a2.txt", "deep/er/a3.txt", "[x].txt"):
        put(tmp_path / name, name)
    patterns = ("a*.txt", "**/a?.txt", "[x].txt")
    texts = [[item.text for item in read(tmp_path / pattern)] for pattern in patterns]
    assert texts == [["a1.txt", "a2.txt"], ["a1.txt", "a2.txt", "deep/er/a3.txt"], ["[x].txt"]]
    assert read(tmp_path / "z*") == [f"{tmp_path / 'z*'}: No file matches the pattern."]


def test_a_failure_shifts_nothing(tmp_path):
    paths = [put(tmp_path / "1.txt", "раз"), tmp_path / "2.txt", put(tmp_path / "3.txt", "три")]
    assert [item if isinstance(item, str) else item.text for item in read(*paths)] == [
        "раз",
        f"{paths[1]}: No such file or directory.",
        "три",
    ]


def test_a_name_that_is_no_utf8_can_be_written_out(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.txt"
    Path(os.fsdecode(path)).write_text("текст")
    [document] = read(os.fsdecode(path))
    assert document.id.encode().endswith("/\ufffd.txt".encode())


@pytest.mark.parametrize(
    ("texts", "content"),
    [
        ([NEWS], NEWS),
        (["а", "б"], '{"text": "а"}\n{"text": "б"}\n'),
        (["а"], '{\n  "text": "а"\n}\n'),
        (["а"], ' [\n {"text": "а"}]'),
        (["{цена} растёт"], "{цена} растёт"),
        (["[Москва] Цена"], "[Москва] Цена"),
        ([NEWS], f"<html><p>{NEWS}"),
        ([NEWS], NEWS.encode("utf-16")),
    ],
)
def test_standard_input_is_read_by_how_it_begins(monkeypatch, texts, content):
    piped(monkeypatch, content)
    assert [document.text for document in read("-")] == texts


def test_empty_standard_input_is_named(monkeypatch):
    piped(monkeypatch, b"")
    assert read("-") == ["<stdin>: The file is empty."]


def test_an_unknown_encoding_is_wrong_usage():
    with pytest.raises(UsageError, match="Unknown encoding 'utf-9'"):
        read_documents([], Reading(encoding="utf-9"))


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"])), min_size=1))
def test_texts_in_json_lines_come_back(texts):
    lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    items = read_stream(io.BytesIO(lines.encode()), "x.jsonl", Reading())
    assert [item.text for item in items] == texts


class Endless(io.RawIOBase):
    """A stream of `size` bytes of records that nobody ever holds."""

    def __init__(self, size):
        super().__init__()
        self.left = size

    def readable(self):
        return True

    def readinto(self, buffer):
        line = b'{"text": "' + b"x" * 980 + b'"}\n'
        chunk = (line * 70)[: min(self.left, len(buffer)) // len(line) * len(line)]
        buffer[: len(chunk)] = chunk
        self.left -= len(chunk) or self.left
        return len(chunk)


def test_json_lines_take_constant_memory():
    tracemalloc.start()
    count = sum(isinstance(item, Document) for item in read_stream(Endless(20_000_000), "x.jsonl", Reading()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count > 15_000
    assert peak < 2_000_000
