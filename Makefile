# Surgecrew from a fresh clone: needs Python 3.11 or newer and make, nothing else.
# `make plan PYTHON=python3.12` chooses another Python; uv is used where it is found.

PYTHON ?= python3
VENV ?= .venv
SCENARIO ?= breach_week
PYTEST_ARGS ?=

BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
RUN_STAMP := $(VENV)/.stamp-run
DEV_STAMP := $(VENV)/.stamp-dev

export PYTHONNOUSERSITE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH
unexport PYTHONHOME

ifdef UV
install = $(UV) pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable
make_venv = $(UV) venv --quiet --python $(PYTHON) $(VENV)
else
install = $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable
make_venv = $(PYTHON) -m venv $(VENV)
endif

.DEFAULT_GOAL := help
.PHONY: help plan test lint format docs evidence mutate sample lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

plan: $(RUN_STAMP)  ## set up, plan the scenario SCENARIO (breach_week), say where the report is
	$(BIN)/surgecrew plan scenario=$(SCENARIO)
	@echo "Report: $$(ls -td results/plan/*/*/report.html | head -n 1)"
	@echo "Go on with: $(BIN)/surgecrew --help   (or once in each terminal: . $(BIN)/activate)"

test: $(DEV_STAMP)  ## set up, run all tests
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: $(DEV_STAMP)  ## set up, check format, style, types and walls between the rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy sim
	$(BIN)/lint-imports --no-logo

format: $(DEV_STAMP)  ## bring the code into the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(DEV_STAMP)  ## build the API reference from the docstrings into build/docs
	$(BIN)/python docs/build.py

evidence: $(DEV_STAMP)  ## run every study in experiments/ again (hours)
	@set -e; for study in experiments/*/fit.py experiments/*/run.py; do \
		case "$$study" in experiments/mutations/*) continue;; esac; \
		if [ -f "$$study" ]; then echo "== $$study"; $(BIN)/python "$$study"; fi; done; \
	$(MAKE) mutate

mutate: $(DEV_STAMP)  ## break a line in every room, print what the tests do not see (an hour)
	$(BIN)/python experiments/mutations/run.py

sample: $(DEV_STAMP)  ## make results/sample again
	@# A run replaces nothing but a run; the README's pictures wait beside it.
	@for name in report explore; do if [ -f results/sample/$$name.png ]; then \
		mv results/sample/$$name.png results/sample-$$name.png; fi; done
	$(BIN)/surgecrew plan scenario=launch_week \
		planner.evaluation_replications=50 \
		run.dir=results/sample run.overwrite=true
	@for name in report explore; do if [ -f results/sample-$$name.png ]; then \
		mv results/sample-$$name.png results/sample/$$name.png; fi; done
	$(BIN)/python docs/picture.py

lock: $(DEV_STAMP)  ## take the newest versions that the ranges allow into constraints.txt
	@[ -n "$(UV)" ] || { echo "make lock needs uv" >&2; exit 2; }
	$(UV) pip compile pyproject.toml --quiet --upgrade --all-extras --universal \
		--python-version 3.11 --no-header --no-annotate --output-file constraints.txt

clean:  ## remove the environment and all caches, keep the results
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache \
		.hypothesis .coverage
	find sim tests experiments -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Surgecrew needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 2; }
	$(make_venv)

# An environment that uv made holds no pip, so that is put in where it is missing.
$(RUN_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@[ -n "$(UV)" ] || $(BIN)/python -m pip --version >/dev/null 2>&1 || \
		$(BIN)/python -m ensurepip >/dev/null
	@echo "Setting up $(VENV): half a minute with pip, less with uv ..."
	@$(install) .
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@[ -n "$(UV)" ] || $(BIN)/python -m pip --version >/dev/null 2>&1 || \
		$(BIN)/python -m ensurepip >/dev/null
	@echo "Setting up $(VENV) with the tools of development ..."
	@$(install) '.[dev]'
	@touch $@ $(RUN_STAMP)
