"""Leave out of a title what says nothing of the job, as adverts and lists have it.

"(m/w/d)", "H/F" and the like, which say that the job is open to all; a workload, "80-100 %" or
"38,5 Std./Woche"; the pay, "£12.50 per hour"; the number of the advert, "(Ref. 4711)"; the number
in a list, "3)". A number with a dot stays: the German "2. Offizier" is a rank. So do "24h", which
is a kind of service, and single letters that say something of the job: "A/C", "P/T", licences such
as "C/E", and "M/V" before a ship's name.

None of these is a title, even alone. What may be one is left out by ``advert_numbers.py``.
"""

from __future__ import annotations

import re
from functools import cache

from core.adverts.advert_references import reference
from core.adverts.pay import may_have_pay, pay
from core.adverts.sexes import letters_of_sexes
from core.adverts.working_time import hours, workload

_NUMBER = r"(?:\d{1,3}\.?|[ivx]{2,4}|[a-z])\)"
_LIST_NUMBER = re.compile(rf"\s*\(?{_NUMBER}\s*(?=[^\W\d_])", re.IGNORECASE)
_ANY_LIST_NUMBER = re.compile(rf"(?<!\w){_NUMBER}", re.IGNORECASE)
_SIGNS = re.compile(r"[/|()\[%#0-9]|\s\w\s\w\s*$")


def without_marks(title: str) -> str:
    """Return ``title`` without such marks; a title without any is returned as it is.

    A list number goes where it is the only one: "1) nurse 2) driver" names two jobs.
    """
    if not _SIGNS.search(title):
        return title
    if _LIST_NUMBER.match(title) and len(_ANY_LIST_NUMBER.findall(title)) == 1:
        title = _LIST_NUMBER.sub("", title, count=1)
    if may_have_pay(title):
        title = _pay().sub(" ", title)
    return _marks().sub(" ", title)


@cache
def _pay() -> re.Pattern[str]:
    """Return the pattern that takes longest to compile, and that few titles need."""
    return re.compile(pay(), re.IGNORECASE)


@cache
def _marks() -> re.Pattern[str]:
    parts = (letters_of_sexes(), workload(), hours(), reference())
    return re.compile("|".join(parts), re.IGNORECASE)
