# Everything runs in .venv; the lock files decide the versions. `make` alone lists the targets.

PYTHON ?= python3
# Test files at a time; each has a database server of its own.
JOBS   ?= 2
VENV   := .venv
BIN    := $(VENV)/bin
# For tests, from npm: TimescaleDB compiled to WebAssembly, and the types that Grafana's panels are compiled against. Where
# there is no npm those tests are skipped and say so.
NPM    := tests/timescale/wasm tests/dashboards/schema_check

# The zone rules of the pinned tzdata package, never the system's (they may predate Morocco's change of 2026-09-20).
export PYTHONTZPATH :=

.DEFAULT_GOAL := help
.PHONY: help demo grafana test check bench lock clean

help: ## List the targets.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1	/' | expand -t 16

demo: $(VENV)/.runtime ## Run the whole system on this machine for three minutes and compare its scores with the truth.
	@$(BIN)/p2i demo $(DEMO)

grafana: $(VENV)/.runtime $(VENV)-grafana/.made ## Make p2i and the environment of its own in which p2i grafana runs grafana-client.

test: $(VENV)/.development $(NPM:=/node_modules/.package-lock.json) ## Run every test against a real database, broker and browser-free pages.
	@$(BIN)/pytest -q --numprocesses $(JOBS) --dist loadfile $(TEST)

check: $(VENV)/.development ## Check style, types, one-way dependencies and the licences of what we depend on.
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tests/repository/licences.py

bench: $(VENV)/.development ## Measure our speed against a peer in the same run (BENCH=name for one).
	@$(BIN)/python tests/bench/run.py $(BENCH)

lock: ## Write the lock files anew from pyproject.toml (needs uv).
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --upgrade --quiet \
	  --output-file requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  --quiet --output-file requirements-dev.lock
	uv pip compile deploy/grafana/requirements.in --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  --quiet --output-file deploy/grafana/requirements.lock

clean: ## Remove what this Makefile made; data of the embedded server stay.
	rm -rf $(VENV) $(VENV)-grafana $(NPM:=/node_modules) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "make: Python 3.11 or newer is needed (PYTHON=python3.12 make … names another)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "make: python3 -m venv failed; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV) (about a minute, once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.development: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV) (about a minute, once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@ $(VENV)/.runtime

$(VENV)-grafana/.made: deploy/grafana/requirements.lock | $(BIN)/python
	@$(BIN)/python -m venv $(VENV)-grafana
	@$(VENV)-grafana/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/grafana/requirements.lock
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	@if command -v npm >/dev/null; \
	then npm ci --prefix $* --ignore-scripts --loglevel=error && touch $@ \
	  || echo "make: npm ci failed: the tests that need $* will be skipped"; \
	else echo "make: no npm here: the tests that need $* will be skipped"; fi
