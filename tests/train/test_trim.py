import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import AutoModelForMaskedLM, AutoModelForTokenClassification, AutoTokenizer

import tiny
from ie.checkpoint import open_folder
from ie.errors import CheckpointError, UsageError
from ie.settings import Settings
from ie.train.trim import trim
from ie.train.vocabulary import check_supported, keep_pieces, pieces_of_one_word, select_pieces

CORPUS = [
    "Компания вложит 1,2 млрд рублей до конца 2024 года.",
    "Банк вложит 3 млн рублей в завод.",
    "Завод купит компания, сообщил Иван Петров.",
] * 4
UNSEEN = "Министерство Японии выделит 7 млн долларов на туризм, «Orion» получит $35."
FAMILIES = [family for family in tiny.FAMILIES if family != "modernbert"]


@pytest.fixture(scope="module", params=FAMILIES)
def trimmed(request, tmp_path_factory):
    """A tiny model and the same after trimming by CORPUS."""
    folder = tmp_path_factory.mktemp(request.param)
    base = tiny.make(folder / "base", request.param)
    report = trim(base, folder / "out", CORPUS, min_count=1, held_out=0)
    return base, folder / "out", report


def tokenizers(*folders):
    return [Tokenizer.from_file(str(folder / "tokenizer.json")) for folder in folders]


def hidden(folder, text):
    model = AutoModelForTokenClassification.from_pretrained(folder, local_files_only=True).eval()
    inputs = AutoTokenizer.from_pretrained(folder, local_files_only=True)(text, return_tensors="pt")
    with torch.no_grad():
        states = model(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            output_hidden_states=True,
        )
    return states.hidden_states[-1]


def embeddings(folder):
    tensors = load_file(folder / "model.safetensors")
    return next(tensor for name, tensor in tensors.items() if name.endswith("word_embeddings.weight"))


def test_vocabulary_gets_smaller(trimmed):
    base, out, report = trimmed
    before, after = tokenizers(base, out)
    assert report.pieces_before == before.get_vocab_size()
    assert report.pieces_after == after.get_vocab_size() < before.get_vocab_size()
    config = json.loads((out / "config.json").read_text(encoding="utf-8"))
    assert config["vocab_size"] == len(embeddings(out)) == report.pieces_after


def test_kept_pieces_keep_their_vectors(trimmed):
    base, out, _ = trimmed
    before, after = tokenizers(base, out)
    old, new = embeddings(base), embeddings(out)
    for piece, position in after.get_vocab().items():
        assert torch.equal(new[position], old[before.token_to_id(piece)]), piece


def test_counted_texts_have_the_same_tokens_and_offsets(trimmed):
    base, out, _ = trimmed
    before, after = tokenizers(base, out)
    for text in CORPUS[:3]:
        old, new = before.encode(text), after.encode(text)
        assert (new.tokens, new.offsets) == (old.tokens, old.offsets)


def test_counted_texts_have_the_same_hidden_states(trimmed):
    base, out, _ = trimmed
    for text in CORPUS[:3]:
        assert torch.allclose(hidden(out, text), hidden(base, text), atol=1e-6)


def test_unseen_text_is_cut_finer_but_stays_known(trimmed):
    base, out, _ = trimmed
    before, after = tokenizers(base, out)
    old, new = before.encode(UNSEEN, add_special_tokens=False), after.encode(UNSEEN, add_special_tokens=False)
    assert len(new.ids) > len(old.ids)
    unknown = {"[UNK]", "<unk>"}
    assert sum(token in unknown for token in new.tokens) == sum(token in unknown for token in old.tokens)
    assert new.offsets[-1][1] == len(UNSEEN)
    assert all(a[1] <= b[1] for a, b in zip(new.offsets, new.offsets[1:], strict=False))


