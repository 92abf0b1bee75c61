"""Every promise and every fault names its tests, and they exist."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conftest import ROOT

_ROW = re.compile(r"^\| (\d+) \|(.*)\|$", re.MULTILINE)
_TEST = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "n_rows"), [("docs/reliability.md", 26), ("tests/system/faults.md", 111)]
)
def test_what_is_promised_is_tested(path: str, n_rows: int) -> None:
    rows = _ROW.findall((ROOT / path).read_text(encoding="utf-8"))
    assert [int(number) for number, _ in rows] == list(range(1, n_rows + 1))
    for number, row in rows:
        tests = _TEST.findall(row)
        assert tests, f"{path}, row {number} names no test"
        for file, name in tests:
            (path_of_tests,) = (ROOT / "tests").rglob(file)
            tree = ast.parse(path_of_tests.read_text(encoding="utf-8"))
            names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert name in names, f"{path}, row {number}: {file} has no {name}"
