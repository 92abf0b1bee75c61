"""The examples of the pages and of the docstrings run, and so does the notebook."""

from __future__ import annotations

import doctest
import importlib.util
import re
from pathlib import Path

import pytest

import isco.coder
import isco.taxonomy
from tests.conftest import CHILD_PATH, ROOT

_FENCE = re.compile(r"^```.*$", re.MULTILINE)
_FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make an empty project the current one: a checkout may have corrections."""
    (tmp_path / "config.yaml").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("shap") is None, reason="needs the extra explain")
def test_the_examples_of_the_page_are_true() -> None:
    path = ROOT / "docs" / "python.md"
    page = _FENCE.sub("", path.read_text(encoding="utf-8"))  # a fence is no output
    test = doctest.DocTestParser().get_doctest(page, {}, path.name, str(path), 0)
    assert len(test.examples) > 15
    outcome = doctest.DocTestRunner(optionflags=_FLAGS).run(test)
    assert outcome.failed == 0


@pytest.mark.slow
@pytest.mark.parametrize("module", [isco.coder, isco.taxonomy])
def test_the_examples_of_the_docstrings_are_true(module: object) -> None:
    outcome = doctest.testmod(module, optionflags=_FLAGS)  # type: ignore[arg-type]
    assert outcome.failed == 0 and outcome.attempted > 5


@pytest.mark.slow
def test_the_notebook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient = pytest.importorskip("nbclient")
    import nbformat

    monkeypatch.setenv("PYTHONPATH", CHILD_PATH)
    notebook = nbformat.read(ROOT / "examples" / "coding.ipynb", as_version=4)
    resources = {"metadata": {"path": str(ROOT / "examples")}}
    nbclient.NotebookClient(notebook, timeout=100, resources=resources).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) > 5 and all(cell.outputs for cell in cells)
