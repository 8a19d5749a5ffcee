# Everything a fresh machine needs is set up by the targets that need it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help up preview down shell languages test check unit static lint types programs layers faults fuzz mutants bench fields picture dist clean

PYTHON ?= python3
VENV := $(CURDIR)/.venv
PY := $(VENV)/bin/python
STACK := dev
FLINK ?= 1
DIST := $(CURDIR)/dist

# The engine's home, backend and passphrase are this project's own. What the owner of the shell
# exports for Pulumi elsewhere changes nothing here.
KEEP := PULUMI_DLI_DEBUG PULUMI_DLI_TRACE
$(foreach name,$(filter-out $(KEEP),$(filter PULUMI_%,$(.VARIABLES))),$(eval unexport $(name)))
export PULUMI_HOME := $(CURDIR)/.engine/home
export PULUMI_BACKEND_URL := file://$(CURDIR)/.engine/state
export PULUMI_CONFIG_PASSPHRASE := local
export PULUMI_SKIP_UPDATE_CHECK := true

# Bytecode is kept: without it each of the many processes of the tests reads every source anew.
unexport PYTHONDONTWRITEBYTECODE

# Puts the engine and the virtual environment on PATH, and selects the quickstart's stack.
ENTER = engine="$$($(PY) tools/engine/engine.py)"; export PATH="$$engine:$(VENV)/bin:$$PATH"; \
	mkdir -p "$(CURDIR)/.engine/home" "$(CURDIR)/.engine/state"
SELECT = $(ENTER); pulumi stack select --create $(STACK) >/dev/null

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

up: $(VENV)/.run ## deploy the quickstart: pulumi up (FLINK=0: without a real Flink)
	@$(SELECT); tools/quickstart $(FLINK); pulumi up --yes --stack $(STACK)

preview: $(VENV)/.run ## show what up would do
	@$(SELECT); pulumi preview --diff --stack $(STACK)

down: $(VENV)/.run ## delete what up made
	@$(SELECT); pulumi destroy --yes --stack $(STACK); pulumi-dli local flink stop

shell: $(VENV)/.run ## a shell with the engine and the virtual environment on PATH
	@$(SELECT); tools/shell

test: static languages ## everything: lint, types, layers, and all tests with the real engine
	@$(ENTER); $(PY) -m pytest -n 8 --dist loadgroup tests

languages: $(VENV)/.dev ## what the tests of YAML, TypeScript and generated SDKs need: Go, and npm
	@$(PY) tools/engine/languages.py >/dev/null

check: static $(VENV)/.dev ## the quick part of test: no engine, no other process
	@$(PY) -m pytest -n 2 --dist worksteal --hypothesis-profile=glance tests/unit tests/lifecycle \
	tests/contract

# Two plain runs beside each other: handing out tests that take a millisecond costs as much again.
unit: $(VENV)/.dev ## the quickest part of check: no process, no server, no waiting
	@$(MAKE) --no-print-directory --jobs --output-sync unit-a-h unit-i-z

unit-%:
	@$(PY) -m pytest -q --hypothesis-profile=glance tests/unit/test_[$*]*.py

static: $(VENV)/.dev
	@$(MAKE) --no-print-directory --jobs lint types programs layers

lint: $(VENV)/.dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet .
	@if command -v gofmt >/dev/null; then test -z "$$(gofmt -l tools | tee /dev/stderr)"; fi

# mypy takes a folder with a hyphen for no package, and its `__main__` for the quickstart's.
EXAMPLES := $(filter-out %-job/__main__.py %-job/conftest.py,$(wildcard examples/*/*.py examples/*/*/*.py))
types: $(VENV)/.dev
	@$(PY) -m mypy --no-error-summary provider/pulumi_dli tests benchmarks tools __main__.py $(EXAMPLES)

programs: $(VENV)/.dev
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(PY) -m pyright --pythonpath $(PY) | sed '/^0 errors/d'

layers: $(VENV)/.dev
	@$(VENV)/bin/lint-imports --no-cache | tail -n 1

faults: $(VENV)/.dev ## N random schedules of faults and kills, from seed SEED on
	@FAULT_COUNT=$(or $(N),1000) FAULT_SEED=$(or $(SEED),1000) ENGINE_COUNT=60 \
	$(PY) -m pytest -n 3 --dist worksteal -q --timeout 1800 tests/faults/test_campaign.py \
	tests/faults/test_engine_ways.py

fuzz: $(VENV)/.dev ## the random searches of test, N times as far (10: ten minutes) and from a new SEED
	@$(ENTER); n=$(or $(N),10); seed=$(or $(SEED),$$(date +%s)); \
	echo "make fuzz N=$$n SEED=$$seed plays this again"; \
	FUZZ=$$n FAULT_COUNT=$$((n * 100)) FAULT_SEED=$$seed $(PY) -m pytest -n 2 --dist worksteal -q \
	--timeout $$((300 + n * 60)) -m "hypothesis or search" --hypothesis-seed $$seed tests

mutants: $(VENV)/.dev ## N mutants of the code that keeps state safe, drawn by SEED
	@$(PY) tools/mutants.py --count $(or $(N),150) --seed $(or $(SEED),1)

bench: $(VENV)/.dev ## measure everything against its floor: one table
	@$(ENTER); PYTHONPATH=tests $(PY) benchmarks/run.py

fields: $(VENV)/.run ## write the generated parts of docs/
	@$(PY) tools/fields.py
	@$(PY) tools/troubleshooting.py

picture: $(VENV)/.dev ## draw the README's picture of a preview
	@$(ENTER); PYTHONPATH=tests $(PY) tools/picture.py

$(VENV)/.run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is %s; set PYTHON=… to a newer one" % sys.version.split()[0])'
	@test -x $(PY) || { echo "setting up .venv" >&2; $(PYTHON) -m venv $(VENV); }
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@$(VENV)/bin/uv pip install --quiet --python $(PY) --constraint constraints.txt --editable '.[local]'
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(VENV)/bin/uv pip install --quiet --python $(PY) --constraint constraints.txt --group dev
	@touch $@

dist: $(VENV)/.run ## write the wheel, which is all that a project needs, to dist/
	@$(VENV)/bin/uv build --quiet --wheel --out-dir $(DIST)
	@echo $(DIST)/*.whl

clean: ## remove the virtual environment, the local DLI and the local state
	@if [ -x $(VENV)/bin/pulumi-dli ]; then $(VENV)/bin/pulumi-dli local flink stop; fi
	@rm -rf .venv .engine .dli-local Pulumi.dev.yaml
