"""The plain text of a cell: without HTML, escapes, emoji, invisible signs and divided words.

It is what a reader of the cell would say aloud: "R&amp;D <b>nurse</b> ❤️" becomes "R&D nurse", and
"engi-", "neer" on two lines "engineer". A text without such things stays as it is. Every step takes
time in proportion to the length.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache
from html.entities import html5
from urllib.parse import unquote

from core.letters.accents import with_apostrophes, with_letters
from core.letters.conjunctions import any_sure_conjunction
from core.letters.mojibake import first_signs, mend_mojibake

_MAX_ROUNDS = 4  # "&amp;amp;" was escaped twice
_ENTITY = re.compile(r"&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};|nbsp|amp)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # a control character, as Excel writes it into XML
# Attributes tell a tag from an answer: "<head nurse>", "<data entry>".
_ATTRIBUTES = (
    r"(?:\s[^<>=]*=[^<>]*"
    r"|(?:\s+(?:async|checked|compact|defer|disabled|hidden|noshade|nowrap|selected))*\s*/?)"
)
_OF_OFFICE = r"(?:[movwx]|st\d|ns\d):"  # before the names of the tags of Word
_TAG = re.compile(
    rf"<!\[CDATA\[|\]\]>|<(?:(?:!--|!\[(?:if|endif)\b|!DOCTYPE\b|\?xml\b)[^<>]*"
    rf"|/?({_OF_OFFICE})?([A-Z][A-Z0-9]*){_ATTRIBUTES})>",
    re.IGNORECASE,
)
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_BLOCK = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|dd|div|dl|dt|fieldset|figcaption|figure"
    "|footer|form|h[1-6]|head|header|hr|html|iframe|legend|li|main|nav|object|ol|option|p|pre"
    "|section|select|summary|table|tbody|td|textarea|tfoot|th|thead|title|tr|ul"
)
_INLINE = re.compile(
    "a|abbr|acronym|b|bdi|bdo|big|button|cite|code|col|colgroup|data|del|dfn|em|font|i|img|input"
    "|ins|kbd|label|link|mark|meta|nobr|noscript|o|path|q|s|samp|script|small|span|strike|strong"
    "|style|sub|sup|svg|time|tt|u|var|wbr|xml"
)
_SILENT = frozenset({"script", "style", "xml"})
_SILENT_TO_THE_END = _SILENT - {"xml"}  # where a cell was cut: a browser shows nothing of them

# Unicode's Default_Ignorable_Code_Point, lines through and around letters, the Arabic lengthening.
_INVISIBLE_RANGES = (
    (0x034F, 0x034F),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0xFE00, 0xFE0F),
    (0xE0000, 0xE0FFF),
    (0x0305, 0x0305),
    (0x0332, 0x0338),
    (0x033F, 0x033F),
    (0x20D0, 0x20E0),
    (0x20E2, 0x20F0),
    (0xAC, 0xAC),  # as which Word writes a soft hyphen into plain text
    (0xFE20, 0xFE2F),
    (0x0640, 0x0640),
)
_INVISIBLE = dict.fromkeys(
    code_point for first, last in _INVISIBLE_RANGES for code_point in range(first, last + 1)
)
# Blanks that count as letters or signs, and the place without width where a line may be broken.
_LINE_CHANCE = "\u200b"
_BLANK_CHARS = f"\u115f\u1160\u3164\uffa0\u2800{_LINE_CHANCE}"
_BLANKS = dict.fromkeys(map(ord, _BLANK_CHARS), " ")
# A digit in a frame, a letter or sign shown as a picture, and the pictures that NFKC makes letters.
_PICTURES = re.compile(
    "[0-9#*]\ufe0f?\u20e3|[\xa9\xae\u2122\u2139\u24c2\u3297\u3299\U0001f170-\U0001f189]\ufe0f"
    "|[\U0001f191-\U0001f19a\U0001f200-\U0001f2ff]"
)
# White letters in black circles and squares, which NFKC leaves as they are.
_CIRCLED = {start + i: chr(ord("A") + i) for start in (0x1F150, 0x1F170) for i in range(26)}
_TRADEMARKS = dict.fromkeys(map(ord, "™℠"), " ")  # of which NFKC makes letters
_LIST_NUMBERS = {0x2460 + i: f"{i + 1}) " for i in range(20)}  # ① to ⑳, of NFKC bare numbers
_SMALL_CAPITALS = dict(
    zip(map(ord, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"), "abcdefghijklmnoprstuvwyz", strict=True)
)
_REPLACED: dict[int, str | None] = {
    **(_CIRCLED | _SMALL_CAPITALS | _LIST_NUMBERS),
    **(_BLANKS | _INVISIBLE | _TRADEMARKS),
}
_MAX_MARKS = 30  # of one letter: as many as Unicode's stream-safe text has
# A text beyond ASCII without any of these, and without a long run of marks or signs, is plain.
_SPECIAL = frozenset(map(chr, (*_REPLACED, *range(0x1F191, 0x1F300), *b"&<_", 0xFF5C, 0x20E3)))
# Between letters a place to break a line stands within a word, but between "Nurse" and "Manager",
# and in scripts without spaces: Thai, Lao, Tibetan, Burmese, Khmer, Chinese and Japanese.
_UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WITHIN_WORD = re.compile(
    rf"(?<=[^\W\d_])(?<![{_UNSPACED}]){_LINE_CHANCE}+(?=[^\W\d_])(?![{_UNSPACED}])"
)
_LONG_RUN = re.compile(rf"[^\w\s\x00-\x7f]{{{_MAX_MARKS}}}")
_MAX_BLANKS = 8  # in a row
_LONG_BLANK = re.compile(rf"\s{{{_MAX_BLANKS + 1},}}")
_LINE_END = re.compile("[\n\r\v\u2028]")
# A backslash before another sign is read as a blank anyway. Some programs escape twice.
_LETTER = r"(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})"
_ESCAPE = re.compile(
    rf"(?<!\\)\\++(?:(?P<letters>{_LETTER}(?:\\++{_LETTER})*)"
    r"""|(?P<blank>r\\++n|[nrt])|(?=["'/]))"""
)
_OF_BYTES = re.compile(r"b(['\"])(.*)\1", re.DOTALL)
# People write a backslash for a slash: of "doctor\nurse" it is not known which one is meant.
_SURE_BLANK = re.compile(r"\\r\\+n|\\[nrt](?![a-z\xdf-\u024f])|[-,;]\\+[nrt]|\\n.*\\n", re.DOTALL)
# LimeSurvey's VV export writes these; JSON that went through MySQL has lost its backslashes.
_OF_LIMESURVEY = {"{newline}": "\n", "{cr}": "\n", "{tab}": "\t", "{quote}": '"'}
_LOST = "u0(?:0[c-f]|1[0-7])[0-9a-f]"
_LOST_ESCAPE = re.compile(rf"(?<=[a-z']){_LOST}(?![0-9])|{_LOST}(?=[a-z])", re.IGNORECASE)
_OF_ADDRESS = re.compile(r"(?:[\w.~!*'()+,:;/&=-]|%[0-9A-F]{2})+", re.ASCII | re.IGNORECASE)
_SURE_OF_ADDRESS = re.compile(
    "%(?:2[02678CF]|[C-F][0-9A-F]%[89AB][0-9A-F])|(?-i:(?<![0-9])%[C-F][0-9A-F])", re.IGNORECASE
)


def plain_text(text: str) -> str:
    """Return what ``text`` says, without HTML, emoji, invisible characters and long blanks."""
    return bound_blanks(_plain_text(text))


def bound_blanks(text: str) -> str:
    """Return ``text`` with at most eight blanks in a row, of which a line end stays.

    Databases fill fields up with blanks. To look for what may stand behind any of them takes time
    with the square of their number.
    """
    if "  " not in text and text.isprintable():  # single spaces, as nearly all texts have
        return text
    return _LONG_BLANK.sub(_bounded_blank, text)


def _bounded_blank(found: re.Match[str]) -> str:
    start, rest = found.group()[: _MAX_BLANKS - 1], found.group()[_MAX_BLANKS - 1 :]
    line_end = _LINE_END.search(rest)
    return start + (line_end.group() if line_end else rest[0])


def _plain_text(text: str) -> str:
    if "\\" in text or "%" in text or (text[:1] == "b" and text[1:2] in "'\""):
        text = _without_escapes(text)
    if "u0" in text or "U0" in text:
        text = _LOST_ESCAPE.sub(_with_backslash, text)
    if "}" in text:
        text = with_letters(text, _OF_LIMESURVEY)
    if "\n" in text or "\r" in text:
        text = _divided().sub(_joined, text)
    if text.isascii():
        has_markup = "&" in text or "<" in text or "_x" in text
        return without_html(text) if has_markup else text
    has_special = not (_SPECIAL.isdisjoint(text) and first_signs().isdisjoint(text))
    if not has_special and not (len(text) > _MAX_MARKS and _LONG_RUN.search(text)):
        return text
    text = without_html(mend_mojibake(text))
    text = _WITHIN_WORD.sub(_joined, text)
    text = _PICTURES.sub(" ", text).translate(_REPLACED)
    return unicodedata.normalize("NFKC", bound_marks(with_apostrophes(text)))


def _without_escapes(text: str) -> str:
    r"""Return ``text`` with the characters that escapes of other programs stand for.

    JSON and dumps of MySQL have ``infirmi\u00e8re``, ``d\'entretien`` and ``\r\n``, the parameters
    of addresses ``sales%20manager``, bytes of Python ``b'caf\xc3\xa9'``. One ``\n`` between small
    letters stays.
    """
    if found := _OF_BYTES.fullmatch(text):
        text = found[2]
    if "\\" in text:
        has_blanks = _SURE_BLANK.search(text) is not None
        text = _ESCAPE.sub(lambda found: _unescaped(found, has_blanks), text)
    if "%" in text and _OF_ADDRESS.fullmatch(text) and _SURE_OF_ADDRESS.search(text):
        try:
            return unquote(text, errors="strict")
        except UnicodeDecodeError:
            return unquote(text, encoding="cp1252")
    return text


def _with_backslash(found: re.Match[str]) -> str:
    letter = chr(int(found.group()[1:], 16))
    return letter if letter.isalpha() and not letter.isascii() else found.group()


def _unescaped(found: re.Match[str], has_blanks: bool) -> str:
    if letters := found["letters"]:
        units = [unit.zfill(4) for unit in re.split(r"\\+[ux]", letters[1:])]
        return bytes.fromhex("".join(units)).decode("utf-16-be", "ignore")
    if not found["blank"]:
        return ""
    if not has_blanks:
        return found.group()
    return "\t" if found["blank"] == "t" else "\n"


@cache
def _divided() -> re.Pattern[str]:
    """Return the pattern of a word divided at the end of a line: "Kranken-", "schwester".

    PDF has such words. Shorter starts are words of their own ("co-", Maltese "tal-"), and
    "Kranken-", "und Altenpfleger" has two words.
    """
    return re.compile(
        r"(?<=[^\W\d_]{4})(?:[-‐\xad]|(?<!Ã)\xac)[ \t\xa0]*(?:_x000D_)?(?:\r\n?|\n)\s*"
        rf"(?!{any_sure_conjunction()}\b)(?=[^\W\d_]{{3}})"
    )


def _joined(found: re.Match[str]) -> str:
    """Return what stands instead of a break within a word, or the break where it is none."""
    before, after = found.string[found.start() - 1], found.string[found.end()]
    return found.group() if after.isupper() and before.islower() else ""


def bound_marks(text: str) -> str:
    """Return ``text`` with at most 30 combining marks on a letter.

    To order the marks of one letter takes time with the square of their number.
    """
    if len(text) <= _MAX_MARKS or "m" * (_MAX_MARKS + 1) not in text.translate(_MARKS):
        return text
    kept = []
    n_marks = 0
    for letter in text:
        n_marks = n_marks + 1 if unicodedata.combining(letter) else 0
        if n_marks <= _MAX_MARKS:
            kept.append(letter)
    return "".join(kept)


class _Marks(dict[int, str]):
    """Code point → ``m`` for a combining mark, a dot for anything else; filled on demand."""

    def __missing__(self, code_point: int) -> str:
        kind = "m" if unicodedata.combining(chr(code_point)) else "."
        self[code_point] = kind
        return kind


_MARKS = _Marks()


def without_html(text: str) -> str:
    """Return ``text`` without tags of HTML, its entities as the characters that they stand for."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    for _ in range(_MAX_ROUNDS):
        if "&" not in text:
            break
        unescaped = _ENTITY.sub(_character, text)
        if unescaped == text:
            break
        text = unescaped
    if "<" not in text:
        return text
    commented, close, rest = text.rpartition("-->")
    text = _COMMENT.sub("", commented + close) + rest
    shown = _without_tags(text, _SILENT)
    return shown if shown.strip() else _without_tags(text, frozenset())


def _character(match: re.Match[str]) -> str:
    entity = match.group()
    if entity[1] == "#" or entity[1:] in html5:
        return html.unescape(entity)
    if entity in ("&nbsp", "&amp"):
        return html.unescape(f"{entity};")
    lower = entity.lower()
    return html.unescape(lower) if lower[1:] in html5 else entity


def _without_tags(text: str, silent_names: frozenset[str]) -> str:
    """Return ``text`` without tags, and without what stands in elements of ``silent_names``."""
    parts = []
    end = 0
    silent = ""  # the element whose content is not shown
    lower = text.lower()
    last_end = {name: lower.rfind(f"</{name}") for name in silent_names}
    for match in _TAG.finditer(text):
        name = (match[2] or "").lower()
        is_block = _BLOCK.fullmatch(name) is not None
        if name and not match[1] and not is_block and not _INLINE.fullmatch(name):
            continue  # "<none>" is an answer
        if not silent:
            parts.append(text[end : match.start()])
            parts.append(" " if is_block else "")
        end = match.end()
        if match.group().startswith("</"):
            silent = "" if name == silent else silent
        elif name in silent_names and not silent:
            is_silent = name in _SILENT_TO_THE_END or last_end[name] >= end
            silent = name if is_silent else ""
    parts.append("" if silent else text[end:])
    return "".join(parts)
