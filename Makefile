# One word per job; `make` alone lists them.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
STAMP := $(VENV)/.installed
ENGINE := $(VENV)/.engine
# What scripts/cmake brings is found by cargo, after what the system has.
export PATH := $(PATH):$(abspath $(BIN))
RUST := $(shell find rust -name '*.rs' -o -name 'Cargo.*' | grep -v /target/)

.PHONY: help install demo test check bench docs clean
help:  ## list the jobs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: $(STAMP) $(ENGINE)  ## set up .venv with everything, the Rust engine built for speed

$(STAMP): pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade 'pip>=24'
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	touch $(STAMP)

$(ENGINE): $(STAMP) $(RUST)
	./scripts/cmake $(VENV)
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/maturin develop --release --quiet
	touch $(ENGINE)

demo: install  ## watch a phone call answered: server, sample app and phone in one command
	$(BIN)/ringback demo

test: install  ## run every test
	./scripts/test

check: install  ## ruff, mypy, clippy, rustfmt, direction of the imports
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	cd rust && cargo fmt --check && cargo clippy --quiet --profile quick --all-targets -- -D warnings
	$(BIN)/python -m pytest -q tests/unit/test_imports.py

bench: install  ## measure calls per second, CPU and memory per call, beside the machine's limit
	$(BIN)/python -m bench

clean:  ## remove what was built
	rm -rf $(VENV) rust/target
