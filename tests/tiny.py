"""Token-classification folders small enough to train in a second, one for each tokenizer family.

`make` builds everything in memory (tokenizer trained on a few sentences, random weights), so no test
needs the network or a file of others.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ie.labels import LABELS, tag_names

FAMILIES = ("wordpiece", "bpe", "unigram", "modernbert")

TEXTS = (
    "Компания «Северный ветер» вложит 1,2 млрд рублей в логистику до конца 2024 года.",
    "АО «Каспий-Агро» купило завод за $35 млн, сообщил Иван Петров 6 ноября 2016 года.",
    "В Казахстане растут энергетика, туризм и сельское хозяйство: более 500 тыс. тенге на человека.",
    "Министерство финансов Японии выделит от 3 до 5 млн евро на машиностроение в 2015-2019 годах.",
    'Банк «Орион» и ООО "Токай" подписали соглашение на 80 миллионов долларов США вчера.',
    "The fund Blue River paid 12.5 million dollars for a share in Orion Mining on Monday.",
    "Прибыль холдинга выросла на 7 % и достигла 640 миллионов юаней в третьем квартале.",
)


def make(
    folder: Path,
    family: str = "wordpiece",
    labels: Sequence[str] = LABELS,
    texts: Sequence[str] = TEXTS,
    *,
    layers: int = 2,
    hidden: int = 32,
    seed: int = 0,
) -> Path:
    """Write config.json, model.safetensors and the tokenizer files of a random model, and return `folder`.

    `family` is one of FAMILIES: WordPiece (BERT), byte-level BPE (RoBERTa), Unigram (XLM-R) or
    ModernBERT's architecture (byte-level BPE). `hidden` is a multiple of 4.
    """
    import torch
    from transformers import AutoModelForTokenClassification

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = TOKENIZERS[family](list(texts))
    tags = tag_names(labels)
    config = CONFIGS[family](
        **special_ids(tokenizer),
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=2,
        max_position_embeddings=514,
        id2label=dict(enumerate(tags)),
        label2id={tag: i for i, tag in enumerate(tags)},
    )
    torch.manual_seed(seed)
    AutoModelForTokenClassification.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def special_ids(tokenizer: Any) -> dict[str, int | None]:
    return {
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.cls_token_id,
        "eos_token_id": tokenizer.sep_token_id,
        "cls_token_id": tokenizer.cls_token_id,
        "sep_token_id": tokenizer.sep_token_id,
    }


def wordpiece(texts: list[str]) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=400, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return wrap(tokenizer, cls="[CLS]", sep="[SEP]", pad="[PAD]", unk="[UNK]", mask="[MASK]")


def byte_level(texts: list[str]) -> Any:
    return _byte_level(texts, cls="<s>", sep="</s>", pad="<pad>", unk="<unk>", mask="<mask>")


def modern(texts: list[str]) -> Any:
    return _byte_level(texts, cls="[CLS]", sep="[SEP]", pad="[PAD]", unk="[UNK]", mask="[MASK]")


def _byte_level(texts: list[str], **specials: str) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=list(specials.values()),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return wrap(tokenizer, **specials)


def unigram(texts: list[str]) -> Any:
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    specials = {"cls": "<s>", "pad": "<pad>", "sep": "</s>", "unk": "<unk>", "mask": "<mask>"}
    trainer = trainers.UnigramTrainer(
        vocab_size=300, special_tokens=list(specials.values()), unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return wrap(tokenizer, **specials)


def wrap(tokenizer: Any, *, cls: str, sep: str, pad: str, unk: str, mask: str) -> Any:
    from tokenizers import processors
    from transformers import PreTrainedTokenizerFast

    ids = [(cls, tokenizer.token_to_id(cls)), (sep, tokenizer.token_to_id(sep))]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}", pair=f"{cls} $A {sep} $B {sep}", special_tokens=ids
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        cls_token=cls,
        sep_token=sep,
        pad_token=pad,
        unk_token=unk,
        mask_token=mask,
        model_max_length=512,
    )


def bert(**values: Any) -> Any:
    from transformers import BertConfig

    return BertConfig(**_without(values, "cls_token_id", "sep_token_id"))


def roberta(**values: Any) -> Any:
    from transformers import RobertaConfig

    return RobertaConfig(**_without(values, "cls_token_id", "sep_token_id"))


def xlm_roberta(**values: Any) -> Any:
    from transformers import XLMRobertaConfig

    return XLMRobertaConfig(**_without(values, "cls_token_id", "sep_token_id"))


def modernbert(**values: Any) -> Any:
    from transformers import ModernBertConfig

    return ModernBertConfig(**values, global_attn_every_n_layers=2, local_attention=16)


def _without(values: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}


TOKENIZERS: dict[str, Callable[[list[str]], Any]] = {
    "wordpiece": wordpiece,
    "bpe": byte_level,
    "unigram": unigram,
    "modernbert": modern,
}
CONFIGS: dict[str, Callable[..., Any]] = {
    "wordpiece": bert,
    "bpe": roberta,
    "unigram": xlm_roberta,
    "modernbert": modernbert,
}
