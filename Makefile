# `make` says what there is. Everything goes into .venv; only `make test` may ask apt for nameservers (tests/servers/install).

PYTHON ?= $(firstword $(foreach python,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(python) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(python))))
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
MAKEFLAGS += --no-print-directory

.PHONY: help demo test check services checks bench

help:  ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1	/p' Makefile

demo: .venv/runtime  ## the main job on a nameserver of its own, told in under a minute
	@$(BIN)/python -m demo

test: .venv/develop  ## every test, against BIND, Knot, NSD, PowerDNS, Unbound and Route 53's double
	@tests/servers/install
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --quiet --numprocesses 4 --dist worksteal

check: .venv/develop  ## lint, format, types, layers, workflows
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/zizmor --offline --quiet .github action.yml templates/workflows/*.yml templates/workflows/setup/action.yml
	@$(BIN)/actionlint -shellcheck $(BIN)/shellcheck .github/workflows/*.yml templates/workflows/*.yml

services: .venv/runtime  ## write docs/services/ from templates/services/
	@$(BIN)/python -m dnsauth.output.service_pages docs/services

checks: .venv/runtime  ## write heads and index of docs/checks/ from the rules
	@$(BIN)/python -m dnsauth.output.rule_pages docs/checks

bench: .venv/develop  ## plans beside octodns-sync, whole, after one edit and in parts; checks beside loading; the live look beside checkdmarc, dnsperf and dnspython
	@$(BIN)/python benchmarks/plan.py
	@$(BIN)/python -m benchmarks.changed
	@$(BIN)/python -m benchmarks.check
	@$(BIN)/python -m benchmarks.live

.venv/runtime: .venv/bin/pip pyproject.toml
	@echo "installing dnsauth into .venv"
	@$(PIP) install --editable .
	@touch $@

.venv/develop: .venv/runtime
	@echo "installing what tests and checks need into .venv"
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --group dev
	@touch $@

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is not installed: sudo apt-get install python3"; exit 1; }
	@$(PYTHON) -m venv --clear .venv >/dev/null 2>&1 || tests/servers/install python3-venv
	@test -x $@ || $(PYTHON) -m venv --clear .venv
