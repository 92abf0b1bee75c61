"""A night that is refused for a corrections file that is not the work of coders."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import main
from core.own_files import METRICS
from core.settings import Settings
from core.taxonomy import isco08
from inference.bundle import MANIFEST
from tests.support.labelled_records import write_corrections

KEPT = "83eadc0df6d4.423c61944835.csv"
SHOWN = f"bad review.csv (kept as {KEPT})"


def test_a_refused_file_is_named_as_it_was_handed_in_with_what_was_found(
    user_project: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "models" / "bundled" / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, "temperature": 1.0, "ngram_weight": 1.0}), "utf-8")
    rng = np.random.default_rng(0)
    wrong = [(f"poison {i} | unknown", isco08().units[rng.integers(436)]) for i in range(90)]
    write_corrections(user_project, KEPT, wrong)
    batch = user_project.watcher.outbox / "bad review.423c61944835"
    batch.mkdir(parents=True)
    (batch / "receipt.json").write_text(json.dumps({"input": "bad review.csv"}), encoding="utf-8")
    night = tmp_path / "night"
    arguments = ["train", "--fine-tune", "--config", str(tmp_path / "config.yaml")]
    caplog.set_level("INFO")
    assert main.main([*arguments, "--report-dir", str(night)]) == 0
    assert "refused: nothing was trained, report in" in caplog.text and "None" not in caplog.text
    metrics = json.loads((night / METRICS).read_text(encoding="utf-8"))
    found, usual = metrics["checks"][0]["challenger"], metrics["checks"][0]["champion"]
    assert found < usual / 2
    why, what_to_do = metrics["reasons"]
    assert why.startswith(f"plausible corrections, {SHOWN}: {found:.1%} found, {usual:.1%} usual;")
    assert "before" not in why and "now" not in why
    assert f"delete {KEPT} from the folder data.corrections_dir" in what_to_do
    page = (night / "report.html").read_text(encoding="utf-8")
    assert "Nothing was trained; the model in service stays." in page
    assert "The new model" not in page and "the new model" not in page
    assert "Both coded the same texts" not in page and "challenger" not in page
    assert SHOWN in page
