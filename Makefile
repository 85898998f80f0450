# make run    serve the demo on http://127.0.0.1:8000
# make test   lint, then every test but the long ones
#
# Needs python3 (3.11 or later) and make, nothing else: the rest is installed below .venv and admin_ui/node_modules.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
BIN := .venv/bin
STAMPS := build/stamps
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes --no-deps
UI_SOURCES = $(shell find admin_ui -name node_modules -prune -o -name dist -prune -o -type f ! -name openapi.json ! -name schema.d.ts -print 2>/dev/null)
API_SOURCES = $(shell find runtime/http kernel/api* -name '*.py' 2>/dev/null)
WORKERS ?= 2
TESTS ?=

.PHONY: help run test test-deep lint lint-python lint-ui format bench docs ui lock clean chromium environment

help:
	@sed -n '1,2s/^# //p' Makefile
	@echo 'Also: lint, format, test-deep, bench, docs, ui, lock, clean (removes the data of make run)'

run: $(STAMPS)/main $(STAMPS)/ui
	exec $(BIN)/tangram run

test: lint chromium
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not deep" $(TESTS)

test-deep: lint chromium
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(TESTS)

lint: lint-python lint-ui

lint-python: $(STAMPS)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports --config pyproject.toml

lint-ui: $(STAMPS)/lint-ui

format: $(STAMPS)/dev
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(STAMPS)/dev
	$(BIN)/python -m tests.bench

docs: $(STAMPS)/dev
	$(BIN)/python -m docs.reference > docs/metadata.md.new
	mv docs/metadata.md.new docs/metadata.md

ui: $(STAMPS)/ui

# Removes what `make run` keeps (the data!) and everything that is generated; the next run makes it anew.
clean:
	if [ -x $(BIN)/tangram ] && [ -z "$${TANGRAM_DATABASE_URL:-}" ]; then $(BIN)/tangram db stop || true; fi
	home="$${TANGRAM_HOME:-.tangram}"; rm -rf "$$home/postgres" "$$home/files"
	rm -rf .tangram build admin_ui/dist admin_ui/openapi.json admin_ui/src/api/schema.d.ts
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis

# New versions of everything, with hashes and without the address of a registry: UPGRADE=--upgrade make lock
LOCK := $(BIN)/uv pip compile --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 --quiet
lock: $(STAMPS)/dev
	$(LOCK) $(UPGRADE) pyproject.toml --extra dev requirements/build.in -o requirements/dev.txt
	$(LOCK) pyproject.toml requirements/build.in -c requirements/dev.txt -o requirements/main.txt
	$(LOCK) $(UPGRADE) requirements/node.in -o requirements/node.txt

environment: $(STAMPS)/dev

# -- stamps: a file that is newer than what it was made of

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; $(PYTHON) is $$($(PYTHON) --version). Say which: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { rm -rf .venv; echo "The module venv of $(PYTHON) is missing; on Debian: apt-get install python3-venv"; exit 1; }

$(STAMPS)/main: requirements/main.txt pyproject.toml | $(BIN)/python
	@mkdir -p $(STAMPS)
	$(PIP) -r requirements/main.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/main
	$(PIP) -r requirements/dev.txt
	@touch $@

# The words that put a Node.js on the path: the system's if it is new enough, else one from a wheel.
$(STAMPS)/node: requirements/node.txt | $(STAMPS)/main
	@if node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
	  && npm --version >/dev/null 2>&1; then \
	  echo ':' > $@; \
	else \
	  $(PIP) -r requirements/node.txt; \
	  echo "export PATH=$(CURDIR)/$(BIN):\$$PATH" > $@; \
	fi

$(STAMPS)/node_modules: admin_ui/package-lock.json $(STAMPS)/node
	source $(STAMPS)/node && cd admin_ui && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/api: $(API_SOURCES) $(STAMPS)/node_modules | $(STAMPS)/main
	source $(STAMPS)/node && cd admin_ui && PYTHON=$(CURDIR)/$(BIN)/python npm run --silent api
	@touch $@

$(STAMPS)/ui: $(UI_SOURCES) $(STAMPS)/api $(STAMPS)/node_modules
	source $(STAMPS)/node && cd admin_ui && npm run --silent build
	@touch $@

$(STAMPS)/lint-ui: $(UI_SOURCES) $(STAMPS)/api $(STAMPS)/ui
	source $(STAMPS)/node && cd admin_ui && npm run --silent lint && npm run --silent typecheck && npm run --silent test
	@touch $@

chromium: $(STAMPS)/dev
	@tests/chromium.sh
