"""A receipt says how many records have the codes of answers in doubt, or in contradiction."""

from __future__ import annotations

from pathlib import Path

from core.corrections.doubts import Doubt, confirm, write_doubts
from core.settings import Settings
from inference.bundle import Bundle
from tests.results.test_input_columns import coded

ANSWERS = "text,corrected_isco_code,coder\n"


def contested_notes(folder: Path, bundle: Bundle, settings: Settings) -> list[str]:
    folder.mkdir()
    text = "id,occupation\n1,cook\n2,cook\n3,guard\n4,nurse\n"
    receipt, out = coded(folder, text, bundle, settings)
    notes = [note for note in receipt.notes if "isco coders" in note]
    report = (out / "report.html").read_text("utf-8")
    assert all(note.partition(":")[0] in report for note in notes)
    return [note.partition(":")[0] for note in notes]


def test_the_receipt_and_the_report_say_it(
    tmp_path: Path, bundle: Bundle, settings: Settings
) -> None:
    corrections = settings.data.corrections_dir
    corrections.mkdir(parents=True, exist_ok=True)
    guessed = corrections / "a.csv"
    guessed.write_text(f"{ANSWERS}cook | unknown,4412,Max\nnurse | unknown,2221,Max\n", "utf-8")
    assert contested_notes(tmp_path / "believed", bundle, settings) == []
    write_doubts(guessed, [Doubt("Max", "guessed.csv", reasons=("far",))])
    (corrections / "b.csv").write_text(
        f"{ANSWERS}guard | unknown,5414,Ana\nguard | unknown,3355,Bea\nnurse | unknown,2221,Bea\n",
        "utf-8",
    )
    disputed = "1 record has a code that another coder contradicts"
    assert contested_notes(tmp_path / "doubted", bundle, settings) == [
        "2 records have the codes of answers in doubt",
        disputed,
    ], "of the nurse Bea says the same"
    confirm(corrections, "Max")
    assert contested_notes(tmp_path / "confirmed", bundle, settings) == [disputed]
