# Everything a developer or a visitor types. A bare machine needs Python 3.11, make and, for the demo, npm or PyPI.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.muster-ready
WORKERS ?= 2

.PHONY: help demo test check generate bench lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo          a Slack workspace on this machine with Muster in it (CHECK=1: drive it once and end)"
	@echo "make test          the whole test suite"
	@echo "make check         formatting, lint, types, import rules, generated files"
	@echo "make bench         measurements, as ratios side by side (DATA=PATH for the forecasting and planning data)"
	@echo "make generate      write schemas and tables that are made from the code"
	@echo "make lock          renew requirements.lock from pyproject.toml"

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 is missing; on Debian: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "venv is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing Muster into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	@$(BIN)/python -m bot.demo $(if $(CHECK),--check,)

test: $(READY)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/muster generate --check

generate: $(READY)
	@$(BIN)/muster generate

bench: $(READY)
	@$(BIN)/python -m tests.benchmarks $(if $(DATA),--data $(DATA),)

lock: $(READY)
	@$(BIN)/python -m pip install --quiet pip-tools
	@$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-header --extra dev --extra demo --output-file requirements.lock pyproject.toml

clean:
	@rm -rf $(VENV) .cache build dist *.egg-info
