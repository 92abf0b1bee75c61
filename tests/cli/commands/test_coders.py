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

    whose = "the answers of 'Ana' in 'a.csv' (handed in as 'review.csv')"
    assert "9 of 40 are far" in coders()[1] and f"{whose} are in doubt" in coders()[1]
    assert json.loads(coders("--json")[1])["doubts"][0]["coder"] == "Ana"
    code, _, error = coders("--confirm", "Bea")
    assert code == 1 and "'Bea'" in error and "'Ana'" in error
    assert coders("--confirm", "ana")[:2] == (
        0,
        f"confirmed: {whose}\n",
    )
    assert not open_doubts(folder) and "9 of 40" not in coders()[1]
    assert "confirmed 20" in coders()[1]
    assert json.loads(coders("--json")[1])["doubts"][0]["confirmed"]
    assert coders("--confirm", "  Ana ")[:2] == (
        0,
        f"confirmed already: {whose}\n",
    )
    assert coders("--doubt", "Ana")[:2] == (0, f"in doubt: {whose}\n")
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


def test_files_that_were_handed_in_under_one_name_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command that is proposed for a file confirms this file alone."""
    (tmp_path / "config.yaml").write_text("{}\n", encoding="utf-8")
    folder = tmp_path / "data" / "corrections"
    folder.mkdir(parents=True)
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text("text,corrected_isco_code\nx,2221\n", "utf-8")
        write_doubts(folder / name, [Doubt("", "review.csv", reasons=("far",))])
    command = ["coders", "--config", str(tmp_path / "config.yaml"), "--confirm"]
    assert main([*command, "review.csv"]) == 1
    error = capsys.readouterr().err
    assert "'a.csv' (in doubt), 'b.csv' (in doubt)" in error and "found 2 files" in error
    assert main([*command, "c.csv"]) == 1
    assert "'a.csv' (handed in as 'review.csv'), 'b.csv'" in capsys.readouterr().err
    assert len(open_doubts(folder)) == 2, "an error confirms nothing"
    first, second = open_doubts(folder)
    proposed = first.sentence.rpartition("isco coders --confirm ")[2]
    assert main([*command, proposed]) == 0
    assert open_doubts(folder) == [second]
    assert "'a.csv' (handed in as 'review.csv')" in capsys.readouterr().out
    assert main([*command, "review.csv"]) == 1, "it may mean what is confirmed already"
    assert "'a.csv' (confirmed), 'b.csv' (in doubt)" in capsys.readouterr().err
