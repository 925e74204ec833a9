from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.data.conll import convert, format_document, read_conll, write_conll
from ie.data.detokenize import join_tokens
from ie.data.schemes import BILOU, IO, IOB1, IOB2, decode_tags, is_tag, scheme_of
from ie.document import Document, Span, make_entity
from ie.errors import CorpusError
from ie.tags import spans_from_tags, tags_from_spans
from ie.words import char_spans, word_spans, words

NEWS = """\
-DOCSTART- -X- -X- O

Завод NN I-NP B-ORG
« NN O O
Луч NN I-NP I-ORG
» NN O O
, NN O O
Омск NN I-NP B-LOC

-DOCSTART- -X- -X- O

# строка пояснения
Перу NN I-NP B-LOC
. NN O O
"""


@pytest.fixture
def read(tmp_path):
    """Read a CoNLL file of the given content; return the annotated texts and all problems."""

    def run(content: str | bytes, name="f.conll"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        texts = list(read_conll(path))
        return texts, [problem for text in texts for problem in text.problems]

    return run


def found(annotated) -> list[tuple[str, str]]:
    assert all(annotated.text[s.start : s.end] == s.text for s in annotated.spans)
    return [(s.label, s.text) for s in annotated.spans]


class TestRead:
    def test_documents_tags_in_the_last_column_and_comments(self, read):
        (one, two), problems = read(NEWS)
        assert (one.id, one.text) == ("f/1", "Завод «Луч», Омск")
        assert found(one) == [("ORG", "Завод"), ("ORG", "Луч"), ("LOC", "Омск")]
        assert (two.id, two.text, found(two)) == ("f/2", "Перу.", [("LOC", "Перу")])
        assert problems == ["f.conll:5: tag 'I-ORG' continues no span, taken as its start."]

    def test_spans_know_their_line(self, read):
        (one, two), _ = read(NEWS)
        assert [span.line for span in (*one.spans, *two.spans)] == [3, 5, 8, 13]

    def test_sentences_of_a_document_are_lines(self, read):
        (one,), _ = read("-DOCSTART- O\n\nа O\n\n\nб O\n")
        assert one.text == "а\nб"

    def test_without_docstart_each_sentence_is_a_document(self, read):
        texts, problems = read("Чад B-LOC\n\nЛаос B-LOC\nи O\n\n")
        assert [text.text for text in texts] == ["Чад", "Лаос и"]
        assert problems == ["f.conll: no -DOCSTART-, so each sentence is a document."]

    def test_tokens_before_the_first_docstart_are_a_document(self, read):
        texts, _ = read("Чад O\n\n-DOCSTART- O\n\nЛаос O\n")
        assert [text.text for text in texts] == ["Чад", "Лаос"]

    def test_tabs_crlf_and_byte_order_mark(self, read):
        (one,), _ = read("\ufeffдва слова\tB-X\r\nещё\tO\r\n")
        assert (one.text, found(one)) == ("два слова ещё", [("X", "два слова")])

    def test_a_hash_with_a_tag_is_a_token(self, read):
        (one,), _ = read("# B-X\nтег I-X\n")
        assert found(one) == [("X", "# тег")]

    def test_lines_without_tag_or_token_are_kept_and_reported(self, read):
        (one,), problems = read("-DOCSTART- O\n\nЧад\n\tB-X\nтут\tнечто\n")
        assert (one.text, found(one)) == ("Чад \ufffd тут", [("X", "\ufffd")])
        assert problems == [
            "f.conll:3: no tag after 'Чад', taken as O.",
            "f.conll:4: no token, taken as U+FFFD.",
            "f.conll:5: tag 'нечто' is not understood, taken as O.",
        ]

    @pytest.mark.parametrize("content", ["", "\n\n", "-DOCSTART- O\n"])
    def test_nothing_to_read(self, read, content):
        texts, _ = read(content)
        assert all(text.text == "" for text in texts)

    def test_a_plain_text_is_no_conll(self, read):
        with pytest.raises(CorpusError, match=r"f\.conll: Not a CoNLL file: no line ends in O or in a tag"):
            read("АО «Заря»\nкупила завод.\n")

    def test_not_utf8(self, read):
        with pytest.raises(CorpusError, match=r"f\.conll: The file is not UTF-8 at byte 0"):
            read(b"\xff O\n")

    def test_missing(self, tmp_path):
        with pytest.raises(CorpusError, match="cannot be read: No such file"):
            list(read_conll(tmp_path / "no.conll"))


class TestConvert:
    def test_a_folder(self, tmp_path):
        (tmp_path / "b.conll").write_text("Чад B-LOC\n")
        (tmp_path / "a.bio").write_text("Иван B-PER\n")
        (tmp_path / "readme.md").write_text("x")
        conversion = convert(tmp_path, {"LOC": "PARTY"})
        assert [d.id for d in conversion.documents] == ["a/1", "b/1"]
        assert [d.labels for d in conversion.documents] == [("PARTY",), ("PARTY",)]
        assert [e.label for d in conversion.documents for e in d.entities] == ["PARTY"]
        assert conversion.report.counts()["dropped", "PER", "label is not mapped"] == 1

    def test_an_empty_folder(self, tmp_path):
        with pytest.raises(CorpusError, match="no CoNLL file"):
            convert(tmp_path)


class TestSchemes:
    @pytest.mark.parametrize(
        ("tags", "scheme", "spans"),
        [
            ("X X O Y X", IO, [(0, 2, "X"), (3, 4, "Y"), (4, 5, "X")]),
            ("I-X I-X O I-Y I-X", IOB1, [(0, 2, "X"), (3, 4, "Y"), (4, 5, "X")]),
            ("I-X I-X B-X O", IOB1, [(0, 2, "X"), (2, 3, "X")]),
            ("B-X I-X B-X O B-Y", IOB2, [(0, 2, "X"), (2, 3, "X"), (4, 5, "Y")]),
            ("B-X I-X L-X U-Y O", BILOU, [(0, 3, "X"), (3, 4, "Y")]),
            ("B-X I-X E-X S-Y S-Y", BILOU, [(0, 3, "X"), (3, 4, "Y"), (4, 5, "Y")]),
            ("B-X M-X E-X O", BILOU, [(0, 3, "X")]),
            ("b_X i_X O", IOB2, [(0, 2, "X")]),
            ("O O", IO, []),
        ],
    )
    def test_scheme_and_spans(self, tags, scheme, spans):
        assert scheme_of([tags.split()]) == scheme
        assert decode_tags(tags.split(), scheme) == ([Span(*span) for span in spans], [])

    @pytest.mark.parametrize(
        ("tags", "scheme", "spans", "positions"),
        [
            ("O I-X I-X", IOB2, [(1, 3, "X")], [1]),
            ("B-X I-Y", IOB2, [(0, 1, "X"), (1, 2, "Y")], [1]),
            ("B-X I-X O", BILOU, [(0, 2, "X")], [1]),
            ("B-X B-X L-X", BILOU, [(0, 1, "X"), (1, 3, "X")], [0]),
            ("O L-X", BILOU, [(1, 2, "X")], [1]),
            ("B-X Q-X I-X", IOB2, [(0, 1, "X"), (2, 3, "X")], [1, 2]),
        ],
    )
    def test_what_a_scheme_does_not_allow_is_read_and_reported(self, tags, scheme, spans, positions):
        decoded, faults = decode_tags(tags.split(), scheme)
        assert decoded == [Span(*span) for span in spans]
        assert [i for i, _ in faults] == positions

    def test_the_scheme_is_that_of_all_sequences(self):
        assert scheme_of([["I-X"], ["O", "B-X"]]) == IOB2
        assert scheme_of([["B-X", "I-X"], ["U-X"]]) == BILOU

    @pytest.mark.parametrize(("text", "expected"), [("O", True), ("B-X", True), ("NN", False), ("B-", False)])
    def test_is_tag(self, text, expected):
        assert is_tag(text) is expected

    @given(st.lists(st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y"]), max_size=12))
    def test_equals_the_strict_reader_where_tags_are_strict(self, tags):
        spans, faults = decode_tags(tags, IOB2)
        if not faults:
            assert spans == spans_from_tags(tags)
        else:
            with pytest.raises(ValueError, match="does not continue"):
                spans_from_tags(tags)


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "Глава «Луча» (Омск) заявил: да, нет!",
            'АО "Луч" и "Свет".',
            "Он сказал „нет“ и “yes”…",
            "Рост на 5 % (6 %); итог — плюс.",
            "Вышла \"Газета 'Утро'\", вторая.",
        ],
    )
    def test_punctuation_goes_back_to_its_word(self, text):
        tokens = [text[a:b] for a, b in words(text)]
        # a space before a per cent sign is as right as none
        assert join_tokens([tokens])[0] == text.replace(" %", "%")

    def test_penn_treebank_quotes(self):
        assert join_tokens([["``", "Да", "''", "..."]])[0] == "``Да''..."

    @given(st.lists(st.lists(st.text("ая1.,«»\"'„“()–", min_size=1, max_size=3), min_size=1), max_size=3))
    def test_every_token_stands_where_it_is_said_to(self, sentences):
        text, places = join_tokens(sentences)
        assert [text[a:b] for a, b in places] == [token for sentence in sentences for token in sentence]
        assert all(one[1] <= two[0] for one, two in pairwise(places))
        assert text.count("\n") == max(0, len(sentences) - 1)


class TestWrite:
    def test_words_tags_and_sentences(self):
        text = "«Луч»\nдал 5 млн\nевро."
        entities = (make_entity(text, Span(0, 5, "PARTY")), make_entity(text, Span(10, 20, "AMOUNT")))
        block, lost = format_document(Document(text, entities, id="a b\tc"))
        # a line break inside an entity ends no sentence
        assert block == (
            "-DOCSTART-\ta b c\tO\n\n«\tB-PARTY\nЛуч\tI-PARTY\n»\tI-PARTY\n\nдал\tO\n5\tB-AMOUNT\n"
            "млн\tI-AMOUNT\nевро\tI-AMOUNT\n.\tO\n\n"
        )
        assert lost == []

    def test_what_tags_cannot_hold_is_listed(self, tmp_path):
        text = "Новый Луч"
        spans = [Span(0, 9, "PARTY"), Span(6, 9, "SECTOR"), Span(1, 5, "DATE")]
        document = Document(text, tuple(make_entity(text, span) for span in spans), id="x")
        assert write_conll(tmp_path / "f.conll", [document]) == [
            "x: DATE [1, 5) cuts a word or overlaps.",
            "x: SECTOR [6, 9) cuts a word or overlaps.",
        ]


@st.composite
def documents(draw) -> Document:
    text = draw(st.text("абяAz19$€.,;:%«»\"'„“()[]-–# \n\u00a0\u00ad\u0301🙂\u2028\r\t", max_size=40))
    offsets = words(text)
    cuts = sorted(draw(st.sets(st.integers(0, len(offsets)), max_size=8)))
    spans = [
        Span(a, b, draw(st.sampled_from(["DATE", "X-Y"])))
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    identifier = draw(st.none() | st.text("абв/1", min_size=1, max_size=4))
    entities = tuple(make_entity(text, span) for span in char_spans(offsets, spans))
    return Document(text, entities, id=identifier)


def tagged(text: str, spans: list[Span]) -> list[tuple[str, str]]:
    offsets = words(text)
    aligned, misaligned = word_spans(offsets, spans)
    assert misaligned == []
    return list(zip([text[a:b] for a, b in offsets], tags_from_spans(aligned, len(offsets)), strict=True))


@given(st.lists(documents(), min_size=1, max_size=3))
def test_reading_inverts_writing_up_to_white_space(tmp_path_factory, written):
    path = tmp_path_factory.mktemp("conll") / "f.conll"
    assert write_conll(path, written) == []
    back = list(read_conll(path))
    assert [text.id for text in back] == [d.id or f"f/{i}" for i, d in enumerate(written, 1)]
    assert not [problem for text in back for problem in text.problems]
    for document, annotated in zip(written, back, strict=True):
        spans = [Span(raw.start, raw.end, raw.label) for raw in annotated.spans]
        assert tagged(annotated.text, spans) == tagged(document.text, [e.span for e in document.entities])
