"""What becomes of an answer is said in the language of the pages, without a word of English."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from core.corrections.coded_texts import keep_text_list
from core.corrections.doubts import Doubt
from core.corrections.text_list import ListHead, TextCollector
from core.isco_codes.written_code import KIND_WORDS
from core.languages.page_language import page_language, page_languages
from core.settings_file.settings_reader import load_settings
from inference.corrections_lookup import CorrectionsLookup
from inference.output_columns import as_cells, output_values
from results.corrections_file import process_corrections
from tests.conftest import ROOT
from tests.support.review_fixtures import SURE, prediction
from tests.support.written_rows import rows_of

Row = dict[str, str]
BATCH = "0123456789ab"
CODE = "corrected_isco_code"
SAYING = (
    "core/isco_codes/written_code.py",
    "core/isco_codes/invalid_code.py",
    "core/isco_codes/words_beside.py",
    "core/corrections/correction.py",
    "core/corrections/correction_table.py",
    "core/corrections/edited_predictions.py",
    "core/corrections/misplaced_answers.py",
    "core/corrections/signature.py",
    "core/corrections/text_comparison.py",
    "results/corrections_file.py",
    "results/intake_check.py",
)
"""The modules that say what became of an answer."""
NAMES = {"isco", "soc", "utf", "adjudicated", "coder", "comment", "final", "text"}
"""Classifications, an encoding, and columns whose names may be words."""
ALIKE = {
    "de": {"code", "codes"},
    "fr": {"code", "codes", "correction", "corrections", "long", "national", "place", "second"},
    "pt": {"zero", "zeros"},
}
"""Words that a language shares with English."""

CODES = (
    *("x" * 301, "9999", "ISCO-88 7212", "7212/7213", "see row 2221", "7212.0", "310", "7210"),
    *("7200", "7000", "8324", "SOC 7212", "7212 (unsure)", "not 7212", "7212 Cooks"),
    *("7212 Köche", "12345", "7112001", "7112001 Murár", "-7212", "Cooks", "7512/5154"),
    *("same as above", "oui", "2221?", "delete", "21", "not codable", "withdraw", "512"),
)
ANSWERS: list[Row] = [
    *({CODE: code} for code in CODES),
    {CODE: "2221", "coded_at": "yesterday", "adjudicated": "maybe"},
    {CODE: "2221", "coded_at": "2999-01-01"},
    {CODE: "2221", "several_occupations": "2221 8322"},
    {CODE: "2221", "text": "nurse | wards | beds"},
    {CODE: "2221", "text": "B?cker"},
    {CODE: "2221", "text": "unknown | unknown"},
    {CODE: "2221", "final": "3221"},
    {"comment": "7212"},
    {"comment": "hello"},
    {"coder": "7212"},
    {"final": "7212"},
    {"predicted_code": "7212", "predicted_title": "Cooks"},
    {CODE: "2221", "sampled": f"batch {BATCH}"},
    {CODE: "2221", "sampled": "batch ffff"},
    {CODE: "2221", "text": "drawn", "sampled": f"batch {BATCH}", "n_records": "9"},
    {CODE: "2221", "text": "disputed", "coder": "Ana"},
    {CODE: "3221", "text": "disputed", "coder": "Ben"},
    {CODE: "withdraw", "text": "disputed", "coder": "Ben"},
    {CODE: "2221", "text": "settled", "coder": "Ana", "adjudicated": "yes"},
    {CODE: "3221", "text": "settled", "coder": "Ben"},
    {CODE: "withdraw", "text": "settled", "coder": "Ben"},
    {CODE: "2221", "text": "decided", "coder": "Ana"},
    {CODE: "3221", "text": "decided", "coder": "Ben"},
    {CODE: "3221", "text": "decided", "adjudicated": "yes"},
    {CODE: "2221", "text": "decided", "adjudicated": "yes"},
    {CODE: "2221", "text": "confirmed"},
    {CODE: "222", "text": "confirmed"},
    {CODE: "2221", "coder": "Doubtful"},
    {CODE: "2221", "text": "believed", "coder": "Ana"},
    {CODE: "3221", "text": "believed", "coder": "Doubtful"},
]
MIXED: list[Row] = [
    {"text": "cook | fries", "job_title": "baker", "duties_description": "fries", CODE: "5120"},
]
TITLES_ALONE: list[Row] = [{"text": "cook | unknown", "job_title": "baker", CODE: "5120"}]
OF_ISCO_88: list[Row] = [
    {"text": code, CODE: code} for code in ("8324", "7435", "1229", "2221", "5220")
]


def predictions() -> list[Row]:
    """Return the rows of a predictions.csv in which codes were changed, removed and added."""
    values = output_values(prediction(SURE), "v1", False)
    row = dict(zip(values, as_cells(values), strict=True))
    return [
        {"job_title": "kept", **row, CODE: ""},
        {"job_title": "removed", **row, "isco_code": "", CODE: ""},
        {"job_title": "changed", **row, "isco_code": "7211", CODE: "7213"},
    ]


def untold() -> list[Row]:
    """Return a row of a predictions.csv without the columns that tell the code that it had."""
    telling = ("candidate", "minor_code", "is_fallback", "needs_review", "source")
    row = predictions()[0]
    return [{name: cell for name, cell in row.items() if not name.startswith(telling)}]


def write(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def said(project: Path, language: str) -> Iterator[str]:
    """Yield every reason and note about the answers, in a language, in the order of the files."""
    folder = project / language
    folder.mkdir()
    config = folder / "config.yaml"
    config.write_text(f"output: {{language: {language}}}\n", encoding="utf-8")
    settings = load_settings(config)
    texts = TextCollector()
    texts.add({"drawn | unknown": "2221"}, {})
    drawn = {"drawn | unknown": 1}
    keep_text_list(settings.data.corrections_dir, ListHead(BATCH, "v1"), texts, drawn)
    answers = [{"text": f"text {number}", **row} for number, row in enumerate(ANSWERS)]
    names = dict.fromkeys(name for row in answers for name in row)
    answers.append({name: name for name in names})  # two files, one below the other
    for rows in (answers, MIXED, TITLES_ALONE, OF_ISCO_88, predictions(), untold()):
        receipt = process_corrections(
            write(folder / "review.csv", rows),
            folder,
            CorrectionsLookup(),
            settings,
            find_doubts=lambda corrections, name: [Doubt("Doubtful", name)],
        )
        yield from (row["reason"] for row in rows_of(folder / "corrections.csv"))
        yield from map(page_language(language).gettext, receipt.notes)


def words(sentence: str) -> set[str]:
    """Return the words of a sentence; what it quotes, names and commands are none."""
    plain = re.sub(
        r"'[^']*'|“[^”]*”|„[^“]*“|«[^»]*»|\w+_\w+|batch \w+|isco coders --confirm \w+",
        " ",
        sentence,
    )
    return set(re.findall(r"[^\W\d]{3,}", plain.casefold())) - NAMES


def test_every_reason_is_met(tmp_path: Path) -> None:
    reasons = "\n".join(said(tmp_path, "en"))
    known = [*map(str, KIND_WORDS.values())]  # for counts
    for module in SAYING:
        for source in sources(ROOT / module):
            pattern = re.sub(r"\\\{.*?\\\}", ".+", re.escape(source))
            assert source in known or re.search(pattern, reasons), (module, source)


def sources(module: Path) -> Iterator[str]:
    """Yield the English texts of the messages in a module."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Message":
            yield ast.literal_eval(node.args[0])


@pytest.mark.parametrize("language", [name for name in page_languages() if name != "en"])
def test_no_word_of_a_reason_is_english(tmp_path: Path, language: str) -> None:
    english = list(said(tmp_path, "en"))
    for before, after in zip(english, said(tmp_path, language), strict=True):
        assert words(before) & words(after) <= ALIKE.get(language, set()), after
