# Everything runs in .venv, made here from the locks: nothing else needs to be installed.
PYTHON ?= python3
BIN := .venv/bin
# A lock is complete, so nothing is resolved again: what is installed depends neither on later releases nor on the
# version of pip. Only wheels, since building a source archive would fetch build tools that no lock pins.
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-deps --require-hashes --only-binary :all:
PROJECTS := . $(wildcard sandbox/pyproject.toml)
UV := uv==0.13.9
COMPILE := .venv/uv/bin/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet

.PHONY: sandbox screenshots check test coverage lint fmt bench bench-stall figures soak sbom lock clean

# First the transcript of a few whole conversations; if one goes wrong, make fails. Then, on a terminal outside CI, the
# page: its address is printed, and Ctrl-C stops it.
sandbox: .venv/.run  ## the whole bot against local stand-ins
	$(BIN)/codecheck-bot sandbox --play
	@if [ -t 1 ] && [ -z "$$CI" ]; then exec $(BIN)/codecheck-bot sandbox; fi

screenshots: .venv/.dev  ## the pictures of the README, taken from the sandbox's page; needs chromium
	$(BIN)/python -m tests.browser.screenshots docs/pictures

check: lint  ## for the inner loop: lint, types, import contracts and the quick tests, in less than a minute
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow"

# More workers than cores, since the slow tests mostly wait. People's and servers' time limits are real in many tests: what
# fails on a machine that is busy with the others counts only if it also fails alone.
test: lint  ## everything, as CI runs it
	$(BIN)/python -m pytest -n 4 --dist worksteal || $(BIN)/python -m pytest --last-failed --last-failed-no-failures none

# Apart from `test`, because measuring takes as much time again.
coverage: .venv/.dev  ## the same tests; fails if they take less than 95 % of the branches
	$(BIN)/python -m pytest -n 4 --dist worksteal --cov --cov-report=term

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

fmt: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev  ## the figures, as ratios taken in one run of less than five minutes
	$(BIN)/python -m benchmarks

bench-stall: .venv/.dev  ## ten thousand requests while the service stalls and Slack throttles: a few minutes
	$(BIN)/python -m benchmarks --stall

figures: .venv/.dev  ## docs/performance.md and its pictures, from what the two have taken
	$(BIN)/python -m benchmarks.plots
	$(BIN)/python -m tests.generated

# Three parts (docs/soak.md), each as long as SECONDS says and a few minutes more. ARGS="--socket-mode" for Socket Mode.
SECONDS ?= 600
RATE ?= 20
PART ?= all
soak: .venv/.dev  ## the bot under load and faults, cut off and with wrong clocks: make soak SECONDS=20 RATE=5 PART=load
	$(BIN)/python -m benchmarks.soak $(PART) --seconds $(SECONDS) --rate $(RATE) $(ARGS)

sbom: .venv/.dev  ## the bill of materials (CycloneDX) and the licences of what the bot installs, in dist/
	$(BIN)/python deploy/supply_chain/sbom.py dist

lock: .venv/bin/python  ## pin what pyproject.toml asks for; versions that are already pinned stay
	$(PYTHON) -m venv .venv/uv
	.venv/uv/bin/pip install --quiet $(UV)
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) $(PROJECTS:.=pyproject.toml) --extra dev --extra otel --no-emit-package codecheck-bot -o requirements-dev.lock
	$(COMPILE) pyproject.toml --extra otel --constraint requirements-dev.lock -o requirements-otel.lock
	printf "hatchling\neditables\n" | $(COMPILE) - --constraint requirements-dev.lock -o requirements-build.lock

clean:
	rm -rf .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "codecheck-bot needs Python 3.11 or newer: make PYTHON=python3.11")'
	@echo "Making a virtual environment in .venv ..."
	@$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python requirements.lock requirements-build.lock pyproject.toml $(filter-out .,$(PROJECTS))
	@echo "Installing what the bot needs, $$(grep -c == requirements.lock) packages (half a minute the first time) ..."
	@$(INSTALL) -r requirements.lock
	@$(INSTALL) -r requirements-build.lock
	@echo "Installing the bot itself ..."
	@$(PIP) install --quiet --no-deps --no-index --no-build-isolation $(foreach project,$(PROJECTS),-e $(dir ./$(project)))
	@$(PIP) check
	@touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	@echo "Installing what its tests need, $$(grep -c == requirements-dev.lock) packages (half a minute the first time) ..."
	@$(INSTALL) -r requirements-dev.lock
	@$(PIP) check
	@touch $@
