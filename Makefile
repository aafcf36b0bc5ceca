# The commands of the product; docs and CI name these and nothing else. `make` alone lists them.
# Scripts with more than a line live in config/setup/; each can be run again at any time and is quick when nothing is to do.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PYTHON_CODE := callcenter $(wildcard routing ivr dialer reporting config) tests
DEMO_PORT ?= 8080
TEST_WORKERS ?= 4
# Anything else for pytest: make test PYTEST_ARGS="-k transfer -x"
PYTEST_ARGS ?=
# What make pbx may be told on its command line; callcenter/operations/pbx/options.py says what each means.
PBX_OPTIONS := HOST PORT CERT KEY EXTERNAL SIP_PORT RTP TRUNK TRUNK_USER STUN TURN TURN_USER DATA
export DEMO_PORT
# Some machines forbid it for all of Python; a start of the service would compile the whole product each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install hooks demo test check chaos lint pbx lock audit

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS=$$'\t' read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done

install: ## .venv with the product and its development tools, pages built
	@config/setup/environment.sh
	@config/setup/pages.sh

hooks: install ## style, types, contracts before each commit of this clone (.pre-commit-config.yaml)
	@$(BIN)/pre-commit install

demo: install ## a small center with simulated callers on http://127.0.0.1:8080 (DEMO_PORT=n changes it); needs no root
	@exec $(BIN)/callcenter demo --port $(DEMO_PORT)

test: install ## everything: lint, types, contracts, unit, simulation, API, databases, real Asterisk, real Chromium
	@config/setup/system-packages.sh
	@config/setup/asterisk.sh
	@$(MAKE) lint
	@SIMULATED=20x2000 exec $(BIN)/pytest -n $(TEST_WORKERS) --dist loadgroup $(PYTEST_ARGS)

check: install lint ## the fast half: lint, types, contracts, unit, simulation
	@exec $(BIN)/pytest -n $(TEST_WORKERS) --dist loadgroup $(wildcard tests/architecture tests/unit tests/simulation) $(PYTEST_ARGS)

chaos: install ## the long run: 200 simulated days of 10,000 calls, then 20 rounds of each kind of crash on real calls (ROUNDS=n)
	@config/setup/system-packages.sh
	@config/setup/asterisk.sh
	@SIMULATED='$(SIMULATED)' ROUNDS='$(ROUNDS)' TEST_WORKERS=$(TEST_WORKERS) exec config/setup/chaos.sh $(PYTEST_ARGS)

lint: install ## style, types, import contracts; the same for the pages
	@$(BIN)/ruff check $(PYTHON_CODE)
	@$(BIN)/mypy $(PYTHON_CODE)
	@$(BIN)/lint-imports --no-logo
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix callcenter/web --silent test

pbx: install ## a private Asterisk with a softphone-ready configuration, and the service on it (HOST=name for other computers)
	@exec config/setup/pbx.sh $(foreach name,$(PBX_OPTIONS),$(if $(filter command,$(origin $(name))),'$(name)=$($(name))'))

lock: install ## makes requirements/*.txt anew from pyproject.toml (needs the network)
	@config/setup/lock.sh

audit: install ## what is known against the packages that we lock: pip-audit, npm audit; docs/audits.md (needs the network)
	@$(BIN)/python config/setup/audit.py $(AUDIT_ARGS)
