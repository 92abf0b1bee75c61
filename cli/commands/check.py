"""``isco check``: whether everything is there that the work needs, and what to do if not."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from cli.json_output import print_json
from cli.options import add_command
from cli.requirements import require_posix
from core.row_counts import quantity
from core.settings import Settings

if TYPE_CHECKING:
    from watcher.diagnosis.finding import Finding

_WARNINGS = 4
_ABOUT = """\
Looks at settings, folders, permissions, disk, network share, model, provider, schedule, time zone,
corrections, commands and the daemon, and says what to do. It may run beside a daemon, and leaves
nothing behind but which provider is the fastest here, for the next start. The exit code is 0 if all
is well, 4 with warnings alone, and 1 with a fault.

  isco check --json > check.json     for support: no names of inputs, people or columns
"""
_MARKS = {"ok": "ok", "warning": "WARNING", "fault": "FAULT"}


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco check``."""
    command = add_command(commands, "check", run, "look for what is missing or wrong", _ABOUT)
    command.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print the findings; return 0, 4 if there are warnings, 1 if there is a fault."""
    require_posix("check")
    from inference.versions import software_versions
    from watcher.diagnosis.finding import Finding, Level, PathNames
    from watcher.diagnosis.folder_findings import folder_findings
    from watcher.diagnosis.setup_findings import setup_findings

    names = PathNames(parsed.config)
    changed = sorted(_changed(settings, Settings()))
    found = quantity(
        len(changed), "setting differs from its default", "settings differ from their defaults"
    )
    findings = [
        Finding("settings", found),
        *folder_findings(settings, names),
        *setup_findings(settings, names),
    ]
    if parsed.json:
        about = {
            "versions": software_versions(),
            "python": platform.python_version(),
            "platform": platform.platform(),
            "changed_settings": changed,
            "findings": [asdict(finding) for finding in findings],
        }
        print_json(about, indent=2)
    else:
        for finding in findings:
            print(_line(finding))
    levels = {finding.level for finding in findings}
    if Level.FAULT in levels:
        return 1
    return _WARNINGS if Level.WARNING in levels else 0


def _line(finding: Finding) -> str:
    line = f"{_MARKS[finding.level]:<8} {finding.check}: {finding.found}"
    return f"{line}\n         → {finding.remedy}" if finding.remedy else line


def _changed(settings: BaseModel, defaults: BaseModel, prefix: str = "") -> Iterator[str]:
    """Yield the names of the settings that differ from their defaults, without their values.

    Of a relative path only the end can be compared: the settings made it absolute.
    """
    for name in type(settings).model_fields:
        value, default = getattr(settings, name), getattr(defaults, name)
        if isinstance(value, BaseModel):
            yield from _changed(value, default, f"{prefix}{name}.")
        elif value != default and not str(value).endswith(f"/{default}"):
            yield f"{prefix}{name}"
