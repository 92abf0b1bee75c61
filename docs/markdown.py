"""Text of the program as Markdown."""

from __future__ import annotations

import re

_CODE = re.compile(r"(`[^`]*`)")


def prose(text: str) -> str:
    """Return ``text`` with ``<`` escaped outside of code, so that no browser takes it for a tag."""
    parts = _CODE.split(text)
    return "".join(part if part.startswith("`") else part.replace("<", "&lt;") for part in parts)


def cell(text: str) -> str:
    """Return ``text`` as one line for a cell of a table."""
    return prose(" ".join(text.split())).replace("|", "\\|")
