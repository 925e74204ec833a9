import re
from pathlib import Path

import pytest

from ie.errors import ConfigError
from ie.train.pretraining import load_pretraining, parse_pretraining
from ie.train.schema import to_mapping

RECIPE = Path(__file__).parents[2] / "configs" / "mlm.yaml"
SMALL = {
    "base": {"name": "base"},
    "data": {"texts": [{"path": "a.jsonl"}]},
    "output": {"folder": "out"},
}


def test_the_recipe_loads():
    config = load_pretraining(RECIPE, ["run.max_steps=3", "data.texts.0.weight=2"])
    assert config.output.folder == "runs/mlm"
    assert config.data.max_tokens == 256
    recipe = (RECIPE.parent / "bundled.mk").read_text(encoding="utf-8")
    held_out = re.search(r"^HELD_OUT := (.*)$", recipe, re.MULTILINE)
    assert held_out is not None
    assert set(held_out[1].replace("$(CORPORA)", "build/corpora").split()) <= set(config.data.exclude)
    assert (config.run.max_steps, config.data.texts[0].weight) == (3, 2.0)


def test_defaults_and_the_way_back():
    config = parse_pretraining(SMALL)
    assert (config.data.mask_share, config.data.held_out, config.seed) == (0.15, 0.01, 42)
    assert parse_pretraining(to_mapping(config)) == config


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("data.texts=[]", "'data.texts' must name at least one"),
        ("data.texts.0.labels=[]", r"Unknown key 'data\.texts\.0\.labels'"),
        ("data.texts.0.weight=0", r"'data\.texts\.0\.weight' must be greater than 0"),
        ("data.mask_share=0", r"'data\.mask_share' must be greater than 0"),
        ("data.held_out=0.9", r"'data\.held_out' must be at most 0\.5"),
        ("data.batch_tokens=100", r"'data\.batch_tokens' must be at least 'data\.max_tokens' \(256\)"),
        ("data.train=[]", r"Unknown key 'data\.train'"),
        ("base.name=null", r"'base\.name' is missing"),
        ("base.scratch={}", r"'base\.scratch' has no meaning"),
        ("base.layers=[0]", r"'base\.layers' has no meaning"),
        ("run.patience=2", r"'run\.patience' has no meaning"),
        ("optimizer.average_decay=0.9", r"'optimizer\.average_decay' has no meaning"),
        ("loss.focal_gamma=1", "Unknown key 'loss'"),
    ],
)
def test_what_is_wrong_is_named(override, message):
    with pytest.raises(ConfigError, match=message):
        parse_pretraining(SMALL, [override])


def test_the_file_is_named(tmp_path):
    path = tmp_path / "mlm.yaml"
    path.write_text("base: {name: x}\nbase: {name: y}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mlm\.yaml:2: .*'base' stands twice"):
        load_pretraining(path)
