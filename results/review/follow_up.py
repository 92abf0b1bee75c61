"""Ask the respondent of a vague text what would make it codable, in the language of the titles.

``follow_up_questions.yaml`` has the words of each language; one that it does not have is asked in
English.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.files.compiled_table import read_yaml
from core.isco_titles.group_titles import ENGLISH, titles_in
from core.non_answers.answers_beside import is_answer
from results.review.review_item import ReviewItem

N_ALTERNATIVES = 3
"""How many unit groups a question names."""
_MAX_QUOTED_CHARS = 60
_TABLE_PATH = Path(__file__).with_name("follow_up_questions.yaml")


def follow_up_question(item: ReviewItem, language: str = ENGLISH) -> str:
    """Return what to ask the respondent, so that the answer can be coded."""
    words = _words().get(language) or _words()[ENGLISH]
    titles = titles_in(language)
    groups = [
        words["group"].format(title=titles[code])
        for code, _ in item.prediction.candidates[:N_ALTERNATIVES]
    ]
    alternatives = words["or"].join([words["comma"].join(groups[:-1]), groups[-1]])
    # The title of a job that is not held is empty or "none", and the duties say what is done.
    title = item.job_title if is_answer(item.job_title) else ""
    quoted = cut(title or item.duties_description or item.job_title, _MAX_QUOTED_CHARS)
    question = words["question"].format(text=quoted, groups=alternatives)
    return question if item.duties_description.strip() else f"{words['tasks']} {question}"


def cut(text: str, n_chars: int) -> str:
    """Return the text with at most so many characters; a cut one ends with an ellipsis."""
    return text if len(text) <= n_chars else text[: n_chars - 1].rstrip() + "…"


@cache
def _words() -> dict[str, dict[str, str]]:
    """Return the words by language: ``tasks``, ``question``, ``group``, ``comma`` and ``or``."""
    words: dict[str, dict[str, str]] = read_yaml(_TABLE_PATH)
    return words
