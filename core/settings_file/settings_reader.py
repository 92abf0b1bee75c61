"""Read config.yaml into settings. An unknown key or a wrong type is an error.

Relative paths start at the folder of the file that has them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from core.errors import SettingsError
from core.settings import Settings
from core.settings_file.plain_words import expected, found
from core.settings_file.separate_folders import refuse_common_folders
from core.settings_file.yaml_text import SettingsText


def load_settings(path: Path) -> Settings:
    """Read ``path`` and make its paths absolute.

    Raises SettingsError naming the file, the line and the key for anything that is not a setting.
    """
    path = Path(path)
    try:
        text = SettingsText(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"{str(path)!r} does not exist; expected a file of settings, such as the config.yaml "
            "of a project"
        ) from None
    except IsADirectoryError:
        raise SettingsError(
            f"{str(path)!r} is a folder; expected a file of settings, such as its config.yaml"
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{str(path)!r}, line {line}: found a byte that is not UTF-8 "
            f"({error.object[error.start]:#04x}), expected text in UTF-8; save the file as UTF-8"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"{str(path)!r} cannot be read as YAML: {error}") from None
    try:
        settings = Settings.model_validate({} if text.values is None else text.values)
    except ValidationError as error:
        raise SettingsError(_explain(path, text, error)) from None
    settings = resolved(settings, path.resolve().parent).read_from(path.absolute())
    refuse_common_folders(settings, path, text)
    return settings


def resolved(settings: Settings, base: Path) -> Settings:
    """Return the settings with every path absolute; a relative one starts at ``base``."""
    return _with_base_folder(_absolute(settings, base), base)


def _with_base_folder(settings: Settings, base: Path) -> Settings:
    """Return the settings with paths absolute that are given as text.

    These are ``model.name``, if it is a folder relative to ``base``, and the programs of ``hooks``.
    """
    settings = settings.model_copy(update={"hooks": settings.hooks.below(base)})
    name = settings.model.name
    if not (name.startswith((".", "~")) or (base / name).is_dir()):
        return settings  # a name on the model hub
    path = (base / Path(name).expanduser()).resolve()
    return settings.with_values("model", name=str(path))


def _explain(path: Path, text: SettingsText, error: ValidationError) -> str:
    """Return one line for the first fault: file, line, key, found, expected."""
    first = error.errors()[0]
    keys = first["loc"]
    name = ".".join(key for key in keys if isinstance(key, str)) or "the file"
    entries = "".join(f", entry {key + 1}" for key in keys if isinstance(key, int))
    where = f"{str(path)!r}, line {text.line_of(keys)}: {name}{entries}"
    if first["type"] == "extra_forbidden":
        model: Any = Settings
        for key in keys[:-1]:
            model = model.model_fields[key].annotation
        return f"{where} is not a setting; the settings here are: {', '.join(model.model_fields)}"
    return f"{where}: found {found(first['input'])}; {expected(first)}"


def _absolute(model: Any, base: Path) -> Any:
    """Return the same settings with every Path joined to ``base``."""
    changes: dict[str, Any] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, Path):
            changes[name] = base / value.expanduser()
        elif isinstance(value, BaseModel):
            changes[name] = _absolute(value, base)
    return model.model_copy(update=changes)
