# Every target makes what it needs. `make help` lists them.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# make is for development: a server that is started without it needs DEBUG=true as well.
export DEBUG ?= true
# Where this is set, each of the many processes of a suite would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE
RUN := $(BIN)/python
NEW_KEY := $(RUN) -c 'import secrets; print(secrets.token_urlsafe(64))'

.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*\#\#.*/\1/p' $(firstword $(MAKEFILE_LIST)))

help:  ## List the targets
	@echo 'Everything makes what it needs first. To look around: make demo'
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([^:]*):.*## /  \1\t/' \
		| expand -t 20

# --- Environments: rebuilt when the pinned requirements change --------------------------
.venv/base: requirements/base.txt
	test -x $(RUN) || $(PYTHON) -m venv .venv
	@echo 'Installing packages (about a minute)…'
	$(BIN)/pip install --quiet --require-hashes -r requirements/base.txt
	@touch $@

.venv/dev: requirements/dev.txt
	test -x $(RUN) || $(PYTHON) -m venv .venv
	@echo 'Installing packages (about a minute)…'
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@ .venv/base

# --- Run it -----------------------------------------------------------------------------
demo: export DEMO = 1
demo: .venv/base  ## Serve a demo marketplace and run its jobs on http://127.0.0.1:8000 (PORT=…)
	@$(RUN) manage.py migrate_together --verbosity 0
	@$(RUN) manage.py seed --if-empty
	@PORT=$(PORT) exec $(RUN) -m marketplace.demo

demo-sms: export DEMO = 1
demo-sms: .venv/dev  ## The same, with a stub of Twilio that shows the text messages (SMS_PORT=…)
	@$(RUN) manage.py migrate_together --verbosity 0
	@$(RUN) manage.py seed --if-empty
	@PORT=$(PORT) exec $(RUN) -m tests.live.demo_sms

demo-stripe: export DEMO = 1
demo-stripe: .venv/dev  ## The same, with a stub of Stripe on whose page payers pay (STRIPE_PORT=…)
	@$(RUN) manage.py migrate_together --verbosity 0
	@$(RUN) manage.py seed --if-empty
	@PORT=$(PORT) exec $(RUN) -m tests.live.demo_stripe

# --- Test it ----------------------------------------------------------------------------
# Each of the processes has a database of its own, and a Redis database of its own.
WORKERS ?= auto
SUITE = $(BIN)/pytest --numprocesses $(WORKERS) --maxprocesses 4 \
	--dist loadfile --no-loadscope-reorder $(TESTS)

test: .venv/dev  ## Run the test suite on SQLite (WORKERS=… processes, TESTS=… files)
	@echo 'This takes about four minutes on two idle cores.'
	$(SUITE)

DATABASE_URL_TEST ?= postgres://postgres@127.0.0.1:5432/postgres
REDIS_URL_TEST ?= redis://127.0.0.1:6379/9
# What asks lists and details, which are answered by prepared queries.
PLAIN := alerts favorites listings messaging notifications offerings reviews tasks \
	$(addprefix tests/test_,blocks_everywhere.py caching.py cursor.py empty_last.py \
	hidden_content.py item_types.py map.py matrix.py nearest.py privacy.py queries.py \
	ranking.py search.py search_relevance.py suspended_names.py typos.py \
	visibility_by_id.py word_lookup.py)
test-plain: export PREPARED_QUERIES = false
test-plain: TESTS = $(PLAIN)
test-plain: .venv/dev  ## Run the tests of lists and details with plain querysets
	$(SUITE)

test-postgres: .venv/dev  ## Run the test suite on PostgreSQL and Redis
	@echo 'This takes about two minutes on two idle cores.'
	DATABASE_URL=$(DATABASE_URL_TEST) REDIS_URL=$(REDIS_URL_TEST) $(SUITE)

coverage: export DATABASE_URL = $(DATABASE_URL_TEST)
coverage: export REDIS_URL = $(REDIS_URL_TEST)
coverage: .venv/dev  ## The same, and which branches the tests take
	@echo 'This takes about three minutes on two idle cores.'
	$(SUITE) --cov --cov-report=
	$(BIN)/coverage report --skip-covered
	@echo 'workflows and permissions, every branch:'
	$(BIN)/coverage report --fail-under=100 \
		--include='core/workflow.py,*/workflow.py,*/permissions.py'

