# Everything installs into .venv; only Python 3.11 or later and make are needed.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Where it is set, every process of the tests would compile the sources again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup dev demo test lint prove prove-long fuzz bench lock messages picture example api clean

setup: .venv/run.stamp

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "caseworker needs Python 3.11 or later: try  make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: .venv/bin/python requirements/run.txt pyproject.toml
	$(PIP) install --require-hashes --requirement requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

dev: .venv/dev.stamp

.venv/dev.stamp: .venv/run.stamp requirements/dev.txt
	$(PIP) install --require-hashes --requirement requirements/dev.txt
	@touch $@

demo: setup
	@$(BIN)/caseworker demo

test: dev lint
	$(BIN)/python -m pytest -n auto

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Nothing lost, nothing doubled, nothing leaked: docs/reliability.md. The long one takes hours.
prove: dev
	$(BIN)/python -m tests.simulation
	$(BIN)/python -m tests.kill --drawn 1

prove-long: dev
	$(BIN)/python -m tests.simulation --long --record .prove-long
	$(BIN)/python -m tests.kill
	$(BIN)/python -m pytest -n 0 tests/kill
	$(BIN)/python -m tests.hub.storm --seconds 60

bench: dev
	$(BIN)/python -m bench

# Rubbish and half-good things at every door, for a minute.
fuzz: dev
	$(BIN)/python -m tests.security.fuzz --seconds 60

# The two lists of exact versions, with hashes, for every platform, naming no index address.
lock: dev
	$(BIN)/uv pip compile pyproject.toml requirements/build.in --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --output-file requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml requirements/build.in --group dev --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --constraint requirements/run.txt --output-file requirements/dev.txt

# The sample street as a plain SQLite file, for any SQLite tool.
example: setup
	$(BIN)/python -m caseworker.sample.example local.db.example

# The pictures of the README.
picture: dev
	$(BIN)/python docs/pictures/take.py

# English sentences in the source, Chinese in the catalogue; the compiled catalogue is committed.
messages: dev
	$(BIN)/pybabel --quiet compile --domain caseworker --directory caseworker/locale

# The hub's API as a document; a test says when it is out of date.
api: dev
	$(BIN)/python -m hub.openapi > docs/hotline-api.yaml

clean:
	rm -rf .venv
