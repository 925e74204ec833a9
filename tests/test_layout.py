"""Rules of the house that no linter knows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("model", "data", "train")
MODULES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_folder_names_are_not_imported(path):
    assert [name for name in imports(path) if name.split(".")[0] in FOLDERS] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_packages_import_in_one_direction(path):
    folder, names = path.relative_to(ROOT).parts[0], list(imports(path))
    if folder == "model" and path.parent.name != "cli":
        assert [name for name in names if name.startswith(("ie.train", "ie.data"))] == []
    if folder == "data":
        assert [name for name in names if name.startswith("ie.train")] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_are_short(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 400
    long = [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 40
    ]
    assert [name for name in long if name not in COMMANDS.get(path.stem, ())] == []


# A command's options are its parameters, one or two lines each.
COMMANDS = {
    "predict": ("command",),
    "evaluate": ("command",),
    "serve": ("command",),
    "train": ("command",),
    "data": ("convert", "split", "check"),
    "model": ("trim", "export", "push"),
}


def test_the_light_package_loads_no_heavy_one():
    code = (
        "import sys, ie, ie.extractor, ie.cli, ie.inputs, ie.outputs, ie.data.corpus, ie.data.check;"
        "print([m for m in ('torch', 'transformers', 'datasets', 'yaml', 'ie.train') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
