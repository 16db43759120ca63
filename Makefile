# The targets that contributors, pre-commit and CI use.

PATIENTS ?= 20000
SOURCE ?= canonical
HOME_DIR ?= $(or $(B12_HOME),./b12-home)
STORY_DIR ?= ./b12-story
# One more than processors: some tests wait for a browser, a database or the services
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) + 1)
PORT ?= 8080
# Tests that run the pipeline in other processes, some of which they kill: coverage is not measured there
ELSEWHERE := stack dags functional/test_killed.py functional/test_chaos.py functional/test_modes.py
BIN := .venv/bin
PY := $(BIN)/python

# British spelling is checked except in code lists, which quote their sources.
PROSE := README.md CONTRIBUTING.md GLOSSARY.md CHANGELOG.md docs pipeline dags b12_airflow tools sql protocol expectations
AMERICAN := *.csv,*/static/*,docs/assets/*,docs/img/*,docs/sbom.cdx.json,docs/spec.md,tools/british.txt

export GX_ANALYTICS_ENABLED := false

help: ## list every target
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

run: setup ## screen a demonstration population, or your own data: DATA=<folder> SOURCE=<profile>; also PATIENTS, SEED, AS_OF, HOME_DIR
	@$(PY) -m dags.embedded --home "$(HOME_DIR)" --source $(SOURCE) --patients $(PATIENTS) \
		$(if $(DATA),--data "$(DATA)") $(if $(SEED),--seed $(SEED)) $(if $(AS_OF),--as-of $(AS_OF))

demo-story: setup-dev ## fill a home with three months of runs and of users at work, to be served; also STORY_DIR, PATIENTS
	@$(PY) -m tools.story --home "$(STORY_DIR)" $(if $(filter-out file,$(origin PATIENTS)),--patients $(PATIENTS))

serve: setup ## show the pages in a browser: worklist, patients, population, quality, runs; also PORT, HOME_DIR
	@$(BIN)/b12 serve --home "$(HOME_DIR)" --port $(PORT)

up: setup-dev ## start the services of docker-compose.yml without Docker; also STACK_DIR, SCALE="worker=2"
	@$(PY) -m tools.stack up $(if $(SCALE),--scale $(SCALE))

down: setup-dev ## stop what `make up` started
	@$(PY) -m tools.stack down

status: setup-dev ## show which services of `make up` are healthy
	@$(PY) -m tools.stack status

secrets: ## write the secrets of docker-compose.yml into .env, once (needs only Python 3.11)
	@python3 -m tools.stack.keys

test: setup-dev ## run all tests; PYTEST_ARGS="-k name" selects some
	@tools/browser.sh
	$(PY) -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

test-quick: setup-dev ## run unit, spec and architecture tests without the slow ones; also PYTEST_ARGS
	$(PY) -m pytest -n $(WORKERS) --dist loadfile -m "not slow" tests/unit tests/spec tests/architecture $(PYTEST_ARGS)

coverage: setup-dev ## measure branch coverage of pipeline/, without the tests that start processes; writes the table in docs/benchmarks.md
	@tools/browser.sh
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --cov --cov-report= $(addprefix --ignore=tests/,$(ELSEWHERE)) $(PYTEST_ARGS)
	$(PY) -m tools.covered

check: setup-dev ## check format, lint, imports, types, documents, spelling, the protocol pack, the bill of materials, secrets
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/basedpyright
	$(PY) tools/docs.py --check
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir $(or $(TMPDIR),/tmp)/b12-site
	$(BIN)/codespell $(PROSE)
	$(BIN)/codespell --dictionary tools/british.txt --skip "$(AMERICAN)" $(PROSE)
	$(PY) -m pipeline protocol check
	$(PY) -m tools.supply sbom --check
	$(PY) -m tools.supply secrets

sbom: setup-dev ## write the bill of materials, docs/sbom.cdx.json (CycloneDX), from requirements.txt
	$(PY) -m tools.supply sbom

audit: setup-dev ## check the pinned packages for known vulnerabilities (exit 1: found; 3: no database can be reached)
	$(PY) -m tools.supply audit

format: setup-dev ## format the code and fix lint errors
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup ## regenerate the generated documents
	$(PY) tools/docs.py

docs-site: setup-dev ## build the documentation as an offline site: site/index.html
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Open site/index.html in a browser."

bench: setup-dev ## benchmark nights of up to a million patients, the peers, the ingest, the pages and the nights of a large worklist, and received messages
	$(PY) -m benchmarks.bench
	$(PY) -m benchmarks.peers
	$(PY) -m benchmarks.growth
	$(PY) -m benchmarks.sources
	$(PY) -m benchmarks.forms
	$(PY) -m benchmarks.small_files
	$(PY) -m benchmarks.contact
	$(PY) -m benchmarks.shadows
	$(PY) -m benchmarks.worklist
	$(PY) -m benchmarks.receive
	$(PY) -m benchmarks.follow

chaos: setup-dev ## inject faults, over 100 kills; writes the table in docs/reliability.md (about an hour)
	$(PY) -m tools.chaos --write

screenshots: setup-dev ## take screenshots of every page into docs/img (needs Chromium; a few minutes)
	$(PY) -m tools.screenshots

requirements: ## compile requirements*.in into requirements*.txt (needs uv)
	uv pip compile $(RESOLVE) requirements.in -o requirements.txt
	uv pip compile $(RESOLVE) requirements-dev.in -o requirements-dev.txt

clean: ## remove .venv and caches; data are kept
	rm -rf .venv .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

setup:
	@tools/setup.sh

setup-dev:
	@tools/setup.sh dev

RESOLVE := --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make requirements"

.PHONY: help run demo-story serve up down status secrets test test-quick coverage check sbom audit format docs docs-site bench chaos screenshots requirements clean setup setup-dev
