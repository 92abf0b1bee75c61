"""What is read of a folder: the same rule for a folder on a disk and for one on a storage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.formats.file_names import is_litter, reason_to_hold, reason_to_hold_folder


@dataclass(frozen=True)
class FolderContent:
    """The files of a folder, by their path relative to it, with ``/`` between its parts.

    ``held`` maps what is not read to the reason: a file, or a folder with all that is in it.
    """

    read: list[str] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)


def sort_files(paths: Iterable[str]) -> FolderContent:
    """Divide files into those that are read and those that are held, in the order of their paths.

    Only what systems and programs leave beside files is in neither.
    """
    content = FolderContent()
    for path in sorted(paths):
        *folders, name = path.split("/")
        if any(map(is_litter, [*folders, name])):
            continue
        for depth, folder in enumerate(folders, start=1):
            reason = reason_to_hold_folder(folder)
            if reason is not None:
                content.held["/".join(folders[:depth])] = reason
                break
        else:
            reason = reason_to_hold(name)
            if reason is None:
                content.read.append(path)
            else:
                content.held[path] = reason
    return content