def test_special_tokens_stay_special(trimmed):
    base, out, _ = trimmed
    before, after = (AutoTokenizer.from_pretrained(folder, local_files_only=True) for folder in (base, out))
    config = json.loads((out / "config.json").read_text(encoding="utf-8"))
    assert after.special_tokens_map == before.special_tokens_map
    assert config["pad_token_id"] == after.pad_token_id
    ids = after(CORPUS[0])["input_ids"]
    assert (ids[0], ids[-1]) == (after.cls_token_id, after.sep_token_id)
    assert after.convert_ids_to_tokens(after.mask_token_id) == before.mask_token


def test_modernbert_is_trimmed(tmp_path):
    base = tiny.make(tmp_path / "base", "modernbert")
    report = trim(base, tmp_path / "out", CORPUS, held_out=0)
    assert report.pieces_after < report.pieces_before
    assert torch.allclose(hidden(tmp_path / "out", CORPUS[0]), hidden(base, CORPUS[0]), atol=1e-6)


def test_held_out_texts_are_measured(tmp_path):
    base = tiny.make(tmp_path / "base", "unigram")
    texts = [UNSEEN if i % 5 == 0 else CORPUS[0] for i in range(1, 21)]
    report = trim(base, tmp_path / "out", texts, held_out=5)
    before, after = tokenizers(base, tmp_path / "out")
    assert (report.texts, report.changed_texts, report.changed_share) == (4, 4, 1.0)
    assert report.tokens_before == 4 * len(before.encode(UNSEEN, add_special_tokens=False).ids)
    assert report.tokens_after == 4 * len(after.encode(UNSEEN, add_special_tokens=False).ids)
    assert report.growth == pytest.approx(report.tokens_after / report.tokens_before - 1)
    assert report.unknown_after == report.unknown_before


def test_size_is_exact_and_keeps_the_most_frequent(tmp_path):
    base = tiny.make(tmp_path / "base", "unigram")
    everything = trim(base, tmp_path / "all", CORPUS, held_out=0).pieces_after
    report = trim(base, tmp_path / "out", CORPUS, pieces=everything - 5, held_out=0)
    assert report.pieces_after == everything - 5
    kept = Tokenizer.from_file(str(tmp_path / "out" / "tokenizer.json"))
    tokens = Tokenizer.from_file(str(base / "tokenizer.json")).encode(" ".join(CORPUS)).tokens
    assert kept.token_to_id(max(set(tokens), key=tokens.count)) is not None


def test_rare_pieces_go_first(tmp_path):
    base = tiny.make(tmp_path / "base", "wordpiece")
    often = trim(base, tmp_path / "often", [*CORPUS, UNSEEN], min_count=2, held_out=0)
    once = trim(base, tmp_path / "once", [*CORPUS, UNSEEN], min_count=1, held_out=0)
    assert often.pieces_after < once.pieces_after


def test_half_precision_and_tied_head_are_kept(tmp_path):
    tiny.make(tmp_path / "tiny", "bpe")
    model = AutoModelForMaskedLM.from_pretrained(tmp_path / "tiny", local_files_only=True).half()
    base = tiny.make(tmp_path / "base", "bpe")
    model.save_pretrained(base)
    report = trim(base, tmp_path / "out", CORPUS, held_out=0)
    tensors = load_file(tmp_path / "out" / "model.safetensors")
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    assert len(tensors["lm_head.bias"]) == report.pieces_after
    after = AutoModelForMaskedLM.from_pretrained(tmp_path / "out", local_files_only=True)
    assert after.get_output_embeddings().weight.shape[0] == report.pieces_after


def test_letters_of_other_scripts_stay_only_where_seen(tmp_path):
    base = tiny.make(tmp_path / "base", "unigram", texts=[*tiny.TEXTS, "銀 行 銀 行 人", "人 銀 行"])
    trim(base, tmp_path / "out", [*CORPUS, "人"], held_out=0)
    (kept,) = tokenizers(tmp_path / "out")
    assert kept.token_to_id("人") is not None
    assert kept.token_to_id("銀") is None


