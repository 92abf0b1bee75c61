"""The title of one group of ISCO-08, which a page says in its language."""

from __future__ import annotations

from core.taxonomy import isco08


class GroupTitle(str):
    """The English title of a group, which a page says in its language; ``code`` is the group's."""

    code: str

    def __new__(cls, code: str) -> GroupTitle:
        """Return the title of the group ``code``; KeyError where ISCO-08 does not have it."""
        title = super().__new__(cls, isco08().title(code))
        title.code = code
        return title

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)
