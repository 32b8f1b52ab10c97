# Every target sets up its own virtual environment where there is none, and is quick where there is one.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NEIGHBOURS ?= .venv-neighbours

.PHONY: contracts test slow fuzz neighbours lint bench realism record cassettes browser lock clean

contracts: $(READY)  ## the contracts against the embedded emulators
	$(BIN)/pytest -p pytest_keyauth --keyauth-contracts=all --keyauth-fail-under=100 -q contracts

test: $(READY)  ## the tests
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow"

slow: $(READY) neighbours  ## the tests that take longer
	$(BIN)/pytest --hypothesis-profile=thorough -m slow

FUZZ ?= 100000
SEED ?= 0
fuzz: $(READY)  ## about FUZZ cases a provider by schemathesis, which follow from SEED
	$(BIN)/pytest -p pytest_keyauth --keyauth-fuzz=$(FUZZ) --keyauth-seed=$(SEED) -q fuzz

# Plugins that would load into every run of ours are in an environment of their own, with the wheel of what is here.
neighbours: $(READY) $(NEIGHBOURS)/.ready  ## a consumer's tests beside other plugins, one lane each
	rm -rf build/neighbours
	$(BIN)/python -m build --wheel --no-isolation --outdir build/neighbours . > /dev/null
	$(NEIGHBOURS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall build/neighbours/*.whl
	PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 $(NEIGHBOURS)/bin/python -m pytest -c tests/neighbours/pytest.ini \
		--confcutdir=tests/neighbours -p no:cacheprovider tests/neighbours

$(NEIGHBOURS)/.ready: tests/neighbours/requirements.txt
	$(PYTHON) -m venv $(NEIGHBOURS)
	$(NEIGHBOURS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

lint: $(READY)  ## formatting, ruff, types, arrows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

record: $(READY)  ## record the contracts, and every documented outcome, from the embedded emulators into cassettes/
	$(BIN)/pytest -p pytest_keyauth --keyauth-contracts=all --keyauth-record=all --keyauth-fail-under=100 -q contracts

# Recorded anew, cassettes must be the same files; and the contracts must pass with nobody but them to answer.
cassettes: $(READY)  ## whether cassettes/ is what would be recorded now, and answers the contracts
	rm -rf build/cassettes
	$(BIN)/pytest -p pytest_keyauth --keyauth-contracts=all --keyauth-record=all --keyauth-cassettes=build/cassettes -q contracts
	diff -r cassettes build/cassettes || { echo "cassettes/ is not what is recorded now: make record"; exit 1; }
	$(BIN)/pytest -p pytest_keyauth --keyauth-contracts=all --keyauth-target=cassettes --keyauth-strict-cassettes \
		--keyauth-fail-under=100 -q contracts

bench: $(READY)  ## the benchmarks, as ratios measured in one run
	$(BIN)/python tests/bench/run.py

realism: $(READY)  ## how human made-up people are, and how well scorers do; needs ../shared/data for most of it
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.realism.run

# pyproject.toml: what is needed; dev-requirements.txt: the exact versions that CI uses, with their hashes.
$(READY): pyproject.toml dev-requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python %d.%d is too old, 3.11 is the oldest: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement dev-requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

browser:  ## Chromium for the tests in a browser, where Debian's packages can be installed; without it they are skipped
	@command -v chromium > /dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }

lock: $(READY)  ## renew dev-requirements.txt, and what the lanes run beside
	$(BIN)/uv pip compile --universal --python-version 3.11 --group dev --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --upgrade --output-file dev-requirements.txt pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --upgrade --output-file tests/neighbours/requirements.txt pyproject.toml \
		tests/neighbours/requirements.in

clean:
	rm -rf $(VENV) $(NEIGHBOURS) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
