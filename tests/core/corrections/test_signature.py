"""Who gave an answer, when, and with which comment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from core.corrections.correction import Correction
from core.corrections.correction_table import open_corrections, read_corrections
from core.settings import DataSettings

HEADER = "text,corrected_isco_code,coder,coded_at,comment,adjudicated"


def read(path: Path) -> list[Correction]:
    return list(read_corrections(open_corrections(path, DataSettings())))


def corrections(folder: Path, *rows: str, header: str = HEADER) -> list[Correction]:
    path = folder / "c.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read(path)


def test_a_row_says_who_when_and_why(tmp_path: Path) -> None:
    first, second = corrections(
        tmp_path,
        "nurse | wards,2221, Anna  B. ,2024-11-27 09:30,the duties decide,",
        "cook | fries,9411,ben,2024-11-27T10:00:00.123Z,,YES",
    )
    assert first.signature.cells == ["Anna B.", "2024-11-27T09:30:00", "the duties decide", ""]
    assert second.signature.cells == ["ben", "2024-11-27T10:00:00+00:00", "", "yes"]


def test_one_name_holds_for_the_whole_file_and_two_for_their_rows(tmp_path: Path) -> None:
    rows = "a | b,2221,Anna,,,", "c | d,2221,,,,", "e | f,2221,{},,,"
    once = corrections(tmp_path, *(row.format("anna") for row in rows))
    assert [row.signature.coder for row in once] == ["Anna", "Anna", "anna"]
    two = corrections(tmp_path, *(row.format("ben") for row in rows))
    assert [row.signature.coder for row in two] == ["Anna", "", "ben"]
    # In a file that the program kept, the rows of nobody stay so.
    kept = corrections(
        tmp_path,
        "a | b,2221,Anna,1",
        "c | d,2221,,1",
        header="text,corrected_isco_code,coder,sequence",
    )
    assert [row.signature.coder for row in kept] == ["Anna", ""]


@pytest.mark.parametrize("mark", ["NA", "NULL", "nan", "None", "<NA>", "#N/A", ".", "-"])
def test_a_mark_for_a_missing_value_signs_nothing(tmp_path: Path, mark: str) -> None:
    header = f"{HEADER},sampled,n_records,predicted_code"
    rows = (f"a | b,2221{f',{mark}' * 7}", f"c | d,5120,anna{f',{mark}' * 6}", f"e | f{',NA' * 8}")
    first, second, empty = corrections(tmp_path, *rows, header=header)
    assert (first.signature.cells, first.reason) == (["anna", "", "", ""], "")
    assert second.signature.cells == first.signature.cells
    assert first.sampled == second.sampled == ""
    assert "comment" not in empty.reason


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (row,) = corrections(tmp_path, "a | b,2221,anna,yesterday,,maybe")
    assert row.is_accepted and row.signature.cells == ["anna", "", "", ""]
    assert "'yesterday' is left out" in row.reason and "'maybe' is left out" in row.reason


def test_a_date_with_dots_is_read(tmp_path: Path) -> None:
    written = {
        "28.11.2024": "2024-11-28T00:00:00",
        "8.1.2024 9:30": "2024-01-08T09:30:00",
        "28. 11. 2024 14:30:05": "2024-11-28T14:30:05",
        "2024. 11. 28. 14:30": "2024-11-28T14:30:00",
        "28.11.2024.": "2024-11-28T00:00:00",  # as LibreOffice writes it in Croatia
        "28. 11. 2024. u 14.30": "2024-11-28T14:30:00",
        "28.11.2024 г. в 14:30 ч.": "2024-11-28T14:30:00",
        "28.11.2024 r. godz. 14:30": "2024-11-28T14:30:00",
        "28.11.2024 o 14:30 hod.": "2024-11-28T14:30:00",
        "28.11.2024 ob 14.30 uri": "2024-11-28T14:30:00",
        "28.11.2024 στις 2:30 μ.μ.": "2024-11-28T14:30:00",
        "٢٨/١١/٢٠٢٤ ٠٢:٣٠ م": "2024-11-28T14:30:00",
        "28/11/2024 2:30 مساءً": "2024-11-28T14:30:00",
        "28/11/2024 الساعة 9:05 ص": "2024-11-28T09:05:00",
        "28/11/2024 14:30 hrs": "2024-11-28T14:30:00",
        "28/11/2024 02:30 p. m.": "2024-11-28T14:30:00",
        "28.11.2024 9:30 π.μ.": "2024-11-28T09:30:00",
        "2024-11-28 14:30 val.": "2024-11-28T14:30:00",
    }
    for row in corrections(tmp_path, *(f"a | b,2221,anna,{time},," for time in written)):
        assert row.reason == ""
    rows = corrections(tmp_path, *(f"a | b,2221,anna,{time},," for time in written))
    assert [row.signature.coded_at for row in rows] == list(written.values())
    unclear = "31.02.2024", "28.11.2024 soon", "28.11.024", "28.11.2024.5", "28.11.2024 r2"
    for row in corrections(tmp_path, *(f"a | b,2221,anna,{time},," for time in unclear)):
        assert row.signature.coded_at == "" and "is left out" in row.reason


def test_a_date_with_slashes_is_read_where_its_order_is_sure(tmp_path: Path) -> None:
    def times(*column: str) -> list[str]:
        rows = corrections(tmp_path, *(f"a | b,2221,anna,{time},," for time in column))
        for row in rows:
            assert row.signature.is_time_left_out == (not row.signature.coded_at)
        return [row.signature.coded_at[:10] for row in rows]

    assert times("27/11/2024 9:30", "3/4/2025", "05.06.24") == [
        "2024-11-27",
        "2025-04-03",
        "2024-06-05",
    ]
    assert times("11/27/2024", "3/4/2025") == ["2024-11-27", "2025-03-04"]
    assert times("27.11.24", "27. 11. 24") == ["2024-11-27"] * 2
    assert times("11/11/2024") == ["2024-11-11"]
    assert times("27-11-2024", "3-4-2025") == ["2024-11-27", "2025-04-03"]
    # Where the column does not agree, or says nothing, an unclear date stays out.
    assert times("27/11/2024", "11/27/2024", "3/4/2025") == ["2024-11-27"] * 2 + [""]
    assert times("11/11/2024", "3/4/2025") == ["2024-11-11", ""]
    assert times("03.04.25", "27/11/202", "27/13/2024", "27/11.2024") == [""] * 4
    assert times("27-11-24", "24-11-27") == [""] * 2  # perhaps the year stands first


def test_the_times_of_excel_are_read(tmp_path: Path) -> None:
    written = {
        "11/29/24 2:05 PM": "2024-11-29T14:05:00",
        "11/29/2024 12:05:30 am": "2024-11-29T00:05:30",
        "29/11/2024 12:05 p. m.": "2024-11-29T12:05:00",
        "29.11.2024 2:05 pm": "2024-11-29T14:05:00",
        "2024-11-29 9:05:00": "2024-11-29T09:05:00",
        "2024-11-29T9:05": "2024-11-29T09:05:00",
        "2024/11/29 9:05 pm": "2024-11-29T21:05:00",
        "2024-11-29 14:05:30.25": "2024-11-29T14:05:30",
        "2024-1-9": "2024-01-09T00:00:00",
        "45625.586805556": "2024-11-29T14:05:00",
        '"45625,586805556"': "2024-11-29T14:05:00",
        "45625": "2024-11-29T00:00:00",
        "29/11/2024 14h05": "2024-11-29T14:05:00",
        "2024-11-29 14\u00a0h\u00a005": "2024-11-29T14:05:00",
        "29-11-2024 pukul 9.05": "2024-11-29T09:05:00",
        "29.11.2024 kl. 09.05": "2024-11-29T09:05:00",
        "29.11.2024 klo 9.05.30": "2024-11-29T09:05:30",
        "29/11/2024 às 09h05": "2024-11-29T09:05:00",
        "29.11.2024 um 9:05 Uhr": "2024-11-29T09:05:00",
        "٢٩/١١/٢٠٢٤ ٠٩:٠٥": "2024-11-29T09:05:00",
        "٢٠٢٤-١١-٢٩": "2024-11-29T00:00:00",
    }
    for time, iso in written.items():
        (row,) = corrections(tmp_path, f"a | b,2221,anna,{time},,")
        assert (row.signature.coded_at, row.reason) == (iso, "")
    for unclear in (
        "29.11.2024 seite 9.05",
        "11/29/24 14:05 PM",
        "11/29/24 0:05 AM",
        "29.11.2024 9.60",
        "4562",
        "145625",
        "59999",
    ):
        (row,) = corrections(tmp_path, f"a | b,2221,anna,{unclear},,")
        assert row.signature.coded_at == "" and f"{unclear!r} is left out" in row.reason


def test_yes_is_read_in_other_languages(tmp_path: Path) -> None:
    words = ("yes", "ja", "Oui", "sí", "si\u0301", "sim", "TAK", "ano", "áno", "igen", "da", "ναι")
    for row in corrections(tmp_path, *(f"a | b,2221,anna,,,{word}" for word in words)):
        assert row.signature.is_adjudicated and row.reason == ""
    (row,) = corrections(tmp_path, "a | b,2221,anna,,,nein")
    assert not row.signature.is_adjudicated and "'nein' is left out" in row.reason


@pytest.mark.parametrize(
    ("said", "is_of_several"),
    [("2221 8322", True), ("yes", True), *((no, False) for no in ("no", "nein", "0"))],
)
def test_a_column_of_that_name_may_say_no(tmp_path: Path, said: str, is_of_several: bool) -> None:
    """As the answers to a question of a survey do, or a person who edits a review."""
    (row,) = corrections(tmp_path, f"a,2221,{said}", header=f"{HEADER[:24]},Several occupations")
    assert (row.code, row.is_of_several) == ("2221", is_of_several)


def test_a_time_that_has_not_come_is_left_out(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    tomorrow, later = now + timedelta(hours=14), now + timedelta(days=2)
    times = later.isoformat(), f"{later:%Y-%m-%dT%H:%M}", "9999-12-31T23:59-14:00"
    for row in corrections(tmp_path, *(f"a | b,2221,anna,{time},," for time in times)):
        assert row.is_accepted and row.signature.cells == ["anna", "", "", ""]
        assert "is left out: expected a time that has passed" in row.reason
    (row,) = corrections(tmp_path, f"a | b,2221,anna,{tomorrow:%Y-%m-%dT%H:%M},,")
    assert row.signature.coded_at == f"{tomorrow:%Y-%m-%dT%H:%M}:00" and row.reason == ""


def test_a_file_of_version_0_1_has_no_signatures(tmp_path: Path) -> None:
    (row,) = corrections(tmp_path, "a | b,2221", header="text,corrected_isco_code")
    assert row.is_accepted and row.signature.cells == ["", "", "", ""]


def test_a_workbook_keeps_the_time_as_a_date(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.split(","))
    sheet.append(["a | b", "2221", "anna", datetime(2024, 11, 27, 9, 30), "", ""])
    book.save(tmp_path / "c.xlsx")
    (row,) = read(tmp_path / "c.xlsx")
    assert row.signature.coded_at == "2024-11-27T09:30:00"
