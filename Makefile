# The commands of the workbench. `make run` needs Python 3.11 or newer and nothing else.
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.9

.PHONY: run demo test test-laws test-tcp lint bench evidence clean install install-dev

run: install          ## start everything: database, demo brand, scheduler, application
	@exec $(BIN)/python start.py

demo: install         ## fill the demo brand (again) without starting the application
	@exec $(BIN)/python -m demo

test: install-dev     ## every test: unit, property, PostgreSQL, SMTP, model, Chromium
	@exec $(BIN)/python -m pytest -n 2 --dist loadfile tests

test-laws: install-dev ## the laws alone, with new random examples every time and many more of them: for a night
	@TEST_LAWS=search LAW_EXAMPLES=200 $(BIN)/python -m pytest -n 2 --dist loadfile -m hypothesis -o timeout=7200 tests

test-tcp: install-dev ## the same tests on a second PostgreSQL server reached over TCP with a password
	@exec $(BIN)/python -m tests.on_tcp_server

lint: install-dev
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy core

bench: install-dev    ## ratios against plain COPY, pandas and the readers' own time, in one run
	@exec $(BIN)/python -m benchmarks

evidence: install-dev  ## conformance, every order of arrival, nasty files, killed workers: measured, printed, written to docs/evidence.md
	@exec $(BIN)/python -m tests.evidence

install: .venv/.installed
install-dev: .venv/.installed-dev

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=/path/to/python3" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"

.venv/.installed: requirements.txt | .venv/bin/uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt requirements.txt | .venv/bin/uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.txt
	@touch .venv/.installed $@

clean:                ## remove the virtual environment; data under var/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .hypothesis
