# The bench's verbs. `make help` lists them. Each line can also be typed by hand.

# Only what stands on make's command line counts, as in `make bench PROFILE=smoke`;
# variables of these names in the shell do not.
PYTHON = python3
PROFILE = quick
ENGINE = auto
RESUME =
RUN =
CONFIRM =
SITE = site
BENCH = .venv/bin/python -m bench
IN_CONTAINER = sh bench/container/run

# Elsewhere than on Linux every command runs in one Linux container.
SYSTEM := $(shell uname -s)
ifneq ($(SYSTEM),Linux)
BENCH = $(IN_CONTAINER)
endif

# Python and pytest are started without what the shell would have them load or do.
HARMLESS = PYTHON_IMAGE PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONFAULTHANDLER
unexport $(filter-out $(HARMLESS),$(filter PYTHON% PYTEST%,$(.VARIABLES)))

# With -i a step that failed ends as done, with -t all of them, and none is played.
ifneq ($(findstring i,$(firstword -$(MAKEFLAGS)))$(findstring t,$(firstword -$(MAKEFLAGS))),)
$(error make was told -i or -t (MAKEFLAGS), and would call done what failed, or what was not played: leave it out)
endif

.PHONY: help install setup bench bench-in-container smoke probe versions news compare history aa report check list lint site audit test test-still test-servers test-timed test-containers test-contract test-load test-selftests test-commands test-fast clean lock

help:  ## list these targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Any Python from 3.8 on makes the environment, which has a newer one.
OLD = setup: $(PYTHON) is missing or older than Python 3.8; install a newer one, or name it: make $@ PYTHON=/path/to/python3
MAKE_VENV = $(PYTHON) -I -c 'import sys; sys.exit(sys.version_info < (3, 8))' || { echo "$(OLD)" >&2; exit 3; }; \
	$(PYTHON) -I bench/install/setup.py

ifeq ($(SYSTEM),Linux)
install:  ## make .venv with what the harness runs on
	@$(MAKE_VENV)

setup:  ## the same with what tests and linters need besides
	@$(MAKE_VENV) dev
else
install:
	@docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1 || { \
		echo "This is $(SYSTEM), and the harness needs Linux: with Docker it runs in a container of its own." >&2; \
		echo "Start Docker (with compose 2), then the same command again; or use a Linux machine. Nothing was installed." >&2; exit 3; }

setup:
	@echo "This is $(SYSTEM); linters and tests need Linux. make bench runs the harness in a container. Nothing was installed." >&2; exit 3
endif

bench-in-container:  ## make bench in one Linux container, with the local engine; what it does by itself on macOS
	$(IN_CONTAINER) run $(if $(RESUME),--resume $(RESUME),--profile $(PROFILE) --engine local)

bench: install  ## measure and write the page: PROFILE=smoke|quick|standard|full, RESUME=run
	$(BENCH) run $(if $(RESUME),--resume $(RESUME),--profile $(PROFILE) --engine $(ENGINE))

smoke: install  ## does everything work here? about a minute, no verdicts
	$(BENCH) run --profile smoke --engine $(ENGINE)

probe: install  ## play what is not timed: does it behave as the article says?
	$(BENCH) probe

versions: install  ## what is newer at the package index than what is locked and measured
	$(BENCH) versions

news: install  ## measure what is newer beside what is locked, 24 rounds
	$(BENCH) run --new --keep-going --profile versions --targets contestant,floor --engine $(ENGINE)

compare: install  ## has any version become slower? RUN=id, or the newest; CONFIRM=second run
	$(BENCH) compare $(RUN) $(if $(CONFIRM),--confirm $(CONFIRM))

history: install  ## keep what the runs here showed, for trend.html and bench history list
	$(BENCH) history add

aa: install  ## a target against itself: does the harness cry wolf?
	$(BENCH) selftest aa

report: install  ## write the page of a stored run again: RUN=id, or the newest
	$(BENCH) report $(RUN)

check: install  ## play the contract against every target
	$(BENCH) check

list: install  ## what exists: targets
	$(BENCH) list

lint: setup  ## style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

site: install  ## every page without raw samples, for a web server: SITE=folder, which must not exist
	$(BENCH) report $(RUN)
	mkdir $(SITE)
	tar -C reports --exclude=samples --exclude='*.sqlite*' -cf $(SITE)/pages.tar .
	tar -C $(SITE) -xf $(SITE)/pages.tar && rm $(SITE)/pages.tar

audit: setup  ## is a vulnerability known of anything that the locks name?
	.ci/audit

test: lint test-still  ## lint, types, and tests of everything that a change can break
	$(MAKE) test-servers
	$(MAKE) test-timed

# More cases of what `make test` states: every target of the contract, every view
# of a page, every seed of a simulation.
test-all:  ## the same with every case, as every night
	$(MAKE) test CASES=every

ONLY = $(if $(filter every,$(CASES)),,and not nightly)

test-servers: setup
	$(MAKE) --jobs=5 --output-sync=target test-containers test-contract test-load test-selftests test-commands

test-timed: setup
	.venv/bin/python -m pytest -m "timed $(ONLY)"

test-still: setup
	.venv/bin/python -m pytest -n auto --dist worksteal -m "not live and not docker $(ONLY)"

# What mostly waits, and states nothing about time, in five parts side by side:
# each has a cache of its own, and so a lock of its own.
BESIDE = .venv/bin/python -m pytest -m "(live or docker) and not timed $(ONLY)"
CONTAINERS = tests/docker tests/deploy
CONTRACT = tests/contract tests/probes
LOAD = tests/load tests/run
SELFTESTS = tests/cli/test_selftest_live.py

test-containers: setup
	$(BESIDE) $(CONTAINERS)

test-contract: setup
	$(BESIDE) $(CONTRACT)

test-load: setup
	$(BESIDE) $(LOAD)

test-selftests: setup
	$(BESIDE) $(SELFTESTS)

OTHERS = $(CONTAINERS) $(CONTRACT) $(LOAD) $(SELFTESTS)

test-commands: setup
	$(BESIDE) $(OTHERS:%=--ignore=%)

test-fast: lint  ## lint, types and the tests that start nothing
	.venv/bin/python -m pytest -n auto --dist worksteal -m "not live and not browser and not docker and not slow $(ONLY)"

clean:  ## remove environments and caches; runs stay
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis

lock: install  ## resolve the harness' own dependencies again
	.venv/bin/python -m bench.install.lock
