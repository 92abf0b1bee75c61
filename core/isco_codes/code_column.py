"""Read a column of codes with regard to what the whole column looks like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.columns.header_words import words_of
from core.isco_codes.plain_field import plain_text, without_decimals
from core.isco_codes.written_code import (
    CodeKind,
    WrittenCode,
    isco_88,
    only_in_isco_88,
    read_code,
)
from core.languages.message import Message
from core.taxonomy import MAJOR, UNIT, isco08

CODE_COLUMN = "isco_code"
CODE_NAMES = (
    CODE_COLUMN,
    "isco08_code",
    "isco_08_code",
    "isco_code_08",
    "isco08",
    "isco_08",
    "isco_2008",
    "isco2008",
    "isco_08_4",
    "isco08_4",
    "isco",
    "citp_08",
    "citp08",
    "citp/2008",
    "ciuo_08",
    "ciuo08",
    "occupation_code",
    "job_code",
    "occ_code",
    "code",
    "label",
)
"""The names of a column of codes, the preferred one first. Case, and the difference between space,
hyphen and underscore, do not count (``column_key``). CITP and CIUO are Romance names of ISCO."""
UNSURE_NAMES = frozenset({"job_code", "occ_code", "code", "label"})
"""Those of them that may also name other codes, such as that of a country."""
CORRECTED_NAMES = (
    "corrected_isco_code",
    "corrected_isco08_code",
    "corrected_isco_08_code",
    "corrected_isco",
    "corrected_code",
    "isco_code_corrected",
)
"""The names of a column of corrected codes."""


class CodeReader:
    """Reads the codes of one column, with regard to what the whole column looks like.

    In a column whose codes are those of ISCO-88, 5220 is a code of ISCO-88, elsewhere the padded
    group 522. In a column of major groups, 0 and 9 are codes, elsewhere marks for a missing code.
    """

    def __init__(self, column: Iterable[str] = ()) -> None:
        """Look at the fields of the column; without any, each field is read by itself."""
        kinds: Counter[CodeKind] = Counter()
        majors: set[str] = set()
        self._n_ambiguous = 0
        is_longer = False
        for written in column:
            code = read_code(written)
            kinds[code.kind] += 1
            self._n_ambiguous += code.is_also_isco_88
            if len(code.code) == MAJOR:
                majors.add(code.code)
            else:
                is_longer = is_longer or code.kind not in (CodeKind.EMPTY, CodeKind.MISSING)
        self._n_isco_88 = kinds[CodeKind.ISCO_88]
        self._has_major_groups = len(majors) >= 3 and not is_longer
        n_marked = kinds[CodeKind.EMPTY] + kinds[CodeKind.MISSING]
        self._n_written = kinds.total() - n_marked
        self._n_read = kinds[CodeKind.CODE] + kinds[CodeKind.REPAIRED]

    @property
    def has_codes(self) -> bool:
        """Whether more than half of the written fields are codes of ISCO-08 or ISCO-88."""
        return 2 * (self._n_read + self._n_isco_88) > self._n_written

    @property
    def is_isco_88(self) -> bool:
        """Whether the column looks like ISCO-88: 3 codes, and a tenth of all, are only there."""
        return self._n_isco_88 >= 3 and 10 * self._n_isco_88 >= self._n_written

    @property
    def n_isco_88(self) -> int:
        """How many fields have a code that exists only in ISCO-88, or is marked as one of it."""
        return self._n_isco_88 + (self._n_ambiguous if self.is_isco_88 else 0)

    def read(self, written: str) -> WrittenCode:
        """Return the code that one field of the column means."""
        code = read_code(written)
        if code.is_also_isco_88 and self.is_isco_88:
            return only_in_isco_88(plain_text(written)[:UNIT])
        if self._has_major_groups and code.kind == CodeKind.MISSING:
            digits = without_decimals(plain_text(written))
            if digits in isco08():
                return WrittenCode(CodeKind.CODE, digits)
        return code

    def may_be_of_isco_88(self, code: str) -> bool:
        """Whether a code that was read may mean another group, being one of ISCO-88, too."""
        return self.is_isco_88 and code in isco_88()

    def warning(self) -> str | None:
        """Return what people should know about the column, None where there is nothing."""
        n = self.n_isco_88
        if not n:
            return None
        if self.is_isco_88:
            return Message.counted(
                n,
                "{n} code is of ISCO-88, not of ISCO-08 ({n} of {n_codes}): the column looks like "
                "ISCO-88. Codes that both have may mean other groups; translate the column to "
                "ISCO-08",
                "{n} codes are of ISCO-88, not of ISCO-08 ({n} of {n_codes}): the column looks "
                "like ISCO-88. Codes that both have may mean other groups; translate the column to "
                "ISCO-08",
                n_codes=self._n_written,
            )
        return Message.counted(
            n, "{n} code is of ISCO-88, not of ISCO-08", "{n} codes are of ISCO-88, not of ISCO-08"
        )


def may_hold_isco_08(name: str) -> bool:
    """Whether a name says ISCO, and not ISCO-88 or ISCO-68."""
    is_isco = any(word.startswith(("isco", "citp", "ciuo")) for word in words_of(name))
    return is_isco and not any(year in name for year in ("88", "68"))
