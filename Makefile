PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test

run: .venv/installed
	@ls outbox/*/receipt.json >/dev/null 2>&1 || cp examples/survey.csv inbox/
	@$(BIN)/isco watch

test: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q -rs

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable ".[train,explain,dev]"
	@touch $@
