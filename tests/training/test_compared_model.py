"""The model in service answers each list of texts once, and hold-out sets once in many nights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.settings import InferenceSettings, OutputSettings, Settings
from inference.bundle import Bundle
from training.compared_model import ComparedModel, keep_probabilities, open_on_cpu

FILE = "hold_out_probabilities.npz"


@pytest.fixture
def output(tmp_path: Path) -> OutputSettings:
    return OutputSettings(model_dir=tmp_path)


def champion(bundle: Bundle, output: OutputSettings) -> ComparedModel:
    return ComparedModel(bundle, Settings(output=output))


@pytest.fixture(scope="module")
def exact(bundle: Bundle, texts: list[str]) -> np.ndarray:
    return open_on_cpu(bundle, InferenceSettings()).probabilities(texts)


def test_a_list_of_texts_is_computed_once(
    bundle: Bundle, texts: list[str], exact: np.ndarray, output: OutputSettings
) -> None:
    asked = champion(bundle, output)
    first = asked.probabilities(texts[:30])
    assert asked.probabilities(list(texts[:30])) is first
    np.testing.assert_array_equal(first, exact[:30])
    np.testing.assert_array_equal(asked.probabilities(texts[20:40]), exact[20:40])
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1


def test_the_next_night_takes_what_was_kept(
    bundle: Bundle, texts: list[str], exact: np.ndarray, output: OutputSettings
) -> None:
    """All but the texts that are computed again, of which row 1 is none."""
    marked = exact.copy()
    marked[1] = 0.5
    version = bundle.manifest.version
    keep_probabilities(output, [(version, texts, marked), (version, texts[:9], exact[:9])])
    np.testing.assert_array_equal(champion(bundle, output).probabilities(texts), marked)
    np.testing.assert_array_equal(champion(bundle, output).probabilities(texts[:9]), exact[:9])
    np.testing.assert_array_equal(champion(bundle, output).probabilities(texts[:8]), exact[:8])


def test_what_another_model_or_machine_computed_is_not_taken(
    bundle: Bundle, texts: list[str], exact: np.ndarray, output: OutputSettings
) -> None:
    other = exact.copy()
    other[1] = 0.5
    keep_probabilities(output, [("2026-01-01.00000000", texts, other)])
    np.testing.assert_array_equal(champion(bundle, output).probabilities(texts), exact)
    other = np.nextafter(exact, np.float32(1))  # as on a processor that adds in another order
    keep_probabilities(output, [(bundle.manifest.version, texts, other)])
    np.testing.assert_array_equal(champion(bundle, output).probabilities(texts), exact)


def test_a_damaged_file_costs_time_alone(
    bundle: Bundle,
    texts: list[str],
    exact: np.ndarray,
    output: OutputSettings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = output.model_dir / FILE
    keep_probabilities(output, [(bundle.manifest.version, texts[:9], exact[:9])])
    path.write_bytes(path.read_bytes()[:-100])
    np.testing.assert_array_equal(champion(bundle, output).probabilities(texts[:9]), exact[:9])
    assert FILE in caplog.text
    path.unlink()
    path.mkdir()
    keep_probabilities(output, [(bundle.manifest.version, texts[:9], exact[:9])])
    assert "computes the hold-out sets again" in caplog.text
