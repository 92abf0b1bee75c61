"""A batch whose review several coders share."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from core.errors import SettingsError
from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from results.code_file import batch_id, code_file
from results.review.review_files import coders_of
from tests.support.written_rows import rows_of

NAMES = ("Anna B.", "Ben")
TEXTS = [f"guard {n} | unknown" for n in range(4000)]
THREE = ("Anna", "Ben", "Chris")


def test_every_question_has_a_coder_and_some_have_two(
    tmp_path: Path, bundle: Bundle, settings: Settings
) -> None:
    shared = settings.with_values("review", coders=NAMES, double_share=0.3)
    path = tmp_path / "survey.csv"
    titles = "\n".join(f"cook {n}" for n in range(40))
    path.write_text(f"job_title\n{titles}\n", encoding="utf-8")
    coder = open_autocoder(bundle, shared)
    code_file(path, tmp_path, coder, shared)
    texts = [row["text"] for row in rows_of(tmp_path / "review.csv")]
    parts = [rows_of(tmp_path / f"review-{name}.csv") for name in NAMES]
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
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<a href="review-Anna%20B..html">review-Anna B..html</a>, <a href="review-Ben' in report
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


def test_each_text_has_one_coder_and_a_tenth_has_two() -> None:
    chosen = [coders_of(text, "b1", THREE, 0.1) for text in TEXTS]
    assert chosen == [coders_of(text, "b1", THREE, 0.1) for text in TEXTS]
    assert all(len(set(coders)) == len(coders) for coders in chosen)
    n_double = sum(len(coders) == 2 for coders in chosen)
    assert {len(coders) for coders in chosen} == {1, 2} and abs(n_double - 400) < 80
    shares = Counter(coder for coders in chosen for coder in coders)
    assert all(abs(shares[name] - 4400 / 3) < 130 for name in THREE)
    pairs = Counter(tuple(sorted(coders)) for coders in chosen if len(coders) == 2)
    assert len(pairs) == 3 and min(pairs.values()) > 90
    assert chosen != [coders_of(text, "b2", THREE, 0.1) for text in TEXTS], "by the batch, too"


def test_none_all_and_nobody() -> None:
    assert {len(coders_of(text, "b", THREE, 0.0)) for text in TEXTS} == {1}
    assert {len(coders_of(text, "b", THREE, 1.0)) for text in TEXTS} == {2}
    assert coders_of("a | b", "b", (), 0.1) == [] and coders_of("a | b", "b", ("x",), 1.0) == ["x"]
