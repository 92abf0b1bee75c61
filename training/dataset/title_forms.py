"""The forms of a title that a respondent writes, from the one that a classification writes.

Classifications state both genders and explain in parentheses: "Conducteur / Conductrice offset
(presse)", "Flechtwerkgestalter/in". A respondent writes one of them: "conductrice offset".
"""

from __future__ import annotations

import re

_PARENTHESES = re.compile(r"\s*[(\[][^)\]]*[)\]]")
# "Gestalter/in", "Lehrer/-innen", "Lehrer:in", "infirmier/e": an ending after the whole word, which
# has at least three letters ("C/E" is no gender).
_ENDING = re.compile(
    r"^(?P<word>.*?\w{3})(?:/\s*-?|[:*_](?=in))"
    r"(?P<ending>in|innen|a|á|as|e|ka|ica|ice|mfn|ná|nė|ė|o|oare|os|ová|va)\b\.?(?P<rest>.*)$"
)
_APPENDED = frozenset({"in", "innen"})
_O_BECOMES_A = {"o": "a", "os": "as"}  # "enfermeiro/a": the ending replaces the last letters
# "professor(a)", "chargé(e)", "Lehrer(in)": an ending in parentheses without a space before them.
_ENDING_IN_PARENTHESES = re.compile(r"(?<=\w{3})\((?P<ending>in|innen|a|e)\)(?!\w)")
# "Gehilf(e)in": the letter in parentheses belongs to the one gender, what follows to the other.
_LETTER_IN_PARENTHESES = re.compile(r"(?<=\w{3})\(e\)in\b")
_SAME_START = 3  # letters that both genders of a word share
_MIN_LETTERS = 2


def title_forms(title: str) -> list[str]:
    """Return the forms of ``title``, sorted: each gender, with and without the parentheses.

    A title without "/" and parentheses has one form, itself.
    """
    forms = set()
    for gender in _genders_in_parentheses(title):
        for form in {gender, _PARENTHESES.sub("", gender)}:
            forms.update(_one_gender(form.strip()))
    return sorted(form for form in forms if sum(map(str.isalpha, form)) >= _MIN_LETTERS) or [title]


def _genders_in_parentheses(title: str) -> list[str]:
    """Return both genders of "professor(a)" and of "Gehilf(e)in"; the title itself without them."""
    if _LETTER_IN_PARENTHESES.search(title):
        return [_LETTER_IN_PARENTHESES.sub("e", title), _LETTER_IN_PARENTHESES.sub("in", title)]
    return [
        _ENDING_IN_PARENTHESES.sub("", title),
        _ENDING_IN_PARENTHESES.sub(r"\g<ending>", title),
    ]


def _one_gender(title: str) -> list[str]:
    """Return both genders of a title with "/" or "*in"; the title itself where they are none."""
    match = _ENDING.match(title)
    if match:
        word, ending, rest = match.groups()
        forms = [word + rest]
        if ending in _APPENDED:
            forms.append(word + ending + rest)
        for before, after in _O_BECOMES_A.items():
            if ending in ("a", "as") and word.endswith(before):
                forms.append(word.removesuffix(before) + after + rest)
        return forms
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
