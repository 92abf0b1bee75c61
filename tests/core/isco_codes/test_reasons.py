"""The reason of a rejected answer says what is wrong with it, and what is valid."""

from __future__ import annotations

import pytest

from core.corrections.correction import CorrectionStatus
from core.corrections.correction_table import judge
from core.isco_codes.code_column import CodeReader


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("delete", "not a code of ISCO-08"),
        ("n.c.", "not a code of ISCO-08"),
        ("Nurse in Rome", "not a code of ISCO-08"),
        ("Cooks", "the title of 5120: give the code"),  # and of 512
        ("datenerfasser", "the title of 4132: give the code"),
        ("ca. 2330", "the words beside it doubt the code"),
        ("2330 or so", "the words beside it doubt the code"),
        ("około 2330", "the words beside it doubt the code"),
        ("2221?", "the question mark doubts '2221?'"),
        ("2221؟", "the question mark doubts '2221?'"),
        ("same as above", "'same as above' stands for the code of another row"),
        ("jak wyżej", "'jak wyżej' stands for the code of another row"),
        ("oui", "'oui' names no code"),
        ("id.", "'id.' stands for the code of another row"),
        ("7512/5154", "more than one code, and ISCO-08 does not have 5154: give one"),
        ("7512 oder 5154", "more than one code, and ISCO-08 does not have 5154: give one"),
        ("SOC 2231", "a code of SOC"),
        ("CNP 75420", "a code of CNP"),
        ("SOC 29-1141", "a code of SOC"),
        ("SOC 2010 2231", "a code of SOC 2010"),
        ("KldB 81302", "a code of KldB"),
        ("J1506 (ROME)", "a code of ROME"),
        ("CNO11 2929", "a code of CNO11"),
        ("anzsco-254499", "a code of anzsco"),
        ("STYRK 2221", "a code of STYRK"),
        ("-2221", "a dash before 2221"),
        ("-2221.0", "a dash before 2221"),
        ("– 222", "a dash before 222"),
        ("12345", "5 digits: a code of ISCO-08 has at most 4. Valid"),
        ("7112001", "7 digits: a code of ISCO-08 has at most 4; if it is a national code"),
        ("7112001 Murár", "'7112001' is no code of ISCO-08, which has at most 4 digits; if it is"),
        ("SK ISCO-08 9112003", "'9112003' is no code of ISCO-08"),
        ("9112 003", "'9112 003' is no code of ISCO-08"),
        ("21", "21 is a group of one or two digits"),
    ],
)
def test_a_rejected_answer_is_told_what_is_valid(written: str, said: str) -> None:
    status, code, reason = judge("nurse | wards", written, CodeReader([written]))
    assert (status, code) == (CorrectionStatus.REJECTED, "")
    assert reason.startswith(said)
    for answer in ("4 digits", "3 digits", "'not codable'", "'withdraw'"):
        assert answer in reason


@pytest.mark.parametrize("written", ["-9", "-99", "-999", "-9999", "-8888", "-1"])
def test_a_negative_number_stands_for_a_missing_code(written: str) -> None:
    assert judge("nurse | wards", written, CodeReader())[0] == CorrectionStatus.SKIPPED
