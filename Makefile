# make run    the demonstration, on http://127.0.0.1:8080
# make test   every test    make check   format, lint, types, layers, tests    make bench   figures
.PHONY: run setup test check format lint types layers bench lock browser clean
SHELL := bash
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

run: .venv/run
	exec $(BIN)/itaku serve --demo

setup: .venv/run

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("itaku needs Python 3.11 or newer, this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

.venv/run: requirements/run.lock pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements/run.lock
	$(PIP) install --no-deps -e .
	@touch $@

.venv/dev: requirements/dev.lock pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements/dev.lock
	$(PIP) install --no-deps -e .
	@touch $@ .venv/run

browser:
	@deploy/browser

# Two workers more than there are cores: many tests wait for real processes and browsers.
test: .venv/dev browser
	$(BIN)/python -m pytest -n $$(($$(nproc) + 2)) --dist worksteal

check: format lint types layers test

format: .venv/dev
	$(BIN)/ruff format --check .

lint: .venv/dev
	$(BIN)/ruff check .

types: .venv/dev
	$(BIN)/mypy

layers: .venv/dev
	$(BIN)/lint-imports --no-cache

bench: .venv/dev
	$(BIN)/python -m bench

# Resolve the dependencies anew. Needs uv; the locks hold versions and hashes, and no address.
lock:
	uv pip compile pyproject.toml --extra demo --universal --generate-hashes --no-header --no-emit-index-url -o requirements/run.lock
	uv pip compile pyproject.toml --extra demo --group dev --universal --generate-hashes --no-header --no-emit-index-url -o requirements/dev.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
