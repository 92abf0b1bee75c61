"""Each step that the benchmark times is where it looks for it."""

from __future__ import annotations

from importlib import import_module

import pytest

from benchmarks.night_steps import STEPS


@pytest.mark.parametrize(("module", "function"), [step[1:] for step in STEPS])
def test_a_step_is_looked_up_where_it_is(module: str, function: str) -> None:
    assert callable(getattr(import_module(module), function))
