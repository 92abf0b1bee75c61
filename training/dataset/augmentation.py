"""Cleaned training texts made more like what people type.

Reference texts are tidy: a title in the manual's words, or a title with a definition of fifty
words. Answers are a title alone, or a title and a few words, abbreviated, with slips of the
keyboard, an employer or a place beside them. So each time a text is drawn for training it may lose
its duties, keep one stretch of them, borrow a task of its own unit group, and have its title
turned around, abbreviated, put in the plural, written together or into a sentence, or mistyped.
Shares per drawing are the constants below; what each brought is in MODEL_CARD.md.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Mapping, Sequence

from core.text import SEPARATOR, UNKNOWN

DROP_DUTIES = 0.30
SHORTEN_DUTIES = 0.50
BORROW_TASK = 0.15
TURN_AROUND = 0.08
ABBREVIATE = 0.12
INFLECT = 0.06
SURROUND = 0.06
TYPO = 0.20
_JOIN = f" {SEPARATOR} "
_TYPED_WORDS = 16

_SHORT = {
    "accountant": "acct", "accounting": "acctg", "accounts": "accts", "administration": "admin",
    "administrative": "admin", "administrator": "admin", "agricultural": "agri",
    "assistant": "asst", "associate": "assoc", "builder": "bldr", "building": "bldg",
    "business": "bus", "chief": "ch", "clerk": "clk", "commercial": "comml",
    "community": "comm", "computer": "comp", "construction": "constr", "consultant": "cons",
    "controller": "contr", "coordinator": "coord", "customer": "cust", "department": "dept",
    "deputy": "dep", "design": "des", "development": "dev", "director": "dir", "driver": "drvr",
    "education": "educ", "electrical": "elec", "electrician": "elec", "electronic": "elec",
    "engineer": "eng", "engineering": "eng", "equipment": "equip", "executive": "exec",
    "financial": "fin", "foreman": "fman", "general": "gen", "government": "govt",
    "graduate": "grad", "hospital": "hosp", "industrial": "ind", "information": "info",
    "inspector": "insp", "installation": "inst", "insurance": "ins", "international": "intl",
    "junior": "jnr", "labourer": "lab", "laboratory": "lab", "lecturer": "lect",
    "machine": "mach", "machinist": "mach", "maintenance": "maint", "management": "mgmt",
    "manager": "mgr", "manufacturing": "mfg", "marketing": "mktg", "mechanic": "mech",
    "mechanical": "mech", "medical": "med", "military": "mil", "national": "natl",
    "officer": "offr", "operations": "ops", "operator": "op", "personnel": "pers",
    "practitioner": "pract", "production": "prod", "professional": "prof", "professor": "prof",
    "program": "prog", "programmer": "prog", "psychiatric": "psych", "public": "pub",
    "purchasing": "purch", "quality": "qual", "receptionist": "recep", "regional": "reg",
    "registered": "reg", "representative": "rep", "research": "res", "school": "sch",
    "secondary": "sec", "secretary": "sec", "security": "sec", "senior": "snr",
    "service": "svc", "services": "svcs", "specialist": "spec", "student": "stud",
    "superintendent": "supt", "supervisor": "supv", "surgeon": "surg", "system": "sys",
    "systems": "sys", "teacher": "tchr", "technical": "tech", "technician": "tech",
    "technology": "tech", "telecommunications": "telecoms", "therapist": "ther",
    "transport": "trans", "university": "univ", "vehicle": "veh", "veterinary": "vet",
    "warehouse": "whse", "worker": "wkr", "workshop": "wshop", "and": "n", "with": "w",
}  # fmt: skip
_PHRASES = {
    "registered nurse": "rn", "human resources": "hr", "information technology": "it",
    "heavy goods vehicle": "hgv", "large goods vehicle": "lgv", "vice president": "vp",
    "chief executive": "ceo", "managing director": "md", "general practitioner": "gp",
    "personal assistant": "pa", "public relations": "pr", "quality control": "qc",
    "quality assurance": "qa", "customer service": "cs", "air traffic": "atc",
    "licensed practical nurse": "lpn", "research and development": "r n d",
    "computer numerical control": "cnc", "point of sale": "pos", "special needs": "sen",
}  # fmt: skip
_BEFORE = ("i am a", "i work as a", "im a", "working as", "self employed", "part time", "full time",
           "trainee", "acting", "retired", "my job is", "job title", "employed as")  # fmt: skip
_AFTER = ("at a local company", "in the city", "in a small town", "for the council", "part time",
          "night shift", "full time", "on contract", "at the moment", "for 10 years", "grade 5",
          "in london", "in nairobi", "in mumbai", "in texas", "in manila", "in lagos", "in sydney",
          "level 2", "band 6", "private sector", "ltd", "for an agency", "in family business",
          "no 4", "temporary", "shift b", "in johannesburg", "in toronto")  # fmt: skip


def augment(text: str, tasks: Sequence[str], rng: random.Random) -> str:
    """One variant of a cleaned ``title | duties``.

    Parameters
    ----------
    tasks : task statements of the text's unit group, to borrow from; may be empty.
    """
    title, _, duties = text.partition(_JOIN)
    if duties != UNKNOWN and title != UNKNOWN:
        # A few typed words are what decides the code; of a definition any part will do.
        draw = rng.random() if len(duties.split()) > _TYPED_WORDS else 1.0
        if draw < DROP_DUTIES:
            duties = UNKNOWN
        elif draw < DROP_DUTIES + SHORTEN_DUTIES:
            duties = _stretch(duties, rng)
    elif title == UNKNOWN:
        duties = _stretch(duties, rng) if rng.random() < SHORTEN_DUTIES else duties
    elif tasks and rng.random() < BORROW_TASK:
        duties = _stretch(rng.choice(tasks), rng)
    if title != UNKNOWN:
        title = _retitle(title, rng)
    elif rng.random() < TYPO:
        duties = typo(duties, rng)
    return title + _JOIN + duties


def _retitle(title: str, rng: random.Random) -> str:
    """Each change by its own chance: most titles get none or one."""
    if rng.random() < TURN_AROUND:
        words = title.split()
        cut = rng.randrange(len(words))
        title = " ".join(words[cut:] + words[:cut])
    if rng.random() < INFLECT:
        title = inflect(title, rng)
    if rng.random() < ABBREVIATE:
        title = abbreviate(title, rng)
    if rng.random() < TYPO:
        title = typo(title, rng)
    if rng.random() < SURROUND:
        before = rng.random() < 0.5
        title = f"{rng.choice(_BEFORE)} {title}" if before else f"{title} {rng.choice(_AFTER)}"
    return title


def tasks_by_label(texts: Sequence[str], labels: Sequence[int]) -> Mapping[int, list[str]]:
    """The duties of texts without a title, by label: what ``augment`` borrows from."""
    tasks: dict[int, list[str]] = {}
    start = UNKNOWN + _JOIN
    for text, label in zip(texts, labels, strict=True):
        if text.startswith(start):
            tasks.setdefault(label, []).append(text.removeprefix(start))
    return tasks


def _stretch(duties: str, rng: random.Random) -> str:
    """3 to 14 neighbouring words of ``duties``; often from the start, where the verb is."""
    words = duties.split()
    length = rng.randint(3, 14)
    start = 0 if rng.random() < 0.5 else rng.randint(0, max(0, len(words) - length))
    return " ".join(words[start : start + length])


def abbreviate(title: str, rng: random.Random) -> str:
    """``title`` with its usual abbreviations, each word's with a chance of two thirds."""
    for phrase, short in _PHRASES.items():
        title = re.sub(rf"\b{phrase}\b", short, title)
    words = title.split()
    return " ".join(_SHORT.get(w, w) if rng.random() < 0.67 else w for w in words)


def inflect(title: str, rng: random.Random) -> str:
    """``title`` in the plural, or with two neighbouring words written together."""
    words = title.split()
    if len(words) < 2 or rng.random() < 0.5:
        last = words[-1]
        plural = last[:-1] + "ies" if last.endswith("y") else last + "s"
        return " ".join([*words[:-1], last if last.endswith("s") else plural])
    i = rng.randrange(len(words) - 1)
    return " ".join([*words[:i], words[i] + words[i + 1], *words[i + 2 :]])


def typo(text: str, rng: random.Random) -> str:
    """``text`` with one slip in one word of at least four letters: a letter dropped, doubled,
    replaced or swapped with its neighbour. Unchanged where no word is long enough.
    """
    words = text.split()
    long = [i for i, word in enumerate(words) if len(word) >= 4]
    if not long:
        return text
    at = rng.choice(long)
    word = words[at]
    i = rng.randrange(len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        word = word[:i] + word[i + 1 :]
    elif kind == 1:
        word = word[:i] + word[i] + word[i:]
    elif kind == 2:
        word = word[:i] + rng.choice(string.ascii_lowercase) + word[i + 1 :]
    else:
        word = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    words[at] = word
    return " ".join(words)
