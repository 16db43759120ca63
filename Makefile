# The one door: people, pre-commit and CI call these targets.

PATIENTS ?= 20000
SOURCE ?= canonical
HOME_DIR ?= $(or $(B12_HOME),./b12-home)
WORKERS ?= auto
PORT ?= 8080
BIN := .venv/bin
PY := $(BIN)/python

export GX_ANALYTICS_ENABLED := false

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

run: setup ## screen a demonstration population, or yours: DATA=<folder> SOURCE=<profile>; also PATIENTS, SEED, AS_OF, HOME_DIR
	@$(PY) -m dags.embedded --home "$(HOME_DIR)" --source $(SOURCE) --patients $(PATIENTS) \
		$(if $(DATA),--data "$(DATA)") $(if $(SEED),--seed $(SEED)) $(if $(AS_OF),--as-of $(AS_OF))

serve: setup ## the pages: worklist, patients, population, quality, runs; also PORT, HOME_DIR
	@$(BIN)/b12 serve --home "$(HOME_DIR)" --port $(PORT)

up: setup-dev ## the whole stack of docker-compose.yml on this machine without Docker; also STACK_DIR, SCALE="worker=2"
	@$(PY) -m tools.stack up $(if $(SCALE),--scale $(SCALE))

down: setup-dev ## end exactly what `make up` started
	@$(PY) -m tools.stack down

status: setup-dev ## which services of `make up` are healthy
	@$(PY) -m tools.stack status

secrets: ## write the secrets of docker-compose.yml into .env, once (needs Python 3.11 alone)
	@python3 -m tools.stack.keys

test: setup-dev ## the whole test suite; PYTEST_ARGS="-k name" for a part of it
	@tools/browser.sh
	$(PY) -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

test-quick: setup-dev ## unit tests, specs and architecture without the slow ones, for the inner loop; also PYTEST_ARGS
	$(PY) -m pytest -n $(WORKERS) --dist loadfile -m "not slow" tests/unit tests/spec tests/architecture $(PYTEST_ARGS)

coverage: setup-dev ## branch coverage of pipeline/ by the whole test suite; the table goes into docs/benchmarks.md
	@tools/browser.sh
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --cov --cov-report= $(PYTEST_ARGS)
	$(PY) -m tools.covered

check: setup-dev ## format, lint, floors, types, generated documents, the protocol pack, the bill of materials, secrets
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/basedpyright
	$(PY) tools/docs.py --check
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir $(or $(TMPDIR),/tmp)/b12-site
	$(BIN)/codespell README.md CONTRIBUTING.md GLOSSARY.md docs pipeline dags b12_airflow tools sql protocol expectations
	$(PY) -m pipeline protocol check
	$(PY) -m tools.supply sbom --check
	$(PY) -m tools.supply secrets

sbom: setup-dev ## the bill of materials, docs/sbom.cdx.json (CycloneDX), from requirements.txt
	$(PY) -m tools.supply sbom

audit: setup-dev ## the pinned packages against known vulnerabilities (1: some are known; 3: no database can be reached)
	$(PY) -m tools.supply audit

format: setup-dev ## what `make check` asks for, done
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup ## write the generated documents anew
	$(PY) tools/docs.py

docs-site: setup-dev ## the documentation as a site that needs no network: site/index.html
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Open site/index.html in a browser."

bench: setup-dev ## a million patients, against a bare copy and a bare scan of the same files; the pages over 100,000 items
	$(PY) -m benchmarks.bench
	$(PY) -m benchmarks.sources
	$(PY) -m benchmarks.worklist

chaos: setup-dev ## break everything on purpose, 100 kills and more; the table goes into docs/reliability.md (about an hour)
	$(PY) -m tools.chaos --write

screenshots: setup-dev ## pictures of every page into docs/img (needs Chromium; some minutes)
	$(PY) -m tools.screenshots

requirements: ## resolve requirements*.in anew into requirements*.txt (needs uv)
	uv pip compile $(RESOLVE) requirements.in -o requirements.txt
	uv pip compile $(RESOLVE) requirements-dev.in -o requirements-dev.txt

clean: ## remove .venv and caches; never a home with its data
	rm -rf .venv .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

setup:
	@tools/setup.sh

setup-dev:
	@tools/setup.sh dev

RESOLVE := --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make requirements"

.PHONY: help run serve up down status secrets test test-quick coverage check sbom audit format docs docs-site bench chaos screenshots requirements clean setup setup-dev
