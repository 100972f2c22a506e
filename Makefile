# Thin names for what manage.py and .ci/ do; nothing is decided here.

.PHONY: up test thorough lint format types messages lock ci

up:
	python3 manage.py up

test:
	python3 manage.py test

thorough:
	python3 manage.py test -m thorough

lint:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djlint templates --lint

format:
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

types:
	.venv/bin/mypy

# English catalogue: collects the Chinese sentences; needs gettext.
messages:
	.venv/bin/python .ci/check_translations.py --write

# Pins requirements*.in again, with hashes, for every Python from 3.11 on. `make lock UPGRADE=1` takes newer versions.
lock:
	.ci/lock $(if $(UPGRADE),--upgrade,)

ci:
	bash .ci/run
