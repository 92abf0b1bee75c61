"""Whose answers are in doubt: they hold for their own texts alone.

Beside each corrections file there may be a file of doubts in the hidden folder ``.doubts``, named
after it. It is written before the corrections themselves, so that nobody is believed for a moment.
A doubt stays until a person confirms the answers (``isco coders --confirm``); what was confirmed
stays noted, and can be taken back.
"""

from __future__ import annotations

import logging
import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.corrections.correction import Correction
from core.errors import IscoError
from core.files.folders import names_in
from core.files.own_files import OwnFileError, as_own_json, read_own_json
from core.files.whole_file import write_atomic
from core.languages.message import Message
from core.languages.stored_message import REASON_VALUES, restored_reasons, stored
from core.settings_file.coder_names import coder_name, is_same_coder
from core.timestamps import utc_now

_LOG = logging.getLogger(__name__)
DOUBTS_DIR = ".doubts"
_SUFFIX = ".json"
_KEY = "doubts"
_NOT_LOOKED_AT = (0, 0, 0)


@dataclass(frozen=True)
class Doubt:
    """Why the answers of a coder in a corrections file are in doubt.

    Attributes
    ----------
    coder : the name as it is written; empty for the answers that have no name.
    file : the name under which the file was handed in; many have the same.
    n : compared answers; ``n_far`` of them have a code that the model ranks far behind.
    n_sure : those of which model and neighbours are sure; ``n_against`` of them contradict.
    reasons : why, one sentence each.
    examples : texts that were answered otherwise than expected: the text, the code that it got, and
        the one that was expected.
    since, confirmed : times in UTC, ISO 8601; ``confirmed`` is empty while the doubt is open.
    kept : the name of the file in the folder of corrections, which no other has; empty until the
        doubt is noted.
    is_of_all : whether it is about all answers of the file: what was doubted cannot be read.
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
    kept: str = ""
    is_of_all: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nobody has confirmed the answers."""
        return not self.confirmed

    @property
    def name(self) -> str:
        """How a command names the doubt: by the coder, or by the file if the coder has no name."""
        return self.coder or self.kept or self.file

    @property
    def shown_name(self) -> str:
        """The name, in words: a file as it is kept, and as it was handed in."""
        return repr(self.coder) if self.coder else self._shown_file

    @property
    def whose(self) -> str:
        """Which answers these are, in words."""
        if self.is_of_all:
            return Message("all answers in {file}", file=self._shown_file)
        if not self.coder:
            return Message("the answers without a name in {file}", file=self._shown_file)
        return Message(
            "the answers of {coder!r} in {file}", coder=self.coder, file=self._shown_file
        )

    @property
    def _shown_file(self) -> str:
        if self.kept in ("", self.file):
            return repr(self.file)
        return Message("{kept!r} (handed in as {file!r})", kept=self.kept, file=self.file)

    @property
    def sentence(self) -> str:
        """What is in doubt and why, and what to do, without a full stop."""
        return Message(
            "{answers} are in doubt: {reasons}. They hold for their own texts alone, unless "
            "another coder has answered these. If they are right, confirm them: {command}",
            answers=self.whose,
            reasons=Message.listed(self.reasons),
            command=f"isco coders --confirm {shlex.quote(self.name)}",
        )

    def to_json(self) -> dict[str, Any]:
        """Return all values, and those of the reasons: see ``core/languages/stored_message.py``."""
        return {**asdict(self), REASON_VALUES: list(map(stored, self.reasons))}

    def is_about(self, correction: Correction) -> bool:
        """Whether a row of the file is one of these answers; an adjudicated one never is."""
        signature = correction.signature
        if signature.is_adjudicated:
            return False
        return self.is_of_all or is_same_coder(signature.coder, self.coder)


Doubts = tuple[Doubt, ...]
"""The doubts about one corrections file: one for each coder."""


def doubts_path(corrections_path: Path) -> Path:
    """Return the path of the doubts about a corrections file."""
    return corrections_path.parent / DOUBTS_DIR / f"{corrections_path.name}{_SUFFIX}"


def read_doubts(corrections_path: Path) -> Doubts:
    """Return the doubts about a corrections file; none if nobody doubts it.

    Where they are damaged, or cannot be looked for, all answers of the file are in doubt, and a
    line in the log says so.
    """
    path = doubts_path(corrections_path)
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError:  # they may be there
        return _read(path, _NOT_LOOKED_AT)
    return _read(path, (status.st_ctime_ns, status.st_size, status.st_ino))  # with its permissions


@lru_cache(maxsize=4096)
def _read(path: Path, state: tuple[int, int, int]) -> Doubts:
    """Read a file once for each of its states: the folder is looked at before every file."""
    name = path.name.removesuffix(_SUFFIX)
    try:
        values = read_own_json(path)[_KEY]
        return tuple(_from_json(value, name) for value in values)
    except (OSError, OwnFileError, KeyError, TypeError, ValueError) as error:
        _LOG.warning("%r: the doubts cannot be read, so every answer is in doubt: %s", name, error)
        return (Doubt("", name, reasons=(_damaged(path),), kept=name, is_of_all=True),)


