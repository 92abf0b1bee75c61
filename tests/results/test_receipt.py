"""The receipts: what every one of them has."""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path

from core.settings import Settings
from core.version import VERSION
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup
from results.code_file import code_file
from results.corrections_file import process_corrections


def test_every_receipt_has_the_versions_of_the_software(
    tmp_path: Path, bundle: Bundle, settings: Settings
) -> None:
    survey, corrections = tmp_path / "survey.csv", tmp_path / "corrections.csv"
    survey.write_text("job_title\nnurse\n", encoding="utf-8")
    corrections.write_text("text,corrected_isco_code\nnurse | unknown,2221\n", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    receipts = (
        code_file(survey, out, open_autocoder(bundle, settings), settings),
        process_corrections(corrections, out, CorrectionsLookup(), settings),
    )
    installed = {each.name: each.version for each in distributions()}
    for receipt in receipts:
        assert asdict(receipt)["versions"] == {
            "isco-coder": VERSION,
            "onnxruntime": installed["onnxruntime"],
            "openvino": installed.get("openvino", "not installed"),
            "tokenizers": installed["tokenizers"],
        }
