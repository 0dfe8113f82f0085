# Everything runs in .venv, made here from the locks: nothing else need be installed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: sandbox screenshots test lint fmt bench lock clean

# First the transcript of a few whole conversations: where one goes wrong, make fails. Then, where somebody watches (on a
# terminal, outside CI), the page; its address is printed, Ctrl-C stops it.
sandbox: .venv/.run  ## the whole bot against local stand-ins
	$(BIN)/codecheck-bot sandbox --play
	@if [ -t 1 ] && [ -z "$$CI" ]; then exec $(BIN)/codecheck-bot sandbox; fi

screenshots: .venv/.dev  ## the pictures of the README, taken from the sandbox's page; needs chromium
	$(BIN)/python -m tests.browser.screenshots docs/pictures

test: lint  ## what CI runs; more workers than cores, since the fault tests mostly wait
	$(BIN)/python -m pytest -n 3 --dist worksteal --cov --cov-report=term

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

fmt: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev  ## figures, as ratios taken in one run
	$(BIN)/python -m benchmarks

lock: .venv/.dev  ## pin anew what pyproject.toml asks for
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements-dev.lock
	echo hatchling | $(BIN)/uv pip compile - --constraint requirements-dev.lock --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements-build.lock

clean:
	rm -rf .venv

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "codecheck-bot needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python requirements.lock pyproject.toml sandbox/pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e . -e ./sandbox
	touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@
