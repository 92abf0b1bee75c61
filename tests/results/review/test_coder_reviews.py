"""A batch whose review several coders share."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from core.errors import SettingsError
from core.settings import Settings, load_settings
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from results.code_file import batch_id, code_file

NAMES = ("Anna B.", "Ben")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_question_has_a_coder_and_some_have_two(
    tmp_path: Path, bundle: Bundle, settings: Settings
) -> None:
    review = settings.review.model_copy(update={"coders": NAMES, "double_share": 0.3})
    shared = settings.model_copy(update={"review": review})
    path = tmp_path / "survey.csv"
    titles = "\n".join(f"cook {n}" for n in range(40))
    path.write_text(f"job_title\n{titles}\n", encoding="utf-8")
    coder = open_autocoder(bundle, shared)
    code_file(path, tmp_path, coder, shared)
    texts = [row["text"] for row in rows(tmp_path / "review.csv")]
    parts = [rows(tmp_path / f"review-{name}.csv") for name in NAMES]
    assert [{row["coder"] for row in part} for part in parts] == [{name} for name in NAMES]
    first, second = ([row["text"] for row in part] for part in parts)
    assert {*first, *second} == set(texts) and all(len(part) < len(texts) for part in parts)
    assert 3 <= len({*first} & {*second}) <= 25
    assert first == [text for text in texts if text in first], "in the order of the review"
    for name, part in zip(NAMES, (first, second), strict=True):
        sheet = load_workbook(tmp_path / f"review-{name}.xlsx")["review"]
        header, *cells = sheet.iter_rows(values_only=True)
        table = [dict(zip(header, row, strict=True)) for row in cells]
        assert [row["text"] for row in table] == part
        assert {row["coder"] for row in table} == {name}
        page = (tmp_path / f"review-{name}.html").read_text(encoding="utf-8")
        assert f'"coder":"{name}"' in page
    assert batch_id("x", coder, shared) != batch_id("x", coder, settings)


@pytest.mark.parametrize("name", ["../x", "", "a/b", ".hidden", "x" * 41])
def test_a_name_that_is_no_part_of_a_file_name_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"review: {{coders: [Anna, '{name}']}}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"review\.coders.*40 letters") as caught:
        load_settings(path)
    assert f"{name!r}: expected" in str(caught.value)


def test_a_coder_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("review: {coders: [Anna]}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"review\.coders.*'Anna' is alone.*two names or more"):
        load_settings(path)


def test_a_name_stands_there_once(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("review: {coders: [Anna, anna]}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="every name once"):
        load_settings(path)
