# `make help` lists the targets. Each builds what it needs.
.DEFAULT_GOAL := help
.PHONY: help demo test test-rust test-python test-browser test-highs lint fuzz bench bench-highs docs rustdoc wheel bundle clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
CARGO_HOME ?= $(HOME)/.cargo
# One set of features and one profile for development, for the whole workspace, so that polars is built once.
FEATURES := io

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

$(VENV)/ready: requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements-dev.txt
	touch $@

SOURCES := $(shell find src python -type f ! -name '*.so' ! -name '*.pyc') Cargo.toml Cargo.lock pyproject.toml
# The development build of the module, installed so that edits in python/ take effect at once.
$(VENV)/built: $(VENV)/ready $(SOURCES)
	$(BIN)/maturin develop --quiet --profile dev --features $(FEATURES)
	touch $@

demo: $(VENV)/built ## compute and show the indicators of a synthetic Hưng Yên of 2022
	$(BIN)/python examples/demo.py

test: test-rust test-python ## run every test

test-rust: ## the Rust tests and doc examples
	cargo test --workspace --features $(FEATURES) --quiet

test-python: $(VENV)/built ## the Python tests, doc examples and the notebook
	$(BIN)/python -m pytest -n logical --dist worksteal

# JupyterLab as the notebooks pin it, and what drives a browser; chitieu itself is that of python/.
BROWSER := build/browser-venv
$(BROWSER)/ready: examples/requirements.txt tests/browser-requirements.txt
	$(PYTHON) -m venv $(BROWSER)
	$(BROWSER)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile $(^:%=-r %)
	touch $@

test-browser: $(VENV)/built $(BROWSER)/ready ## the notebooks in JupyterLab, a browser and no network
	$(BROWSER)/bin/python tests/browser.py examples/*.ipynb

# What builds HiGHS, but for a C++ compiler.
HIGHS := build/highs-venv
$(HIGHS)/ready: tests/highs-requirements.txt
	$(PYTHON) -m venv $(HIGHS)
	$(HIGHS)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile -r tests/highs-requirements.txt
	touch $@

WITH_HIGHS = PATH="$(CURDIR)/$(HIGHS)/bin:$$PATH" \
	LIBCLANG_PATH="$$(echo $(CURDIR)/$(HIGHS)/lib/python3*/site-packages/clang/native)" \
	BINDGEN_EXTRA_CLANG_ARGS="-I$$(cc -print-file-name=include)"

test-highs: $(HIGHS)/ready ## the tests of protection with HiGHS as the solver, and both solvers side by side
	$(WITH_HIGHS) cargo test --features $(FEATURES),highs disclosure

bench-highs: $(HIGHS)/ready ## exact bounds of hidden counts by either solver
	cargo bench --features $(FEATURES) --bench exact
	$(WITH_HIGHS) cargo bench --features $(FEATURES),highs --bench exact

lint: docs ## formatters, linters, type checkers and the guide
	cargo fmt --check
	cargo clippy --workspace --all-targets --features $(FEATURES) --quiet -- -D warnings
	cargo tree --locked --manifest-path tests/embed/Cargo.toml --prefix none > target/embed-tree.txt
	! grep pyo3 target/embed-tree.txt
	cargo check --locked --quiet --manifest-path tests/embed/Cargo.toml --target-dir target/embed
	$(BIN)/ruff check python tests examples benches docs src
	$(BIN)/ruff format --check python tests examples benches docs src
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest chitieu._native
	PYTHONPATH=python $(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/python tests/licences.py
	$(BIN)/python tests/imports.py

FUZZ_SECONDS ?= 600
fuzz: ## run mutated inputs for FUZZ_SECONDS, with the date as seed
	CHITIEU_FUZZ_SECONDS=$(FUZZ_SECONDS) CHITIEU_FUZZ_SEED=$${FUZZ_SEED:-$$(date +%Y%m%d)} cargo test --features $(FEATURES) --quiet --test all fuzz -- --nocapture

bench: wheel ## measure the budgets and the alternatives, with the release wheel
	cargo bench --features $(FEATURES) --bench kernel
	rm -rf build/bench
	$(BIN)/python -m pip install --quiet --no-deps --target build/bench dist/*.whl
	PYTHONPATH=build/bench $(BIN)/python benches/budgets.py
	PYTHONPATH=build/bench $(BIN)/python benches/peers.py
	PYTHONPATH=build/bench $(BIN)/python benches/distinct.py
	PYTHONPATH=build/bench $(BIN)/python benches/abuse.py
	PYTHONPATH=build/bench $(BIN)/python benches/quality.py
	PYTHONPATH=build/bench $(BIN)/python benches/disclosure.py
	PYTHONPATH=build/bench $(BIN)/python benches/reading.py
	PYTHONPATH=build/bench $(BIN)/python benches/interrupt.py

docs: $(VENV)/built ## build the guide in Vietnamese and English, and check its links
	rm -rf build/docs
	for language in vi en; do \
		$(BIN)/sphinx-build -q -W --keep-going -c docs -D language=$$language -d build/doctrees/$$language \
			docs/$$language build/docs/$$language || exit 1; \
	done
	$(BIN)/python docs/check.py build/docs

rustdoc: ## build the Rust documentation
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --features $(FEATURES)

wheel: $(VENV)/ready ## build the release wheel
	rm -rf dist
	RUSTFLAGS="--remap-path-prefix=$(CURDIR)=. --remap-path-prefix=$(CARGO_HOME)=cargo" $(BIN)/maturin build --profile dist --out dist
	$(BIN)/python tests/wheel.py dist "$(CURDIR)" "$(CARGO_HOME)" "$(HOME)/"

bundle: wheel ## a folder for machines like this one without a network: the wheel, all it needs, the notebooks
	rm -rf build/bundle
	mkdir -p build/bundle
	cp examples/*.ipynb examples/CAI-DAT.txt build/bundle
	$(BIN)/python -m pip download --quiet --only-binary :all: --dest build/bundle/packages -r examples/requirements.txt
	cp dist/*.whl build/bundle/packages
	cp examples/requirements.txt build/bundle
	$(BIN)/python -c 'import sys; print("chitieu  # Python %d.%d, %s" % (*sys.version_info[:2], sys.platform))' >> build/bundle/requirements.txt
	$(BIN)/python tests/bundle.py build/bundle

clean: ## remove everything that was built
	rm -rf target build dist $(VENV) python/chitieu/_native*.so
