# The front door: `make` lists what can be done.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
DATA ?=
ONCE ?=
REPORT ?=
CASES ?= 100000
SEED ?= 1
PORT ?=
DICOM_PORT ?=
EXPLORING := HYPOTHESIS_PROFILE=exploring
PORTS = $(if $(PORT),--port $(PORT)) $(if $(DICOM_PORT),--dicom-port $(DICOM_PORT))

.PHONY: help setup demo local test test-slow leaktest explore fuzz check format synth bench lock clean

help: ## List what can be done
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: .venv/.complete ## Create .venv with all that is needed; quick when there is nothing to do

.venv/.complete: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("scanloft needs Python 3.11 or newer: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv ..."
	@sh ./setup.sh $(BIN)
	@touch $@

demo: setup ## Run the archive here and send a folder through it: DATA=folder ONCE=1 REPORT=file.json PORT=n
	@$(BIN)/scanloft demo $(if $(DATA),"$(DATA)") $(if $(ONCE),--once) $(if $(REPORT),--report "$(REPORT)") $(PORTS)

local: setup ## Run the archive here until Ctrl-C, with nothing in it
	@$(BIN)/scanloft local $(PORTS)

test: setup ## Run the test suite
	@$(BIN)/python -m pytest -m "not slow" -n auto --maxprocesses 4 --dist loadfile

test-slow: setup ## Run the tests that take minutes: all real images, large files
	@$(EXPLORING) $(BIN)/python -m pytest -m slow

leaktest: setup ## Plant identifiers everywhere and see that none survives: all of it, some minutes
	@$(EXPLORING) $(BIN)/python -m pytest -m "" tests/deid/leak

explore: setup ## Run the property tests with other examples than those of `make test`
	@$(EXPLORING) $(BIN)/python -m pytest -m "hypothesis and not slow"

fuzz: setup ## Damage objects at random and send them through the engine: CASES=100000 SEED=n
	@$(EXPLORING) FUZZ_CASES=$(CASES) FUZZ_SEED=$(SEED) $(BIN)/python -m pytest -s -m slow tests/deid/test_fuzz.py

check: setup ## Lint, types, import rules, cdk-nag
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m infra.check

format: setup ## Format the code
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

synth: setup ## Write the CloudFormation template to cdk.out: no Docker, node or account needed
	@$(BIN)/python -m infra.app

bench: setup ## Measure speed and cost, ours and the peers', in one run
	@$(BIN)/python -m benchmarks

lock: setup ## Choose newer versions of all dependencies
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade --extra dev pyproject.toml -o requirements.lock

clean: ## Remove what was built; .venv stays
	rm -rf build cdk.out .mypy_cache .ruff_cache .pytest_cache .hypothesis
