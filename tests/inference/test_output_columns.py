"""Every prediction has a value of the right type for each of our columns, in their order."""

from __future__ import annotations

import numpy as np
import pytest

from core.version import VERSION
from inference.corrections_lookup import CorrectionsLookup
from inference.decision import NO_PREDICTION, Prediction, decide
from inference.output_columns import OUTPUT_COLUMNS, as_cells, free_names, output_values
from inference.versions import software_versions

(MODEL,) = decide(np.eye(1, 436, dtype=np.float32), 0.9, "truncate")
CORRECTED = CorrectionsLookup({"nurse": "2221"}).find("nurse")


@pytest.mark.parametrize("prediction", [MODEL, CORRECTED, NO_PREDICTION])
def test_values_follow_the_columns(prediction: Prediction) -> None:
    values = output_values(prediction, "v1")
    assert list(values) == list(OUTPUT_COLUMNS)
    for name, value in values.items():
        assert value is None or isinstance(value, OUTPUT_COLUMNS[name]), name
    assert len(as_cells(values)) == len(OUTPUT_COLUMNS) and values["model_version"] == "v1"


def test_a_name_that_the_input_has_gets_a_prefix() -> None:
    names = free_names(["isco_code", " Confidence ", "predicted_confidence"])
    assert names[0] == "predicted_isco_code"
    assert names[2] == "predicted_predicted_confidence"


def test_the_versions_are_those_of_what_computes() -> None:
    import onnxruntime
    import tokenizers

    assert software_versions() == {
        "isco-coder": VERSION,
        "onnxruntime": onnxruntime.__version__,
        "tokenizers": tokenizers.__version__,
    }
