import hashlib
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import toy
from annotated import LABELS, marked

import tiny
from ie.data.corpus import write_corpus
from ie.document import Document, Entity
from ie.encoder import TextEncoder
from ie.errors import CorpusError
from ie.labels import tag_names
from ie.train.alignment import IGNORED
from ie.train.dataset import Corpus, make_windows, read_corpora
from ie.train.noise import perturb
from ie.train.task import make_plan

TAGS = tag_names(LABELS)
ENCODER = TextEncoder(tiny.TOKENIZERS["wordpiece"](list(tiny.TEXTS)).backend_tokenizer)


@pytest.fixture
def data(tmp_path):
    return toy.config(tmp_path).data


def test_windows_and_their_summary(tmp_path, data):
    train, dev = read_corpora(data, LABELS)
    windows = make_windows(train, ENCODER, TAGS, 64)
    first, second = windows.summaries
    assert (first.documents, second.documents) == (24, 12)
    assert windows.sizes == (first.windows, second.windows)
    assert len(windows.dataset) == len(windows.lengths) == sum(windows.sizes)
    assert first.tokens == int(windows.lengths[: first.windows].sum())
    assert first.sha256 == hashlib.sha256((tmp_path / "all.jsonl").read_bytes()).hexdigest()
    assert first.entities["PARTY"] == 2 * first.entities["DATE"]
    assert dict(second.entities) == {"PARTY": second.entities["PARTY"]}
    assert windows.dataset[0]["open"] == [0]
    assert len(windows.dataset[first.windows]["open"]) == 5
    assert [corpus.weight for corpus in train] == [1.5, 0.5]
    assert len(dev) == 1


def test_documents_of_dev_are_left_out_and_named(tmp_path, data):
    write_corpus(tmp_path / "dev.jsonl", [*toy.documents(2, 200), *toy.documents(2, 3)])
    train, _ = read_corpora(data, LABELS)
    assert train[0].leaked == ("toy/3", "toy/4")
    assert len(train[0].documents) == 22
    assert train[1].leaked == ()


def test_a_copy_of_a_document_of_dev_that_was_typed_anew_is_left_out(tmp_path, data):
    copy = toy.documents(1, 3)[0]
    write_corpus(tmp_path / "dev.jsonl", [Document(copy.text.upper().replace(".", " . "))])
    train, _ = read_corpora(data, LABELS)
    assert train[0].leaked == ("toy/3",)


def test_a_corpus_of_which_dev_holds_all_says_so(tmp_path, data):
    write_corpus(tmp_path / "dev.jsonl", [*toy.documents(2, 200), *toy.documents(24)])
    told = r"all\.jsonl: .* train on: 24 documents were left out because dev holds the same texts\."
    with pytest.raises(CorpusError, match=told):
        read_corpora(data, LABELS)


def test_a_record_needs_entities_unless_only_its_text_is_used(tmp_path, data):
    path = tmp_path / "names.jsonl"
    lines = [json.dumps({"text": document.text}) for document in toy.documents(3, 300)]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"names\.jsonl:1: Field 'entities' is missing"):
        read_corpora(data, LABELS)
    first, second = data.train
    train = (replace(first, without=(str(path),)), replace(second, labels=()))
    corpora, _ = read_corpora(replace(data, train=train), LABELS)
    assert [document.labels for document in corpora[1].documents] == [()] * 3


def test_documents_that_are_much_like_those_of_dev_are_kept_and_told(tmp_path, data, caplog):
    news = " ".join(f"слово{i}" for i in range(60))
    write_corpus(tmp_path / "all.jsonl", [*toy.documents(3), Document(f"{news} и ещё", id="copy")])
    write_corpus(tmp_path / "dev.jsonl", [Document(f"Вчера {news}")])
    train, _ = read_corpora(data, LABELS)
    assert len(train[0].documents) == 4
    assert (
        "all.jsonl: 1 of its documents are much like some of dev, and scores there may gain by it: copy"
        in caplog.text
    )
    assert caplog.text.count("much like") == 1


def test_a_corpus_without_a_label_that_it_does_not_disown_is_told(data, caplog):
    read_corpora(data, LABELS)
    assert "no record has" not in caplog.text
    read_corpora(data, (*LABELS, "PRODUCT"))
    assert "all.jsonl: no record has PRODUCT" in caplog.text
    assert "names.jsonl: no record" not in caplog.text  # whose records say that they cover PARTY


def test_unknown_label_is_an_error_with_file_and_document(data):
    with pytest.raises(CorpusError, match=r"dev\.jsonl: document 'toy/200' has the label 'DATE'"):
        read_corpora(data, ("AMOUNT", "PARTY"))


def test_labels_of_files_of_which_only_the_texts_count_may_be_any(tmp_path, data):
    first, second = data.train
    other = tmp_path / "law.jsonl"
    write_corpus(other, [Document("По закону", (Entity("LAW", 3, 9, "закону"),), id="1")])
    train = (replace(first, without=(str(other),)), replace(second, path=str(other), labels=()))
    corpora, _ = read_corpora(replace(data, train=train), LABELS)
    assert corpora[1].documents[0].entities == ()


def test_ignored_label_is_no_entity(tmp_path):
    data = toy.config(tmp_path, None, "labels=[AMOUNT, PARTY]", "data.ignore_labels=[DATE]").data
    train, dev = read_corpora(data, ("AMOUNT", "PARTY"))
    assert {e.label for c in (*train, *dev) for d in c.documents for e in d.entities} == {"AMOUNT", "PARTY"}


