# Everything a fresh machine needs: Python 3.11 or newer, git, make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup demo test check lint types docs crash bench pyz wheel clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP)  ## make the environment and install everything

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed (PYTHON=python3.12 make ...)" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP)  ## run the whole loop on a copy of the example
	@$(BIN)/python examples/demo.py

test: $(STAMP)  ## run the whole test suite
	$(BIN)/python -m pytest -n auto

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

docs: $(STAMP)  ## refresh the generated parts of the documentation
	$(BIN)/python docs/generate.py

check: lint types  ## lint, types, current docs, tests: what CI runs
	$(BIN)/python docs/generate.py --check
	$(BIN)/python -m pytest -n auto

crash: $(STAMP)  ## kill the real program at every fault point (long)
	$(BIN)/python -m pytest -q -n auto tests/crash --exhaustive

bench: $(STAMP)  ## measure speed and the quality of verdicts, as ratios
	$(BIN)/python bench/run.py

wheel: $(STAMP)
	$(BIN)/python -m build --wheel --outdir dist .

pyz: $(STAMP)  ## build the single-file program autoloop.pyz
	$(BIN)/python bench/pyz.py

clean:  ## remove what the targets made
	rm -rf $(VENV) dist build autoloop.pyz .mypy_cache .ruff_cache .pytest_cache
