"""Ask about the groups of ISCO-08: titles, parents, children, derived variables, valid codes.

A code is a text of 1 to 4 digits, because ``"0110"`` is a code and ``110`` is not. Every function
but ``is_valid`` raises ArgumentError for what is no code or no language.

>>> from isco import taxonomy
>>> taxonomy.title("2221")
'Nursing Professionals'
>>> taxonomy.parents("2221")
('222', '22', '2')
"""

from __future__ import annotations

from core.errors import ArgumentError
from core.isco_scores.derived_variables import DERIVED_COLUMNS, Score, derived_values
from core.isco_titles.group_titles import ENGLISH, title_languages, titles_in
from core.isco_titles.title_search import search_titles
from core.taxonomy import MAJOR, UNIT, isco08


def is_valid(code: object) -> bool:
    """Return whether ``code`` is a group of any level.

    >>> is_valid("2221"), is_valid("9999"), is_valid(2221)
    (True, False, False)
    """
    return isinstance(code, str) and code in isco08()


def codes(n_digits: int = UNIT) -> tuple[str, ...]:
    """Return all codes of one level, in code order: 10 of 1 digit, 43 of 2, 130 of 3, 436 of 4.

    >>> len(codes()), codes(1)[:3]
    (436, ('0', '1', '2'))
    """
    if n_digits not in range(MAJOR, UNIT + 1):
        raise ArgumentError(f"n_digits: found {n_digits!r}; expected 1, 2, 3 or 4")
    return tuple(isco08().level(n_digits))


def title(code: str, language: str = ENGLISH) -> str:
    """Return the title of a group; where a language has none, the English one.

    >>> title("2221", "de")
    'Akademische und vergleichbare Krankenpflegefachkräfte'
    """
    return _titles(language)[_known(code)]


def titles(code: str) -> dict[str, str]:
    """Return the title of a group in every language, by the language (ISO 639-1).

    >>> titles("2221")["fr"]
    'Cadres infirmiers'
    """
    return {language: titles_in(language)[_known(code)] for language in languages()}


def languages() -> tuple[str, ...]:
    """Return the languages that have titles, in alphabetical order.

    >>> "pl" in languages()
    True
    """
    return title_languages()


def parents(code: str) -> tuple[str, ...]:
    """Return the groups above a group, the nearest first; none for a major group.

    >>> parents("72")
    ('7',)
    """
    known = _known(code)
    return tuple(known[:n_digits] for n_digits in range(len(known) - 1, 0, -1))


def children(code: str) -> tuple[str, ...]:
    """Return the groups one level below a group, in code order; none for a unit group.

    >>> children("222")
    ('2221', '2222')
    """
    return isco08().children(_known(code))


def derived(code: str) -> dict[str, Score]:
    """Return what follows from a group: its code of ISCO-88, its ISEI-08 and its SIOPS-08.

    These are the variables of ``output.derived``; one that a group does not have is None.

    >>> derived("2221")
    {'isco88': '2230', 'isei08': 42, 'siops08': 54.05}
    """
    return derived_values(_known(code), list(DERIVED_COLUMNS))


def search(words: str, language: str = ENGLISH) -> tuple[str, ...]:
    """Return the groups whose title has every one of ``words``, as far as they are typed.

    Unit groups come first, then broader ones. Digits are the beginning of a code.

    >>> search("lorry dri")
    ('8332',)
    """
    _titles(language)
    if not isinstance(words, str):
        raise ArgumentError(f"words: found {words!r}; expected a text")
    return tuple(search_titles(words, language))


def _titles(language: str) -> dict[str, str]:
    try:
        return dict(titles_in(language))
    except (KeyError, TypeError):
        raise ArgumentError(
            f"language: found {language!r}; expected one of {', '.join(languages())}"
        ) from None


def _known(code: str) -> str:
    if not is_valid(code):
        raise ArgumentError(
            f"code: found {code!r}; expected the text of a code of ISCO-08 with 1 to 4 digits, "
            "such as '2221'"
        )
    return code
