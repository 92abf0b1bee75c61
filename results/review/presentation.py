"""What a page and a workbook show beside the review items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import InputError
from core.isco_titles.group_notes import GroupNote, notes_over, office_notes
from core.isco_titles.group_titles import ENGLISH
from core.languages.message import Message
from core.settings import DataSettings


@dataclass(frozen=True)
class GroupNotes:
    """What is said about the groups, by code; ``are_of_office``: a part of it comes from a file."""

    by_code: Mapping[str, GroupNote] = field(default_factory=lambda: notes_over({}))
    are_of_office: bool = False

    @property
    def source(self) -> Message:
        """Whose words these are."""
        if self.are_of_office:
            return Message(
                "The words about the groups are those of isco08_definitions.csv; what it lacks are "
                "words of isco-coder, in English."
            )
        return Message(
            "The words about the groups are those of isco-coder, in English. They are not the "
            "ILO's definitions."
        )


@dataclass(frozen=True)
class Display:
    """What is shown beside the items.

    ``notes`` stand above them. ``language`` is that of the words and of the titles of groups.
    ``context`` has the names of the columns whose values an item has in ``context``.
    ``coder`` is to answer, where that is known.
    """

    notes: Sequence[str] = ()
    language: str = ENGLISH
    context: tuple[str, ...] = ()
    group_notes: GroupNotes = field(default_factory=GroupNotes)
    coder: str = ""


def read_group_notes(data: DataSettings, notes: list[str]) -> GroupNotes:
    """Return what is said about the groups; an office's file that cannot be read is noted."""
    try:
        office = office_notes(data.reference_dir, data.encoding)
    except InputError as error:
        notes.append(
            Message(
                "{error} Until then the review shows the program's own words about a group",
                error=str(error),
            )
        )
        return GroupNotes()
    return GroupNotes(notes_over(office), bool(office))
