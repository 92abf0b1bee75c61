"""What every section of config.yaml has in common."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

# $HOME, ${HOME} and %USERPROFILE% as a whole part of a path.
_VARIABLE = re.compile(r"(?:^|[/\\])(\$\w+|\$\{\w+\}|%\w+%)(?=[/\\]|$)")


class Section(BaseModel):
    """Settings that belong together: frozen, without unknown names, with paths that can be."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=False,
        allow_inf_nan=False,
        defer_build=True,  # else each section is built twice: alone, and in the settings
    )

    @field_validator("*", mode="before")
    @classmethod
    def _is_path_on_a_disk(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse what Path would take for a folder: "", an address, the name of a variable."""
        field = cls.model_fields[info.field_name or ""]
        if field.annotation is not Path or not isinstance(value, str):
            return value
        if not value.strip():
            raise ValueError("expected a path; . is the folder of this file")
        if "://" in value:
            raise ValueError("expected a path on a disk of this machine, or on a share it mounts")
        if variable := _VARIABLE.search(value):
            raise ValueError(
                f"expected a path without variables: {variable[1]} is not replaced; write the path "
                "itself, or ~ for the home folder"
            )
        return value

    @field_validator("*")
    @classmethod
    def _is_possible_path(cls, value: Any) -> Any:
        if isinstance(value, Path):
            expanded(value)
        return value


def expanded(path: Path) -> Path:
    """Return the path with ``~`` and ``~name`` replaced; ValueError where it cannot be one."""
    if "\0" in str(path):
        raise ValueError("expected a path, which has no character NUL")
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError(
            f"expected a path; this machine knows no home folder {path.parts[0]}"
        ) from None