races: export DATABASE_URL = $(DATABASE_URL_TEST)
races: .venv/dev  ## Race requests against a real server on PostgreSQL and Redis (ROUNDS=…)
	@$(RUN) -m tests.live.races

races-identity: export DATABASE_URL = $(DATABASE_URL_TEST)
races-identity: .venv/dev  ## Race registrations, tokens, codes and text messages, with Redis killed and stopped (ROUNDS=…, SENDS=…)
	@$(RUN) -m tests.live.races_identity

soak-money: export DATABASE_URL = $(DATABASE_URL_TEST)
soak-money: .venv/dev  ## Kill what moves money at every point: nothing is lost or doubled (SOAK_KILLS=…)
	@$(RUN) -m tests.live.soak_money

mutants: .venv/dev  ## Break the rules of money one place at a time: a test must fail (FILES=…)
	@$(RUN) -m tests.mutants $(FILES)

soak-jobs: export DATABASE_URL = $(DATABASE_URL_TEST)
soak-jobs: .venv/dev  ## Kill workers while they send e-mails: each arrives once (SOAK_JOBS=… SOAK_KILLS=…)
	@$(RUN) -m tests.live.soak_jobs

idle-sockets: export DATABASE_URL = $(DATABASE_URL_TEST)
idle-sockets: export REDIS_URL = $(REDIS_URL_TEST)
idle-sockets: .venv/dev  ## Open 1,000 idle sockets: measure memory and connections (SOCKETS=…)
	@$(RUN) -m tests.live.idle_sockets

soak-chat: export DATABASE_URL = $(DATABASE_URL_TEST)
soak-chat: .venv/dev  ## Send messages while sockets, a server and Redis fail: each arrives once (SOAK_MESSAGES=…)
	@$(RUN) -m tests.live.soak_chat

outages: export DATABASE_URL = $(DATABASE_URL_TEST)
outages: .venv/dev  ## Stop the mail server, Redis, the worker and PostgreSQL in turn: nothing is lost
	@$(RUN) -m tests.live.outages
	@$(RUN) -m tests.live.outages_database
	@$(RUN) -m tests.live.slow_mail

starve: .venv/dev  ## Attack both servers from one address while an honest client asks
	@$(RUN) -m tests.live.starve

proxy-check: .venv/dev  ## Run nginx with docker/nginx.conf in front of both servers
	@$(RUN) -m tests.live.proxy
replica-check: export DEBUG = true
replica-check: .venv/dev  ## Read a real replica: pause it, kill it; nobody misses what they wrote
	@$(RUN) -m tests.live.replica

restore-check: .venv/dev  ## Back up a server in use, restore it elsewhere, and compare (docs/backup.md)
	@$(RUN) -m tests.live.restore

upgrade-check: .venv/dev  ## Run the last release and this code on one database (OLD=…, docs/upgrades.md)
	@$(RUN) -m tests.live.upgrade

reload-check: .venv/dev  ## Reload a server under load: no request is lost
	@$(RUN) -m tests.live.reload

contract: .venv/dev  ## Check the REST contract over HTTP (URL=…: on a server that runs)
	@$(RUN) -m tests.live.contract $(URL)
walk: contract  ## The same

api-check: .venv/dev  ## Lint the API description; compile and run a client generated from it
	@PYTHON=$(CURDIR)/$(RUN) tests/client/run

CHROMIUM ?= $(shell command -v chromium || command -v google-chrome)
browser: export CHROMIUM := $(CHROMIUM)
browser: .venv/dev  ## Test the admin and the pages in headless Chromium; screenshots in artifacts/
	@test -n "$(CHROMIUM)" || $(BIN)/playwright install chromium
	$(BIN)/pytest --override-ini addopts="-q --strict-markers" tests/browser

