"""Read one field: a code of ISCO-08 in the forms that people and programs write."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources

from core.isco_codes.code_titles import contradicted_by, is_title_of, is_unlike_title
from core.isco_codes.invalid_code import why_invalid
from core.isco_codes.missing_code import is_missing
from core.isco_codes.plain_field import plain_text, without_decimals
from core.isco_codes.second_code import CODES_WITHIN, has_another_code, second_code
from core.isco_codes.words_beside import (
    OtherClassification,
    classification_of,
    objection,
    other_classification,
    points_elsewhere,
)
from core.languages.message import GroupTitle, Message
from core.taxonomy import MAJOR, MINOR, SUB_MAJOR, UNIT, isco08

_LEVELS = {
    MAJOR: Message("a major group"),
    SUB_MAJOR: Message("a sub-major group"),
    MINOR: Message("a minor group"),
}
_WITHOUT_ZERO = {code.lstrip("0"): code for code in isco08().units if code.startswith("0")}
_PREFIX = re.compile(
    r"(?:https?://\S*/)?"
    r"(?:(?:isco|ciuo|citp)(?:[\s_/-]*(?P<edition>08|2008|88|1988)(?!\d))?(?:[\s_-]*(?:code|a\.?c\.?))?[\s:#=_-]*"
    r"|code[\s:#=_-]+)?"
    r"(?:c(?=\d))?",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(
    r"\A(\d)[,.'’ ](\d{3})(?:0*e\+?0*3(?!\d)|(?=[.,]0{1,2}(?!\d)|(?![\d.,])))", re.IGNORECASE
)
_DOTTED = re.compile(r"(\d)\.(\d)\.(\d)(?:\.(\d))?(?![\d.])")
_DIGITS = re.compile(r"\d{1,4}(?!\d)")
_DECIMALS = re.compile(r"[.,]0+(?!\d)")
_SUB_CODE = re.compile(r"(?:\.\d{1,3})+(?!\d)|[,-]\d{1,2}(?!\d)")
_TITLE_AFTER = re.compile(r"(?:\s*[-–—:;,|/=._]\s*|\s+|(?=[(\[\"]))(?P<title>[(\[\"']?[^\W\d].*)")
_TITLE_BEFORE = re.compile(
    r"(?P<title>[^\W\d][^\d]*?)[\s:,;(\[–—=|-]+(?P<rest>\d{3,4}(?:[.,]0+)?)[)\]]?"
)
_DOUBTED_TITLE = re.compile(r".*\?[\s)\]\"']*")
_MAX_CHARS = 300  # of a code with a title; the patterns take the square of the length


class CodeKind(StrEnum):
    """What is written in the place of a code."""

    CODE = "code"
    """A code of ISCO-08, as it is written, maybe with its title or a prefix."""
    REPAIRED = "repaired"
    """A code of ISCO-08 whose digits were written otherwise."""
    EMPTY = "empty"
    """Nothing."""
    MISSING = "missing"
    """A mark that says that there is no code: 9999, -9, X, NA."""
    ISCO_88 = "isco_88"
    """A code that exists only in ISCO-88, or is marked as one of it."""
    SEVERAL = "several"
    """More than one code."""
    CONTRADICTED = "contradicted"
    """A code of ISCO-08 with the title of another group."""
    INVALID = "invalid"
    """Anything else."""


KIND_WORDS = {
    CodeKind.EMPTY: Message("no code"),
    CodeKind.MISSING: Message("a mark for a missing code"),
    CodeKind.ISCO_88: Message("a code of ISCO-88"),
    CodeKind.SEVERAL: Message("more than one code"),
    CodeKind.CONTRADICTED: Message("a code and the title of another group"),
    CodeKind.INVALID: Message("no code of ISCO-08"),
}
"""Why there is no code, in words for counts."""


@dataclass(frozen=True, slots=True)
class WrittenCode:
    """What was read from one field.

    ``code`` has one to four digits; it is empty where no code can be read. ``reason`` explains what
    was repaired, what is doubtful, or why no code is read. ``is_also_isco_88`` is true where the
    digits are a padded group of ISCO-08 and a unit group of ISCO-88 (5220).
    """

    kind: CodeKind
    code: str = ""
    reason: str = ""
    is_also_isco_88: bool = False


@cache
def isco_88() -> frozenset[str]:
    """Return the codes of ISCO-88: its unit groups, and the groups that these lie in."""
    with resources.files("core.isco_codes").joinpath("isco88.csv").open(encoding="utf-8") as file:
        codes = file.read().split()[1:]
    return frozenset(code[:digits] for code in codes for digits in range(MAJOR, UNIT + 1))


@cache
def isco_88_only() -> frozenset[str]:
    """Return the unit groups of ISCO-88 whose codes ISCO-08 does not have."""
    return frozenset(code for code in isco_88() - isco08().titles.keys() if len(code) == UNIT)


def read_code(written: str) -> WrittenCode:
    """Return the code that one field means, without regard to the rest of its column."""
    if len(written) > _MAX_CHARS:
        reason = Message("{n} characters: no code is so long", n=len(written))
        return WrittenCode(CodeKind.INVALID, reason=reason)
    return _read_code(written)


@lru_cache(maxsize=65_536)
def _read_code(written: str) -> WrittenCode:
    text = plain_text(written)
    if not text:
        return WrittenCode(CodeKind.EMPTY)
    number = without_decimals(text)
    if is_missing(text, number):
        reason = Message("{text!r} stands for a missing code", text=text)
        return WrittenCode(CodeKind.MISSING, reason=reason)
    prefix = _PREFIX.match(text)
    assert prefix is not None  # every part of it may be absent
    rest = text[prefix.end() :]
    if prefix["edition"] in ("88", "1988"):
        reason = Message("a code of ISCO-88: give the code of ISCO-08")
        return WrittenCode(CodeKind.ISCO_88, reason=reason)
    if (reading := _read_number(rest) or _read_after_title(text)) is not None:
        return reading
    codes = {code for code in CODES_WITHIN.findall(text) if code in isco08()}
    if len(codes) > 1:
        return _several(codes)
    if (other := classification_of(text)) is not None:
        return _of_other(other)
    return WrittenCode(CodeKind.INVALID, reason=why_invalid(number))


def _several(codes: set[str]) -> WrittenCode:
    reason = Message("more than one code ({codes}): give one", codes=", ".join(sorted(codes)))
    return WrittenCode(CodeKind.SEVERAL, reason=reason)


def _read_number(text: str) -> WrittenCode | None:
    """Read digits that stand first, None where they are no code with or without its title."""
    text, n_joined = _THOUSANDS.subn(r"\1\2", text)
    dotted = _DOTTED.match(text)
    if dotted is not None:
        text = "".join(digit for digit in dotted.groups() if digit) + text[dotted.end() :]
        n_joined += 1
    digits = _DIGITS.match(text)
    if digits is None:
        return None
    rest = text[digits.end() :]
    if (second := second_code(digits[0], rest)) is not None:
        return _several({digits[0], second})
    decimals = _DECIMALS.match(rest)
    sub_code = _SUB_CODE.match(rest) if len(digits[0]) == UNIT else None
    tail = decimals or sub_code
    if tail is not None:
        rest = rest[tail.end() :]
    title = ""
    if rest:
        after = _TITLE_AFTER.fullmatch(rest)
        if after is None or has_another_code(after["title"], digits[0]):
            return None
        title = after["title"]
    is_changed = bool(n_joined) or tail is not None
    code = _resolve(digits[0], is_changed)
    return code and _with_title(code, title)


def _read_after_title(text: str) -> WrittenCode | None:
    """Read ``Welders (7212)``: a code after its title."""
    match = _TITLE_BEFORE.fullmatch(text)
    if match is None:
        return None
    if points_elsewhere(match["title"]):
        reason = Message(
            "the number is that of another place ({words!r}): give the code alone",
            words=match["title"],
        )
        return WrittenCode(CodeKind.INVALID, reason=reason)
    code = _read_number(match["rest"])
    return code and _with_title(code, match["title"])


def _resolve(digits: str, is_changed: bool) -> WrittenCode | None:
    """Return the code that one to four digits mean, None where they mean none."""
    if digits in isco08():
        if not is_changed:
            return WrittenCode(CodeKind.CODE, digits)
        return WrittenCode(CodeKind.REPAIRED, digits, Message("read as {code}", code=digits))
    if digits in _WITHOUT_ZERO:
        code = _WITHOUT_ZERO[digits]
        reason = Message("read as {code}: a spreadsheet dropped the leading zero", code=code)
        return WrittenCode(CodeKind.REPAIRED, code, reason)
    is_isco_88 = digits in isco_88_only()
    if not digits.endswith("0") and is_isco_88:
        return only_in_isco_88(digits)
    group = _without_padding(digits)
    if group is not None:
        reason = Message(
            "read as {code}: {level}, filled with zeros", code=group, level=_LEVELS[len(group)]
        )
        return WrittenCode(CodeKind.REPAIRED, group, reason, is_also_isco_88=is_isco_88)
    return only_in_isco_88(digits) if is_isco_88 else None


def _without_padding(digits: str) -> str | None:
    """Return the group that zeros were added to, None where there is none or more than one."""
    is_in_front = digits.startswith("0") and digits[:SUB_MAJOR] not in isco08()  # 0111 is a slip
    if len(digits) == UNIT and is_in_front and digits.lstrip("0") in isco08():
        return digits.lstrip("0")
    if len(digits) == MINOR and "0" + digits.rstrip("0") in isco08():
        return None  # 100 is 1 with two zeros, or 0100 without its first
    if len(digits) < MINOR:
        return None
    while digits.endswith("0"):
        digits = digits[:-1]
        if digits in isco08():
            return digits
    return None


def only_in_isco_88(digits: str) -> WrittenCode:
    """Return what a code that exists only in ISCO-88 is read as."""
    reason = Message("{code} exists only in ISCO-88: give the code of ISCO-08", code=digits)
    return WrittenCode(CodeKind.ISCO_88, reason=reason)


def _of_other(other: OtherClassification) -> WrittenCode:
    """Return what a code of another classification is read as."""
    kind = CodeKind.ISCO_88 if other.is_isco_88 else CodeKind.INVALID
    reason = Message("a code of {name}: give the code of ISCO-08", name=other.name)
    return WrittenCode(kind, reason=reason)


def _with_title(code: WrittenCode, title: str) -> WrittenCode:
    """Return the code with what its title says against it."""
    if _DOUBTED_TITLE.fullmatch(title):
        reason = Message("the question mark doubts {text!r}", text=title)
        return WrittenCode(CodeKind.INVALID, reason=reason)
    if not title or not code.code or is_title_of(code.code, title):
        return code
    if (other := other_classification(title)) is not None:
        return _of_other(other)
    if against := objection(title):
        reason = Message(
            "{objection} ({words!r}): give the right code alone", objection=against, words=title
        )
        return WrittenCode(CodeKind.INVALID, reason=reason)
    shown = GroupTitle(code.code)
    group = contradicted_by(code.code, title)
    if group is not None:
        reason = Message(
            "{code} is {title!r}, and the title is that of {group}: correct the code or the title",
            code=code.code,
            title=shown,
            group=group,
        )
        return WrittenCode(CodeKind.CONTRADICTED, reason=reason)
    if is_unlike_title(code.code, title):
        note = Message(
            "the words beside the code do not match the title of {code}, {title!r}",
            code=code.code,
            title=shown,
        )
        return replace(code, reason=Message.listed((code.reason, note)))
    return code
