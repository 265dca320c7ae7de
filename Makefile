# Everything a person does here by hand. Each target sets up what it needs.

BIN = .venv/bin
TESTS =

# What a whole run tried of docs/RELIABILITY.md; a run of some tests says nothing.
tried = $(if $(TESTS),,--faults-to=build/faults-$(1).json)
# In CI a test that fails is run once more by itself (tests/retries.py says which not).
retries = $(if $(CI),--retry-failed=build/flaky.txt)
PYTEST = $(BIN)/pytest -rs --durations=10 -n 2 $(retries)

# The tests start hundreds of processes; each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

# Where sentences for people are tested.
SENTENCE_TESTS = tests/reports tests/services tests/campaigns tests/ground

.PHONY: sentences setup demo test check test-faults test-long reliability docs docs-json lock bench release

setup:  ## install everything, and nothing else
	@sh scripts/setup

demo: setup  ## the main job, end to end, on a sample city
	@$(BIN)/socialcell demo

test: setup  ## all tests but the slow sweeps and the long ones
	$(PYTEST) -m "not faults and not long" $(call tried,quick) $(TESTS)

check: setup  ## format, lint, types, layers, generated docs, locks, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/docs.py --check
	$(BIN)/python scripts/glossary.py --check
	$(BIN)/python scripts/privacy_docs.py --check
	$(BIN)/python scripts/reliability.py --check
	$(BIN)/python scripts/advisories.py
	@if grep -n '://' requirements*.lock; then echo 'A lock names a host: run make lock.'; exit 1; fi
	@$(MAKE) --no-print-directory test

test-faults: setup  ## the slow sweeps: kills, restarts, a clean install
	$(PYTEST) -m "faults and not long" $(call tried,slow) $(TESTS)

test-long: setup  ## the same sweeps at many more places; each takes over a minute
	$(PYTEST) -m long $(call tried,long) $(TESTS)

reliability:  ## write docs/RELIABILITY.md from what the last whole runs of the tests tried
	$(BIN)/python scripts/reliability.py

# Searches only what has no test yet; without tests/sentences.tsv, everything.
sentences: setup  ## find the test that compares each sentence of reports and letters
	$(BIN)/pytest -q -n 2 -p tests.sentence_changes -p no:cacheprovider --timeout 0 --assert plain --tb line \
	    --database sqlite -m "not browser and not long" $(or $(TESTS),$(SENTENCE_TESTS))
	$(BIN)/python scripts/sentences.py --check

docs: setup  ## write docs/cli.md from the commands, docs/glossary.md, the picture of the layers
	$(BIN)/python scripts/docs.py
	$(BIN)/python scripts/glossary.py
	$(BIN)/python scripts/privacy_docs.py
	$(BIN)/python scripts/structure_picture.py

# Pins stay as they are where they still fit; not after set-up, which needs a good lock.
RESOLVE = $(firstword $(wildcard $(BIN)/uv) uv) pip compile --quiet --universal --no-header --generate-hashes --python-version 3.11
# The trained models are a distribution of this tree, installed beside the code.
FROM_TREE = --no-emit-package socialcell-models

docs-json: setup  ## write docs/json.md from what every command writes on a short demo
	mkdir -p build && rm -rf build/json-demo
	$(BIN)/socialcell demo --dir build/json-demo --days 8 --seed 3 --json > build/json-demo.json
	$(BIN)/python scripts/json_docs.py build/json-demo

lock:  ## resolve pyproject.toml again, with hashes and without addresses
	echo ./models | $(RESOLVE) pyproject.toml - $(FROM_TREE) --all-extras -o requirements-dev.lock
	echo ./models | $(RESOLVE) pyproject.toml - $(FROM_TREE) -c requirements-dev.lock -o requirements.lock
	echo uv | $(RESOLVE) - -o requirements-uv.lock

bench: setup  ## measure speed, where there is something to measure
	$(BIN)/python benchmarks/run.py

release: setup  ## VERSION=0.2.0: changelog, commit and tag; wheel, sdist and SBOM in dist/
	$(BIN)/python scripts/release.py $(VERSION)