def _from_json(value: dict[str, Any], kept: str) -> Doubt:
    examples = tuple((text, given, expected) for text, given, expected in value["examples"])
    reasons = tuple(restored_reasons(value))
    known = {**value, "reasons": reasons, "examples": examples, "kept": kept}
    del known[REASON_VALUES]
    return Doubt(**known)


def _damaged(path: Path) -> Message:
    return Message("{file!r} is damaged", file=str(path))


def write_doubts(corrections_path: Path, doubts: Iterable[Doubt]) -> None:
    """Write the doubts about a corrections file. Raises OSError."""
    path = doubts_path(corrections_path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    values = [doubt.to_json() for doubt in doubts]
    for one in values:
        del one["kept"]  # the file of doubts is named after it
    write_atomic(path, as_own_json({_KEY: values}))


def remove_doubts(corrections_path: Path) -> None:
    """Forget the doubts about a corrections file that is gone."""
    doubts_path(corrections_path).unlink(missing_ok=True)


def orphaned_doubts(corrections_dir: Path) -> list[Path]:
    """Return the corrections files that are not there and have doubts nevertheless.

    A person has removed them, or the program is about to write them.
    """
    files = _doubted_files(corrections_dir)
    # A link may lead to a share that is not connected.
    return [file for file in files if not file.exists() and not file.is_symlink()]


def marked(corrections: Iterable[Correction], doubts: Doubts) -> Iterator[Correction]:
    """Yield the corrections of a file; those that are in doubt are marked."""
    are_open = [doubt for doubt in doubts if doubt.is_open]
    for correction in corrections:
        if any(doubt.is_about(correction) for doubt in are_open):
            correction = replace(correction, is_doubted=True)
        yield correction


def all_doubts(corrections_dir: Path) -> list[tuple[Path, Doubts]]:
    """Return the corrections files that anybody doubts or doubted, and their doubts."""
    files = _doubted_files(corrections_dir)
    return [(file, read_doubts(file)) for file in files if file.exists()]


def _doubted_files(corrections_dir: Path) -> list[Path]:
    names = sorted(names_in(corrections_dir / DOUBTS_DIR))
    return [corrections_dir / n.removesuffix(_SUFFIX) for n in names if n.endswith(_SUFFIX)]


def open_doubts(corrections_dir: Path) -> list[Doubt]:
    """Return the doubts that nobody has settled. Raises OSError where they cannot be listed."""
    return [doubt for _, doubts in all_doubts(corrections_dir) for doubt in doubts if doubt.is_open]


def confirmed_doubts(corrections_dir: Path) -> list[Doubt]:
    """Return the doubts that a person has settled: the answers are right."""
    return [
        doubt for _, doubts in all_doubts(corrections_dir) for doubt in doubts if not doubt.is_open
    ]


def doubts_named(corrections_dir: Path, name: str) -> list[Doubt]:
    """Return the doubts, open or not, that a name means.

    It means a coder, in all files; if there is none of this name, the answers without a name in one
    file. The file is named as it is kept. The name under which it was handed in means it, too, if
    no other file was handed in so; else IscoError, which lists the names to choose from.
    """
    doubts = [doubt for _, doubts in all_doubts(corrections_dir) for doubt in doubts]
    coder = coder_name(name)
    of_coder = [doubt for doubt in doubts if coder and is_same_coder(coder, doubt.coder)]
    if of_coder:
        return of_coder
    of_files = [doubt for doubt in doubts if not doubt.coder]
    kept = [doubt for doubt in of_files if doubt.kept == name]
    handed_in = kept or [doubt for doubt in of_files if doubt.file == name]
    if len({doubt.kept for doubt in handed_in}) > 1:
        states = {True: "in doubt", False: "confirmed"}
        listed = [f"{doubt.kept!r} ({states[doubt.is_open]})" for doubt in handed_in]
        raise IscoError(
            f"{name!r}: found {len(listed)} files that were handed in under this name; expected "
            f"the name of one of them as it is kept: {', '.join(listed)}. Give that name instead; "
            "isco coders says what is in doubt in each"
        )
    return handed_in


def confirm(corrections_dir: Path, name: str) -> list[Doubt]:
    """Confirm what ``doubts_named`` finds in doubt; return the doubts that were open."""
    now = utc_now()
    return _change(
        corrections_dir, name, lambda doubt: replace(doubt, confirmed=doubt.confirmed or now)
    )


def doubt_again(corrections_dir: Path, name: str) -> list[Doubt]:
    """Take back that what ``doubts_named`` finds was confirmed; return what was."""
    return _change(corrections_dir, name, lambda doubt: replace(doubt, confirmed=""))


def _change(corrections_dir: Path, name: str, change: Callable[[Doubt], Doubt]) -> list[Doubt]:
    named = doubts_named(corrections_dir, name)
    changed = []
    for path, doubts in all_doubts(corrections_dir):
        after = [change(doubt) if doubt in named else doubt for doubt in doubts]
        differing = [one for one, other in zip(doubts, after, strict=True) if one != other]
        if differing:
            write_doubts(path, after)
            changed += differing
    return changed