def test_added_tokens_outside_the_model_get_the_last_ids(tmp_path):
    base = tiny.make(tmp_path / "base", "wordpiece")
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    tokenizer.add_tokens(["[НОВОЕ]"])
    model = AutoModelForTokenClassification.from_pretrained(base, local_files_only=True)
    model.resize_token_embeddings(len(tokenizer))
    tokenizer.save_pretrained(base)
    model.save_pretrained(base)
    report = trim(base, tmp_path / "out", CORPUS, held_out=0)
    before, after = tokenizers(base, tmp_path / "out")
    assert after.token_to_id("[НОВОЕ]") == report.pieces_after - 1
    last = embeddings(base)[before.token_to_id("[НОВОЕ]")]
    assert torch.equal(embeddings(tmp_path / "out")[-1], last)
    reloaded = AutoTokenizer.from_pretrained(tmp_path / "out", local_files_only=True)
    assert reloaded.tokenize("да [НОВОЕ] да")[-2] == "[НОВОЕ]" or "[НОВОЕ]" in reloaded.tokenize(
        "да [НОВОЕ] да"
    )


ROBERTA = {"type": "RobertaProcessing", "sep": ["b", 4], "cls": ["a", 2]}


@pytest.mark.parametrize(
    ("processor", "expected"),
    [
        ({"type": "BertProcessing", "sep": ["b", 4], "cls": ["a", 2]}, {"sep": ["b", 2], "cls": ["a", 1]}),
        (
            {
                "type": "Sequence",
                "processors": [{"type": "RobertaProcessing", "sep": ["b", 4], "cls": ["a", 2]}],
            },
            {"processors": [{**ROBERTA, "sep": ["b", 2], "cls": ["a", 1]}]},
        ),
    ],
)
def test_post_processors_and_padding_are_renumbered(processor, expected):
    vocab = {"u": 0, "x": 1, "a": 2, "word": 3, "b": 4}
    spec = {
        "added_tokens": [],
        "padding": {"pad_id": 0},
        "post_processor": processor,
        "model": {"type": "WordPiece", "vocab": vocab, "unk_token": "u"},
    }
    result = keep_pieces(spec, [0, 2, 4])
    assert {**result["post_processor"], **expected} == result["post_processor"]
    assert result["padding"] == {"pad_id": 0}
    assert set(select_pieces(spec, np.zeros(5, dtype=np.int64))) >= {0, 2, 4}


def test_pieces_of_several_words_are_removed():
    pieces = ["<s>", "▁", "▁банк", "▁(2", "(", "2", "-2017", "-", "1,5", "100%", "▁«Г", "<0x0A>"]
    tokens = [{"content": "<s>", "id": 0}, {"content": "[НОВОЕ]", "id": len(pieces)}]
    model = {"type": "Unigram", "vocab": [[piece, -1.0] for piece in pieces], "unk_id": None}
    kept = pieces_of_one_word({"added_tokens": tokens, "model": model})
    # "%", "«" and their like are in no other piece: without these, texts with them would become unknown
    assert [*pieces, "[НОВОЕ]"][kept[-1]] == "[НОВОЕ]"
    assert [pieces[i] for i in kept[:-1]] == [*pieces[:3], "(", "2", "-2017", "-", "1,5", *pieces[9:]]
    other = {"type": "WordPiece", "vocab": {"(2": 0, "(": 1, "2": 2}}
    assert pieces_of_one_word({"added_tokens": [], "model": other}) == [0, 1, 2]


