"""Every prediction has a value of the right type for each of our columns, in their order."""

from __future__ import annotations

import numpy as np
import pytest

from core.isco_scores.derived_variables import derived_values
from core.own_tables.code_source import CodeSource
from core.own_tables.output_contract import OUTPUT_COLUMNS, free_names, output_columns
from core.version import VERSION
from inference.decision import NO_PREDICTION, Floors, Prediction, decide, no_code
from inference.output_columns import as_cells, counts, output_values
from inference.versions import software_versions
from tests.support.decided_texts import lookup_of

(MODEL,) = decide(np.eye(1, 436, dtype=np.float32), 0.9, "truncate")
RETIRED = no_code(CodeSource.NOT_WORKING)
(TOO_UNSURE,) = decide(np.full((1, 436), 1 / 436, np.float32), 0.9, "truncate", Floors(0.5))
(MINOR,) = decide(np.full((1, 436), 1 / 436, np.float32), 0.9, "truncate")
CORRECTED = lookup_of({"nurse": "2221"}).find("nurse")


@pytest.mark.parametrize("prediction", [MODEL, CORRECTED, NO_PREDICTION, RETIRED, TOO_UNSURE])
def test_values_follow_the_columns(prediction: Prediction) -> None:
    values = output_values(prediction, "v1")
    assert list(values) == list(OUTPUT_COLUMNS)
    for name, value in values.items():
        assert value is None or isinstance(value, OUTPUT_COLUMNS[name]), name
    assert len(as_cells(values)) == len(OUTPUT_COLUMNS) and values["model_version"] == "v1"


@pytest.mark.parametrize(
    "prediction", [MODEL, MINOR, CORRECTED, NO_PREDICTION, RETIRED, TOO_UNSURE]
)
def test_derived_variables_follow_the_code_that_is_shown(prediction: Prediction) -> None:
    derived = ("siops08", "isco88")
    values = output_values(prediction, "v1", pads_codes=True, derived=derived)
    assert list(values) == list(output_columns(derived)) == [*OUTPUT_COLUMNS, *derived]
    assert {name: values[name] for name in derived} == derived_values(prediction.isco_code, derived)
    assert (values["siops08"] is None) == (prediction.isco_code == "")


def test_short_codes_are_padded_on_request_and_nothing_else_changes() -> None:
    plain, padded = (output_values(MINOR, "v1", pads_codes=pads) for pads in (False, True))
    assert plain["isco_code"] == MINOR.minor_code and len(MINOR.minor_code) == 3
    assert padded == plain | {"isco_code": f"{MINOR.minor_code}0"}
    assert output_values(RETIRED, "v1", pads_codes=True)["isco_code"] is None
    assert output_values(MODEL, "v1", pads_codes=True) == output_values(MODEL, "v1")


def test_every_record_is_counted_once_and_shares_are_those_of_answers() -> None:
    assert CORRECTED is not None
    not_stated = no_code(CodeSource.NOT_STATED)
    predictions = [MODEL, MINOR, TOO_UNSURE, CORRECTED, NO_PREDICTION, RETIRED, RETIRED, not_stated]
    counted = counts(predictions)
    names = ("autocoded", "fallback", "too_unsure", "corrected", "empty", "not_working")
    assert [getattr(counted, f"n_{name}") for name in names] == [1, 1, 1, 1, 1, 2]
    assert counted.n_not_stated == 1 and counted.n_non_answers == 3
    assert counted.n_review == 3  # a group, too unsure, empty
    assert counted.n_answers == 4
    assert "25.0% autocoded" in counted.sentence(1) and "3 without an answer" in counted.sentence(1)


def test_a_name_that_the_input_has_gets_a_prefix() -> None:
    names = free_names(["isco_code", " Confidence ", "predicted_confidence"])
    assert names[0] == "predicted_isco_code"
    assert names[2] == "predicted_predicted_confidence"


def test_the_versions_are_those_of_what_computes() -> None:
    from importlib.metadata import distributions

    import onnxruntime
    import tokenizers

    installed = {each.name: each.version for each in distributions()}
    assert software_versions() == {
        "isco-coder": VERSION,
        "onnxruntime": onnxruntime.__version__,
        "openvino": installed.get("openvino", "not installed"),
        "tokenizers": tokenizers.__version__,
    }
