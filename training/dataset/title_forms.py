"""The forms of a title that a respondent writes, from the one that a classification writes.

Classifications state both genders and explain in parentheses: "Conducteur / Conductrice offset
(presse)", "Flechtwerkgestalter/in". A respondent writes one of them: "conductrice offset".
"""

from __future__ import annotations

import re

_PARENTHESES = re.compile(r"\s*[(\[][^)\]]*[)\]]")
# "Gestalter/in", "Lehrer/-innen", "infirmier/e": an ending after the whole word.
_ENDING = re.compile(
    r"^(?P<word>.*?\w)/\s*-?"
    r"(?P<ending>in|innen|a|á|as|e|ka|ica|ice|mfn|ná|nė|ė|o|oare|os|ová|va)\b\.?(?P<rest>.*)$"
)
_APPENDED = frozenset({"in", "innen"})
_SAME_START = 3  # letters that both genders of a word share
_MIN_LETTERS = 2


def title_forms(title: str) -> list[str]:
    """Return the forms of ``title``, sorted: each gender, with and without the parentheses.

    A title without "/" and parentheses has one form, itself.
    """
    forms = set()
    for form in {title, _PARENTHESES.sub("", title)}:
        forms.update(_one_gender(form.strip()) if "/" in form else [form.strip()])
    return sorted(form for form in forms if len(form) >= _MIN_LETTERS) or [title]


def _one_gender(title: str) -> list[str]:
    """Return the forms of a title with "/"; the title itself where the two parts are no genders."""
    match = _ENDING.match(title)
    if match:
        word, ending, rest = match.groups()
        return [word + rest, word + ending + rest] if ending in _APPENDED else [word + rest]
    parts = [part.strip() for part in title.split("/")]
    if len(parts) != 2 or not all(parts):
        return [title]
    first, second = (part.split() for part in parts)
    if first[0][:_SAME_START].lower() != second[0][:_SAME_START].lower():
        return [title]
    # What follows the longer part belongs to both: "agent / agente de train".
    return [
        " ".join(first + second[len(first) :]),
        " ".join(second + first[len(second) :]),
    ]
