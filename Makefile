# Everything a fresh machine needs: Python 3.11 or newer, git, make. Nothing is installed outside $(VENV).
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	if $$python -c '$(NEW_ENOUGH)' 2>/dev/null; then echo $$python; break; fi; done)
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# half of a test's time is waiting: for a lock to age, a benchmark to end, a signal to arrive
WORKERS ?= $(shell echo $$(( 2 * $$(getconf _NPROCESSORS_ONLN) )))
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

.PHONY: help setup demo test check lint types docs crash test-browser bench pyz wheel test-clients clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP)  ## make the environment and install everything

$(STAMP): pyproject.toml
	@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' || { echo "Python 3.11 or newer is needed (PYTHON=python3.12 make ...)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP)  ## run the whole loop on a copy of the example
	@$(BIN)/python examples/demo.py

test: $(STAMP)  ## run the whole test suite
	$(PYTEST)

lint: $(STAMP)  ## style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)  ## static types
	$(BIN)/mypy
	MYPYPATH=docs $(BIN)/mypy docs/generate.py docs/generators

docs: $(STAMP)  ## refresh the generated parts of the documentation
	$(BIN)/python docs/generate.py

check: lint types  ## lint, types, current docs, tests: what CI runs
	$(BIN)/python docs/generate.py --check
	$(PYTEST)

crash: $(STAMP)  ## kill and fault every command everywhere, play the git matrix: tables of what was tried and lost
	$(PYTEST) -m "" tests/crash tests/faults tests/matrix tests/git
	$(BIN)/python tests/crash/everything.py

test-browser: $(STAMP)  ## the HTML report in a real browser: needs chromium or chrome on PATH, installs nothing
	@command -v chromium chromium-browser google-chrome chrome > /dev/null || \
		{ echo "Install Chromium or Chrome first (Debian: apt-get install chromium)"; exit 1; }
	$(BIN)/python -m pytest -q -rs tests/report/test_report_browser.py

bench: $(STAMP)  ## measure speed and the quality of verdicts, as ratios
	$(BIN)/python bench/run.py

wheel: $(STAMP)  ## build dist/*.tar.gz, and from it dist/*.whl
	$(BIN)/python -m build --no-isolation --outdir dist .

pyz: $(STAMP)  ## build the single-file program autoloop.pyz
	$(BIN)/python bench/pyz.py

CLIENTS := $(CURDIR)/.clients
$(CLIENTS)/.installed: tests/clients/package.json
	@mkdir -p $(CLIENTS)
	cp tests/clients/package.json $(CLIENTS)
	npm install --prefix $(CLIENTS) --no-audit --no-fund --ignore-scripts --loglevel=error
	npm rebuild --prefix $(CLIENTS) --loglevel=error @anthropic-ai/claude-code opencode-ai # links their programs; no other script runs
	@touch $@

test-clients: $(STAMP) $(CLIENTS)/.installed  ## run the real agents' clients against a scripted model (npm needed)
	AUTOLOOP_CLIENTS=$(CLIENTS) $(BIN)/python -m pytest -p no:xdist -v tests/clients

clean:  ## remove what the targets made
	rm -rf $(VENV) $(CLIENTS) dist build autoloop.pyz .mypy_cache .ruff_cache .pytest_cache .hypothesis
