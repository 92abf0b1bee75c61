"""Leave out of a title what an advert says beside it with numbers, slashes and colons.

The date, "zum 01.09.2024", "summer 2024"; the time, "6 month contract"; the share of a full job,
"0.6 FTE"; the pay where it has no currency that is sure, "S/ 1,500", "RAL 30K"; the number of the
advert, "Req-10293", "(ID 123456)"; how many are sought, "3 vacantes"; both sexes, "(hombre/mujer)";
and the name of the field, "Stelle: Koch", or of the choice, "Other (please specify): nurse". A
number without such a word stays ("ISO 27001", "Boeing 737"), but for long ones in brackets or
behind a dash.

All of these say nothing only where they stand beside a title. What is no title even alone, such as
"(m/w/d)" or "£12 per hour", is left out by ``title_marks.py``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from core.adverts.advert_dates import dates, may_have_date
from core.adverts.advert_references import reference_beside_title
from core.adverts.advert_table import any_mark_word
from core.adverts.pay import may_have_pay_beside, pay_beside_title
from core.adverts.sexes import words_for_sexes
from core.adverts.working_time import share_of_full_time
from core.columns.else_words import is_only_another_answer

_SIGNS = re.compile(r"[0-9/:]")
# Before a dash one word: in "other - please specify - nurse" the dashes could be of the title.
_CHOICE = re.compile(r"([^:]{1,60}):|\s*(\S+) - ")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\b[^\W\d_]")


def without_advert_numbers(title: str) -> str:
    """Return ``title`` without such numbers; one that has nothing else is returned as it is."""
    left = _without_choice(title) if " - " in title or ":" in title else title
    if left is title and not _SIGNS.search(title):
        return title
    has_digit = _DIGIT.search(title) is not None
    if has_digit and (may_have_date(title) or may_have_pay_beside(title)):
        left = _dates_and_pay().sub(" ", left)
    left = _numbers(has_digit).sub(" ", left)
    return left if _WORD.search(left) else title


def _without_choice(title: str) -> str:
    """Return ``title`` without the choice that survey programs put before the answer beside it."""
    found = _CHOICE.match(title)
    return title[found.end() :] if found and _is_choice(found[1] or found[2]) else title


@lru_cache(maxsize=1 << 14)  # titles are many, the words before a dash are few
def _is_choice(text: str) -> bool:
    return is_only_another_answer(text)


@cache
def _dates_and_pay() -> re.Pattern[str]:
    """Return the pattern that takes longest to compile, and that few titles need."""
    return re.compile(f"{dates()}|{pay_beside_title()}", re.IGNORECASE)


@cache
def _numbers(has_digit: bool) -> re.Pattern[str]:
    """Return the pattern for titles with a digit or without one: most parts need a digit."""
    parts = [words_for_sexes(), rf"^\s*{any_mark_word('field')}\s?:(?=\s*\w)"]
    if has_digit:
        length, kind = any_mark_word("contract", "length"), any_mark_word("contract", "kind")
        parts += [
            share_of_full_time(),
            rf"(?<![\w.,/-])\d{{1,2}}[\s-]?{length}[\s-]{kind}\b",
            rf"\b{kind}\s\d{{1,2}}\s{length}\b",
            rf"[(\[–,-]\s?\d{{1,2}}\s{any_mark_word('sought')}(?:\s*[)\]])?(?!\w)",
            reference_beside_title(),
        ]
    return re.compile("|".join(parts), re.IGNORECASE)
