"""Whose answers are in doubt: they hold for their own texts, and teach nothing about others.

Beside each corrections file there may be a file of doubts in the hidden folder ``.doubts``, named
after it. It is written before the corrections themselves, so that nobody is believed for a moment.
A doubt stays until a person confirms the answers (``isco coders --confirm``); what was confirmed
stays noted, and can be taken back.
"""

from __future__ import annotations

import json
import logging
import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.corrections.correction import Correction
from core.corrections.signature import coder_name
from core.file_io import utc_now, write_atomic
from core.own_files import OwnFileError, read_own_json

_LOG = logging.getLogger(__name__)
DOUBTS_DIR = ".doubts"
_SUFFIX = ".json"
_KEY = "doubts"


@dataclass(frozen=True)
class Doubt:
    """Why the answers of a coder in a corrections file are in doubt.

    Attributes
    ----------
    coder : the name as it is written; empty for the answers that have no name.
    file : the name under which the file was handed in.
    n : compared answers; ``n_far`` of them have a code that the model ranks far behind.
    n_sure : those of which model and neighbours are sure; ``n_against`` of them contradict.
    reasons : why, one sentence each.
    examples : texts that were answered otherwise than expected: the text, the code that it got, and
        the one that was expected.
    since, confirmed : times in UTC, ISO 8601; ``confirmed`` is empty while the doubt is open.
    """

    coder: str
    file: str
    n: int = 0
    n_far: int = 0
    n_sure: int = 0
    n_against: int = 0
    reasons: tuple[str, ...] = ()
    examples: tuple[tuple[str, str, str], ...] = ()
    since: str = ""
    confirmed: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nobody has confirmed the answers."""
        return not self.confirmed

    @property
    def name(self) -> str:
        """How people name the doubt: by the coder, or by the file where the coder has no name."""
        return self.coder or self.file

    @property
    def sentence(self) -> str:
        """What is in doubt and why, and what to do, without a full stop."""
        whose = f"answers of {self.coder!r} in" if self.coder else "answers in"
        return (
            f"the {whose} {self.file!r} are in doubt: {'; '.join(self.reasons)}. They hold for "
            "their own texts and teach nothing about others. If they are right, confirm them: "
            f"isco coders --confirm {shlex.quote(self.name)}"
        )

    def is_about(self, correction: Correction) -> bool:
        """Whether a row of the file is one of these answers; an adjudicated one never is."""
        signature = correction.signature
        return not signature.is_adjudicated and is_same_coder(signature.coder, self.coder)


Doubts = tuple[Doubt, ...]
"""The doubts about one corrections file: one for each coder."""


def is_same_coder(name: str, other: str) -> bool:
    """Whether two names are the same; capital letters make no difference."""
    return name.casefold() == other.casefold()


def doubts_path(corrections_path: Path) -> Path:
    """Return the path of the doubts about a corrections file."""
    return corrections_path.parent / DOUBTS_DIR / f"{corrections_path.name}{_SUFFIX}"


def read_doubts(corrections_path: Path) -> Doubts:
    """Return the doubts about a corrections file; none if nobody doubts it.

    Where they are damaged all answers of the file are in doubt, and a line in the log says so.
    """
    path = doubts_path(corrections_path)
    try:
        status = path.lstat()
    except OSError:
        return ()
    return _read(path, (status.st_mtime_ns, status.st_size, status.st_ino))


@lru_cache(maxsize=4096)
def _read(path: Path, state: tuple[int, int, int]) -> Doubts:
    """Read a file once for each of its states: the folder is looked at before every file."""
    try:
        values = read_own_json(path)[_KEY]
        return tuple(map(_from_json, values))
    except (OSError, OwnFileError, KeyError, TypeError, ValueError) as error:
        name = path.name.removesuffix(_SUFFIX)
        _LOG.warning("%r: the doubts cannot be read, so every answer is in doubt: %s", name, error)
        return (_EveryAnswer("", name, reasons=(f"{str(path)!r} is damaged",)),)


def _from_json(value: dict[str, Any]) -> Doubt:
    examples = tuple((text, given, expected) for text, given, expected in value["examples"])
    return Doubt(**{**value, "reasons": tuple(value["reasons"]), "examples": examples})


@dataclass(frozen=True)
class _EveryAnswer(Doubt):
    """The doubt about a file whose doubts cannot be read."""

    def is_about(self, correction: Correction) -> bool:
        return not correction.signature.is_adjudicated


def write_doubts(corrections_path: Path, doubts: Iterable[Doubt]) -> None:
    """Write the doubts about a corrections file. Raises OSError."""
    path = doubts_path(corrections_path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    values = {_KEY: [asdict(doubt) for doubt in doubts]}
    write_atomic(path, json.dumps(values, indent=2, ensure_ascii=False) + "\n")


def remove_doubts(corrections_path: Path) -> None:
    """Forget the doubts about a corrections file that is gone."""
    doubts_path(corrections_path).unlink(missing_ok=True)


def marked(corrections: Iterable[Correction], doubts: Doubts) -> Iterator[Correction]:
    """Yield the corrections of a file; those that are in doubt are marked."""
    are_open = [doubt for doubt in doubts if doubt.is_open]
    for correction in corrections:
        if any(doubt.is_about(correction) for doubt in are_open):
            correction = replace(correction, is_doubted=True)
        yield correction


def all_doubts(corrections_dir: Path) -> list[tuple[Path, Doubts]]:
    """Return the corrections files that anybody doubts or doubted, and their doubts."""
    paths = sorted((corrections_dir / DOUBTS_DIR).glob(f"*{_SUFFIX}"))
    files = [corrections_dir / path.name.removesuffix(_SUFFIX) for path in paths]
    return [(file, read_doubts(file)) for file in files if file.exists()]


def open_doubts(corrections_dir: Path) -> list[Doubt]:
    """Return the doubts that nobody has settled."""
    return [doubt for _, doubts in all_doubts(corrections_dir) for doubt in doubts if doubt.is_open]


def confirmed_doubts(corrections_dir: Path) -> list[Doubt]:
    """Return the doubts that a person has settled: the answers are right."""
    return [
        doubt for _, doubts in all_doubts(corrections_dir) for doubt in doubts if not doubt.is_open
    ]


def doubts_named(doubts: Iterable[Doubt], name: str) -> list[Doubt]:
    """Return those of the doubts that people name so: by their coder or by their file."""
    coder = coder_name(name)
    return [d for d in doubts if name == d.file or (coder and is_same_coder(coder, d.coder))]


def confirm(corrections_dir: Path, name: str) -> list[Doubt]:
    """Confirm the answers in doubt of a coder, or of a file; return the doubts that were open."""
    now = utc_now()
    return _change(
        corrections_dir, name, lambda doubt: replace(doubt, confirmed=doubt.confirmed or now)
    )


def doubt_again(corrections_dir: Path, name: str) -> list[Doubt]:
    """Take the confirmation of a coder or a file back; return what was confirmed."""
    return _change(corrections_dir, name, lambda doubt: replace(doubt, confirmed=""))


def _change(corrections_dir: Path, name: str, change: Callable[[Doubt], Doubt]) -> list[Doubt]:
    changed = []
    for path, doubts in all_doubts(corrections_dir):
        named = doubts if name == path.name else doubts_named(doubts, name)
        after = [change(doubt) if doubt in named else doubt for doubt in doubts]
        differing = [one for one, other in zip(doubts, after, strict=True) if one != other]
        if differing:
            write_doubts(path, after)
            changed += differing
    return changed
