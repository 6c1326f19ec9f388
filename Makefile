# Every target works from a bare checkout: what is missing is set up first, what is there is left alone.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: run setup test check format lint types layers house audit bench chaos docs diagrams messages pictures pin clean

bin := .venv/bin
python := $(bin)/python
# A stamp is newer than what it was made from, or it is made again.
runs := .venv/.runs
tests := .venv/.tests
# What is tested on both databases; everything else, and these too, on SQLite.
both := tests/conformance tests/records tests/people tests/workers tests/properties

words := $(wildcard src/kinfirst/web/locale/*/LC_MESSAGES/django.po)

# The binary form of the catalogues is made here and never kept in the repository.
%.mo: %.po | $(runs)
	@$(python) -m kinfirst.project.messages compile

run: $(runs) $(words:.po=.mo)
	@$(bin)/kinfirst serve --demo

setup: $(tests)

test: $(tests) $(words:.po=.mo)
	@postgres=$$(scripts/postgres.sh) && chromium=$$(scripts/chromium.sh) && \
	export KINFIRST_TEST_POSTGRES=$$postgres KINFIRST_CHROMIUM=$$chromium && \
	$(python) -m pytest -n 2 -p tests.plugins.skips $(ARGS) && \
	if [ -z "$(ARGS)" ]; then echo "== the same record on PostgreSQL" && \
	KINFIRST_TEST_DB=$$postgres $(python) -m pytest -n 2 -p tests.plugins.skips $(both); fi

# `make -k check` goes on after the first part that fails.
check: format lint types layers house

format: $(tests)
	$(bin)/ruff format --check .

lint: $(tests)
	$(bin)/ruff check .

types: $(tests)
	$(bin)/mypy --strict src

layers: $(tests)
	$(bin)/lint-imports

house: $(tests)
	$(python) -m pytest -q tests/house

# Known holes in what is pinned; asks an advisory service, so it is no part of `check`, which needs no network.
audit: $(tests)
	@scripts/audit.sh

bench: $(tests)
	@postgres=$$(scripts/postgres.sh) && KINFIRST_TEST_POSTGRES=$$postgres $(python) -m benchmarks $(ARGS)

# Faults on purpose, each printed: make chaos ARGS="--minutes 2 --only sqlite --seed 7". Clocks are stepped where
# libfaketime is (Debian: faketime).
chaos: $(tests)
	@$(python) -m tests.chaos $(ARGS)

docs: $(tests)
	$(python) -m kinfirst.project.docs

# The words of the pages in other languages: reads the sources again, says what is missing.
messages: $(tests)
	$(python) -m kinfirst.project.messages update
	$(python) -m kinfirst.project.messages missing

# A picture of every page, from the demonstration, for the documentation.
pictures: $(tests)
	@chromium=$$(scripts/chromium.sh) && KINFIRST_CHROMIUM=$$chromium $(python) -m tests.e2e.pictures

diagrams: $(tests)
	$(python) -m kinfirst.project.diagrams

# Newest versions that pyproject.toml allows, with their hashes.
pin: $(tests)
	scripts/pin.sh --upgrade

clean:
	-scripts/postgres.sh stop
	-scripts/nats.sh stop
	rm -rf .venv .*_cache .hypothesis build src/*.egg-info

$(runs): constraints/run.txt pyproject.toml
	@scripts/setup.sh run
	@touch $@

$(tests): constraints/test.txt pyproject.toml
	@scripts/setup.sh test
	@touch $(runs) $@
