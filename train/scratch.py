"""A small base of random weights, whose tokenizer is trained on the texts that it will learn from."""

from collections.abc import Iterable, Sequence
from typing import Any

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, PreTrainedTokenizerFast

from ie.labels import tag_names

from .config import ScratchConfig

# Names of the special tokens, after those of BERT.
SPECIALS = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def scratch_architecture(
    config: ScratchConfig, tokenizer: PreTrainedTokenizerFast, labels: Sequence[str], max_tokens: int
) -> BertConfig:
    """Return the BERT that `config` describes, with a classifier for the tags of `labels`."""
    tags = tag_names(labels)
    return BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=config.hidden,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        intermediate_size=4 * config.hidden,
        max_position_embeddings=max_tokens,
        pad_token_id=tokenizer.pad_token_id,
        id2label=dict(enumerate(tags)),
        label2id={tag: i for i, tag in enumerate(tags)},
    )


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """Return a cased WordPiece tokenizer of at most `vocabulary` pieces.

    Pieces that are equally frequent are chosen differently from one process to another, so a tokenizer has
    to be kept with what was trained on it.
    """
    tokenizer = Tokenizer(models.WordPiece(unk_token=SPECIALS["unk_token"]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary, special_tokens=list(SPECIALS.values()), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    ids = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=ids
    )
    return wrap_tokenizer(tokenizer)


def wrap_tokenizer(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    """Return the tokenizer in the form that transformers can save."""
    wrapper: Any = PreTrainedTokenizerFast  # untyped
    wrapped: PreTrainedTokenizerFast = wrapper(tokenizer_object=tokenizer, **SPECIALS)
    return wrapped
