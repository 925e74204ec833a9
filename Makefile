# Each goal makes the environment it needs; PYTHON chooses the interpreter (3.11 or newer).
PYTHON ?= python3
LIGHT := .venv-light
DEV := .venv

.PHONY: demo check lint types test clean

# `make bundled`: from the corpora to the shipped checkpoint. `demo` stays the default goal.
.DEFAULT_GOAL := demo
include configs/bundled.mk

# The light install (no torch) and the bundled model on the seed article.
demo: $(LIGHT)/installed
	$(LIGHT)/bin/ie predict seeds/article.txt --date 2016-11-07

# What CI runs: lint, types and tests with coverage.
check: lint types test

lint: $(DEV)/installed
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .

types: $(DEV)/installed
	$(DEV)/bin/mypy -p ie

test: $(DEV)/installed
	$(DEV)/bin/python -m pytest -n 2 --cov --cov-fail-under=90

# The version stays the same while the code changes, so pip is told to replace the package.
$(LIGHT)/installed: pyproject.toml constraints.txt $(shell find model data -name '*.py' -o -path 'model/weights/*' -type f)
	$(PYTHON) -m venv $(LIGHT)
	$(LIGHT)/bin/pip install -q --upgrade pip
	$(LIGHT)/bin/pip install -q -c constraints.txt --force-reinstall --no-deps .
	$(LIGHT)/bin/pip install -q -c constraints.txt .
	touch $@

# torch comes first: a bare requirement of another package would bring a build of its own. The strict
# editable install lays out links that a type checker can follow, so a new module needs a new install.
$(DEV)/installed: pyproject.toml constraints.txt $(shell find model data train -type d -not -name __pycache__)
	$(PYTHON) -m venv $(DEV)
	$(DEV)/bin/pip install -q --upgrade pip
	$(DEV)/bin/pip install -q -c constraints.txt torch
	$(DEV)/bin/pip install -q -c constraints.txt -e ".[dev]" --config-settings editable_mode=strict
	touch $@

clean:
	rm -rf $(LIGHT) $(DEV) build dist *.egg-info