def test_merges_are_kept_with_their_parts():
    vocab = {"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4, "bc": 5}
    merges = ["a b", ["ab", "c"], ["b", "c"]]
    spec = {"added_tokens": [], "model": {"type": "BPE", "vocab": vocab, "merges": merges}}
    kept = select_pieces(spec, np.array([0, 0, 0, 0, 9, 0]))
    assert [list(vocab)[i] for i in kept] == ["a", "b", "c", "ab", "abc"]
    assert keep_pieces(spec, kept)["model"]["merges"] == [["a", "b"], ["ab", "c"]]
    # the group of "abc" needs two places, the one that is left is not filled with half of it
    assert len(select_pieces(spec, np.array([0, 0, 0, 0, 9, 0]), pieces=4)) == 3


@pytest.mark.parametrize(
    "model", [{"type": "WordLevel"}, {"type": "BPE", "end_of_word_suffix": "</w>"}, None]
)
def test_other_vocabularies_are_refused(model):
    with pytest.raises(CheckpointError, match="cannot be trimmed"):
        check_supported({"model": model}, "tokenizer.json")


def test_too_small_a_vocabulary_is_refused(tmp_path):
    base = tiny.make(tmp_path / "base", "unigram")
    with pytest.raises(UsageError, match="10 pieces is too small"):
        trim(base, tmp_path / "out", CORPUS, pieces=10)
    assert not (tmp_path / "out").exists()


def test_empty_corpus_and_own_folder_are_refused(tmp_path):
    base = tiny.make(tmp_path / "base", "unigram")
    with pytest.raises(UsageError, match="holds no text"):
        trim(base, tmp_path / "out", [])
    with pytest.raises(UsageError, match="into itself"):
        trim(base, base, CORPUS)


def test_a_folder_that_holds_something_is_refused_untouched(tmp_path):
    base, out = (tiny.make(tmp_path / name, "unigram") for name in ("base", "out"))
    before = {path: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(UsageError, match=f"{out} exists; name a new folder"):
        trim(base, out, CORPUS, held_out=0)
    assert {path: path.read_bytes() for path in out.iterdir()} == before
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="exists; name a new folder"):
        trim(base, tmp_path / "file", CORPUS)
    (tmp_path / "empty").mkdir()
    trim(base, tmp_path / "empty", CORPUS, held_out=0)
    assert open_folder(tmp_path / "empty", "torch")


def test_settings_are_kept_and_exports_are_not(tmp_path):
    base = tiny.make(tmp_path / "base", "unigram")
    kept = {"max_tokens": 128, "temperature": 1.3, "thresholds": {"PARTY": 0.5}, "apart": ("DATE",)}
    Settings(**kept, guidelines="1.2", checksums={"model.safetensors": "a" * 64}).write(base)
    (base / "onnx").mkdir()
    (base / "graph.onnx").touch()
    trim(base, tmp_path / "out", CORPUS, held_out=0)
    assert Settings.read(tmp_path / "out") == Settings(**kept, guidelines="1.2")
    assert not {"onnx", "graph.onnx"} & {path.name for path in (tmp_path / "out").iterdir()}
    (base / "ie.json").unlink()
    trim(base, tmp_path / "bare", CORPUS, held_out=0)
    assert not (tmp_path / "bare" / "ie.json").exists()


def test_damaged_bases_are_named(tmp_path):
    base = tiny.make(tmp_path / "base", "unigram")
    weights = base / "model.safetensors"
    # the tensors that are loaded are the file itself, mapped into memory
    tensors = {name: tensor.clone() for name, tensor in load_file(weights).items()}
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        trim(base, tmp_path / "out", CORPUS)
    save_file({name: t for name, t in tensors.items() if "word_embeddings" not in name}, weights)
    with pytest.raises(CheckpointError, match="no word embeddings"):
        trim(base, tmp_path / "out", CORPUS)
    (base / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"tokenizer\.json"):
        trim(base, tmp_path / "out", CORPUS)


def test_padding_of_roberta_may_not_move(tmp_path):
    base = tiny.make(tmp_path / "base", "unigram")
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    (base / "config.json").write_text(json.dumps({**config, "pad_token_id": 250}), encoding="utf-8")
    with pytest.raises(CheckpointError, match="count from the padding piece"):
        trim(base, tmp_path / "out", CORPUS, held_out=0)
