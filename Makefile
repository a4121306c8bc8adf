# A machine needs Python 3.11 or newer with venv, git and make; everything else comes with hashes from the lock files.
# Without make:  python3 tools/setup.py && .venv/bin/inplane run        (Windows: .venv\Scripts\inplane run)

PYTHON ?= python3
BIN := .venv/bin
RUN_READY := .venv/.run-ready
DEV_READY := .venv/.dev-ready

.PHONY: setup run test check lint types contract bench docs coverage lock clean

setup: $(DEV_READY)            ## everything that working on inplane needs

run: $(RUN_READY)              ## the console, served on this machine only
	$(BIN)/inplane run $(ARGUMENTS)

test: $(DEV_READY)             ## all tests; what is skipped, and why, is listed at the end
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal

check: lint types contract uncompiled test    ## what CI runs

lint: $(DEV_READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(DEV_READY)
	$(BIN)/pyright

contract: $(DEV_READY)
	$(BIN)/lint-imports

.PHONY: uncompiled
uncompiled: $(DEV_READY)       ## the smallest kernel tests, with the kernels as plain Python
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -q -m uncompiled

coverage: $(DEV_READY)         ## which lines the tests reach; kernels count because they also run uncompiled
	rm -f .coverage
	NUMBA_DISABLE_JIT=1 $(BIN)/coverage run --append -m pytest -q -m uncompiled
	$(BIN)/coverage run --append -m pytest -q
	$(BIN)/coverage report

bench: $(DEV_READY)            ## every figure in full, written to docs/reference/figures.md
	$(BIN)/python tools/write_figures.py

docs: $(DEV_READY)             ## the documentation, built into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	$(BIN)/python tools/groin_gallery.py
	$(BIN)/python tools/gallery.py

lock: $(DEV_READY)             ## newer versions of everything: compiles the lock files anew
	tools/lock.sh --upgrade

clean:                         ## takes the environment away, so that the next command makes a new one
	rm -rf .venv site .coverage

$(RUN_READY): requirements.lock pyproject.toml tools/setup.py
	$(PYTHON) tools/setup.py

$(DEV_READY): requirements.lock requirements-dev.lock requirements-wire.lock pyproject.toml tools/setup.py
	$(PYTHON) tools/setup.py --dev
