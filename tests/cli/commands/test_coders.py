"""``isco coders --confirm``: answers in doubt are believed, until that is taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.corrections.doubts import Doubt, open_doubts, write_doubts
from main import main


def test_a_doubt_is_named_confirmed_and_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("{}\n", encoding="utf-8")
    folder = tmp_path / "data" / "corrections"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("text,corrected_isco_code,coder\nx,2221,Ana\n", "utf-8")
    write_doubts(folder / "a.csv", [Doubt("Ana", "review.csv", reasons=("9 of 40 are far",))])

    def coders(*arguments: str) -> tuple[int, str, str]:
        code = main(["coders", "--config", str(config), *arguments])
        return code, *capsys.readouterr()

    assert "9 of 40 are far" in coders()[1]
    assert json.loads(coders("--json")[1])["doubts"][0]["coder"] == "Ana"
    code, _, error = coders("--confirm", "Bea")
    assert code == 1 and "'Bea'" in error and "'Ana'" in error
    assert coders("--confirm", "ana")[:2] == (
        0,
        "confirmed: the answers of 'Ana' in 'review.csv'\n",
    )
    assert not open_doubts(folder) and "9 of 40" not in coders()[1]
    assert "confirmed 20" in coders()[1]
    assert json.loads(coders("--json")[1])["doubts"][0]["confirmed"]
    assert coders("--confirm", "  Ana ")[:2] == (
        0,
        "confirmed already: the answers of 'Ana' in 'review.csv'\n",
    )
    assert coders("--doubt", "Ana")[:2] == (0, "in doubt: the answers of 'Ana' in 'review.csv'\n")
    assert open_doubts(folder)


def test_an_empty_name_confirms_nobody_and_accents_are_read_either_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yaml").write_text("{}\n", encoding="utf-8")
    folder = tmp_path / "data" / "corrections"
    folder.mkdir(parents=True)
    for name, coder in (("a.csv", ""), ("b.csv", "Zoé Roux")):
        (folder / name).write_text("text,corrected_isco_code\nx,2221\n", "utf-8")
        write_doubts(folder / name, [Doubt(coder, name, reasons=("far",))])
    command = ["coders", "--config", str(tmp_path / "config.yaml"), "--confirm"]
    assert main([*command, ""]) == 1
    assert len(open_doubts(folder)) == 2
    assert main([*command, "Zoe\u0301  roux"]) == 0  # the accent apart, and two spaces
    assert [doubt.file for doubt in open_doubts(folder)] == ["a.csv"]
    assert main([*command, "a.csv"]) == 0
    assert not open_doubts(folder)
