"""Recognise the fields that survey programs fill with an earlier answer, where they came unfilled.

``${q://QID12/ChoiceTextEntryValue}`` is of Qualtrics, ``${job}`` of ODK, ``[question("value"),
id="3"]`` of Alchemer, ``{{field:job}}`` of Typeform, ``{Q1.shown}`` and ``{question_not_shown}``
of LimeSurvey, ``[pipe: Q1]`` and ``^f('Q1')^`` of Forsta, ``[Q1]`` of SurveyMonkey,
``%rostertitle%`` of Survey Solutions. A cell is a field only if it is nothing else: "[nurse]" and
"nurse {Q1}" are text.
"""

from __future__ import annotations

import re

_FIELD = re.compile(
    r"""\s*(?:
    [$#@]\{[^{}]+\}
    | \{\{[^{}]+\}\}
    | \{[A-Za-z]\w*(?:[.:][\w.:]+|\d)\}
    | \{question_not_shown\}
    | \[(?:question|contact|survey|url|calc)\([^\]]*\]
    | \[pipe:[^\]]*\]
    | \[\[?[Qq]\d+\w*\]?\]
    | \^f\([^^]*\^
    | %%?[A-Za-z]\w*%%?
    | <%=[^%]*%>
    )\s*""",
    re.VERBOSE,
)
_FIRST_SIGNS = frozenset("$#@{[^%<")


def is_unfilled_field(cell: str) -> bool:
    """Return whether ``cell`` holds a field of a survey program and nothing else."""
    start = cell.lstrip()[:1]
    return start in _FIRST_SIGNS and _FIELD.fullmatch(cell) is not None