def test_labels_that_a_corpus_is_not_trusted_for_count_as_not_annotated(data):
    first = replace(data.train[0], labels=("AMOUNT", "PARTY"))
    [corpus, other], _ = read_corpora(replace(data, train=(first, data.train[1])), LABELS)
    assert {d.labels for d in corpus.documents} == {("AMOUNT", "PARTY")}
    assert {e.label for d in corpus.documents for e in d.entities} <= {"AMOUNT", "PARTY"}
    assert {d.labels for d in other.documents} == {("PARTY",)}
    narrow = replace(data.train[1], labels=("AMOUNT", "PARTY"))
    [corpus], _ = read_corpora(replace(data, train=(narrow,)), LABELS)
    assert {d.labels for d in corpus.documents} == {("PARTY",)}


def test_a_label_to_trust_must_be_known(data):
    first = replace(data.train[0], labels=("AMUONT",))
    with pytest.raises(CorpusError, match=r"all\.jsonl: its 'labels' name 'AMUONT'"):
        read_corpora(replace(data, train=(first,)), LABELS)


def test_documents_with_better_annotation_elsewhere_are_left_out(tmp_path, data):
    better = tmp_path / "better.jsonl"
    write_corpus(better, [replace(document, id="other") for document in toy.documents(3, 5)])
    first = replace(data.train[0], without=(str(better),))
    [corpus], _ = read_corpora(replace(data, train=(first,)), LABELS)
    kept = {document.id for document in corpus.documents}
    assert len(kept) == 21
    assert kept.isdisjoint({"toy/5", "toy/6", "toy/7"})


@pytest.mark.parametrize("documents", [[], [Document(" \n", id="x")]])
def test_a_corpus_without_text_is_an_error(tmp_path, data, documents):
    write_corpus(tmp_path / "names.jsonl", documents)
    with pytest.raises(CorpusError, match=r"names\.jsonl"):
        read_corpora(data, LABELS)


def test_missing_and_bad_corpora_name_the_file(tmp_path, data):
    (tmp_path / "all.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"all\.jsonl:1:"):
        read_corpora(data, LABELS)
    (tmp_path / "all.jsonl").unlink()
    with pytest.raises(CorpusError, match=r"all\.jsonl"):
        read_corpora(data, LABELS)


def with_noise(data, *noise):
    pairs = zip(data.train, noise, strict=True)
    return replace(data, train=tuple(replace(corpus, noise=amount) for corpus, amount in pairs))


def test_noisy_copies_follow_their_corpus(data):
    train, _ = read_corpora(with_noise(data, 0.3, 1.5), LABELS, seed=7)
    assert [(c.noisy, c.weight, len(c.documents)) for c in train] == [
        (False, 1.5, 24),
        (True, 0.3, 24),
        (False, 0.5, 12),
        (True, 0.75, 24),
    ]
    clean, noisy, _, twice = train
    assert [d.id for d in noisy.documents] == [d.id for d in clean.documents]
    assert sum(a.text != b.text for a, b in zip(noisy.documents, clean.documents, strict=True)) > 16
    # the two copies of a document are different ones, annotated for what their corpus is
    assert sum(a.text != b.text for a, b in zip(twice.documents[:12], twice.documents[12:], strict=True)) > 8
    assert {d.labels for d in twice.documents} == {("PARTY",)}
    assert read_corpora(with_noise(data, 0.3, 1.5), LABELS, seed=7)[0] == train
    assert read_corpora(with_noise(data, 0.3, 1.5), LABELS, seed=8)[0] != train
    assert read_corpora(with_noise(data, 0, 0), LABELS, seed=7)[0] == [clean, train[2]]


def test_documents_of_dev_have_no_noisy_copies(tmp_path, data):
    write_corpus(tmp_path / "dev.jsonl", toy.documents(2, 3))
    train, _ = read_corpora(with_noise(data, 1, 0), LABELS)
    assert {"toy/3", "toy/4"}.isdisjoint(document.id for document in train[1].documents)
    assert train[0].leaked == ("toy/3", "toy/4")
    assert train[1].leaked == ()


def test_an_epoch_has_as_many_noisy_copies_as_asked_for(tmp_path):
    config = toy.config(tmp_path, None, "data.train.0.noise=0.3", "data.train.1.noise=1.5", "run.epochs=1")
    windows = make_windows(read_corpora(config.data, LABELS)[0], ENCODER, TAGS, 64)
    assert [summary.noisy for summary in windows.summaries] == [False, True, False, True]
    plan = make_plan(SimpleNamespace(config=config, train=windows), 0, 1)
    seen = np.bincount([i for batch in plan.batches for i in batch], minlength=sum(windows.sizes))
    counts = [int(part.sum()) for part in np.split(seen, np.cumsum(windows.sizes)[:-1])]
    assert counts[1] == round(0.3 * windows.sizes[1])
    assert counts[3] == round(0.75 * windows.sizes[3])


def test_a_span_that_noise_has_glued_to_a_word_teaches_nothing():
    clean = marked("Порт в [PARTY Казахстане] вырос")
    glued = perturb(clean, "glued", np.random.default_rng(4), 0.6)
    assert glued.text == "Порт вКазахстане вырос"
    windows = make_windows([Corpus("x", 1.0, "", (glued,))], ENCODER, TAGS, 64)
    assert [item.text for item in windows.misaligned] == ["Казахстане"]
    labels = [label for label in windows.dataset[0]["labels"] if label != IGNORED]
    assert labels == [TAGS.index("O")] * 2