SIZE ?= city
bench: export DATABASE_URL = $(DATABASE_URL_TEST)
bench: .venv/base  ## Measure the product beside a baseline (SIZE=small|city|million)
	@command -v wrk > /dev/null || { echo 'First: apt-get install wrk'; exit 1; }
	@$(RUN) -m benchmarks --size $(SIZE)

bench-quick: export DATABASE_URL = $(DATABASE_URL_TEST)
bench-quick: .venv/base  ## A little of it and of bench-payments, once, without a report
	@$(RUN) -m benchmarks --size small --quick
	@$(RUN) -m benchmarks.payments --quick

bench-payments: export DATABASE_URL = $(DATABASE_URL_TEST)
bench-payments: .venv/base  ## Measure payments beside the same work without them
	@$(RUN) -m benchmarks.payments

MINUTES ?= 10
bench-memory: export DATABASE_URL = $(DATABASE_URL_TEST)
bench-memory: .venv/base  ## Check that the workers' memory stays flat (MINUTES=…, SIZE=…)
	@$(RUN) -m benchmarks.memory --size $(SIZE) --minutes $(MINUTES)

bench-identity: export DATABASE_URL = $(DATABASE_URL_TEST)
bench-identity: .venv/dev  ## Compare signing in with the hasher, and reads with the last release (OLD=…, TRIES=…)
	@$(RUN) -m benchmarks.identity

bench-releases: export DATABASE_URL = $(DATABASE_URL_TEST)
bench-releases: .venv/dev  ## Measure writes and jobs beside an earlier release (OLD=…)
	@$(RUN) -m benchmarks.releases

bench-desk: export DATABASE_URL = $(DATABASE_URL_TEST)
bench-desk: .venv/base  ## Measure the pages of the staff and the daily figures (SIZE=small|city|million)
	@$(RUN) -m benchmarks.desk --size $(SIZE)

bench-servers: export DATABASE_URL = $(DATABASE_URL_TEST)
bench-servers: .venv/base  ## Compare servers and numbers of threads
	@$(RUN) -m benchmarks.servers

# Cases for each operation, besides those that the description itself implies.
EXAMPLES ?= 5
fuzz: .venv/dev  ## Fuzz the API with schemathesis (EXAMPLES=…)
	$(RUN) -m tests.live.fuzz --examples $(EXAMPLES)

SCHEMA := $(RUN) manage.py spectacular --validate --fail-on-warn
check: .venv/dev  ## Lint, format, types, import contract, migrations, schema, deploy checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(RUN) manage.py makemigrations --check --dry-run
	@mkdir -p var && $(SCHEMA) --file var/openapi.yaml
	@diff -u docs/openapi.yaml var/openapi.yaml || { echo "Run make schema."; exit 1; }
	@echo 'check --deploy, as .env.example describes production'
	@set -a && . ./.env.example && set +a && DEBUG=false SECRET_KEY=$$($(NEW_KEY)) \
		JWT_SIGNING_KEY=$$($(NEW_KEY)) \
		$(RUN) manage.py check --deploy --fail-level WARNING

schema: .venv/dev  ## Write the description of the API to docs/openapi.yaml
	$(SCHEMA) --file docs/openapi.yaml

format: .venv/dev  ## Format the code and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

diagrams: .venv/base  ## Write docs/workflow.md from the workflow tables
	$(RUN) manage.py draw_workflows > docs/workflow.md

safety: .venv/dev  ## Write docs/safety.md from the docstrings of the tests
	$(RUN) -m tests.safety > docs/safety.md

rules-measure: .venv/dev  ## Write the measured part of docs/rules.md
	$(RUN) -m rules.tests.measure

released: .venv/dev  ## Record the migrations of a release, which later ones are compared with
	$(RUN) -m tests.released > tests/released_migrations.json

messages: .venv/dev  ## Collect and compile the translations in marketplace/locale
	@$(RUN) -m marketplace.locale.catalogues

# With extras: older versions of pip look for newer releases of what is pinned without.
lock: .venv/dev  ## Pin the requirements of requirements/*.in
	cd requirements && for name in base dev node; do \
		../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header \
			--no-strip-extras --no-emit-index-url --generate-hashes $$name.in \
			-o $$name.txt || exit; done
