"""The versions of the model on this machine, and which of them is in service.

``models/versions/<version>/``       a bundle, never changed once it is there
``models/versions/<version>.json``   when it was promoted, and in whose place
``models/best_model``                a link to the version in service; without it, what ships

The folder is the state. A version arrives by one rename and goes into service by the renaming of a
link, so that whoever looks sees the old one or the new one, and going back is the same step.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.errors import BundleError
from core.settings import OutputSettings
from inference.bundle import MANIFEST, Bundle

VERSIONS = "versions"


@dataclass(frozen=True)
class Version:
    """One version: ``promoted`` is ISO 8601, ``""`` for one that never was in service."""

    name: str
    path: Path
    created: str
    promoted: str
    is_served: bool


class ModelRegistry:
    """The versions below ``output.model_dir``, the bundle that ships among them."""

    def __init__(self, output: OutputSettings) -> None:
        self._pointer, self._keep = output.best_model_dir, output.keep_versions
        self._versions_dir = output.model_dir / VERSIONS
        self.bundled_dir = output.model_dir / "bundled"

    def served_dir(self) -> Path:
        """The folder of the version in service; BundleError where the link leads nowhere."""
        if not os.path.lexists(self._pointer):
            return self.bundled_dir
        if not self._pointer.exists():
            raise BundleError(
                f"{str(self._pointer)!r} points to {str(self._pointer.readlink())!r}, which is "
                "gone: put it back, or go back with 'isco models rollback'"
            )
        return self._pointer.resolve()

    def served(self) -> Bundle:
        """The version in service, opened and checked."""
        return Bundle.open(self.served_dir())

    def versions(self) -> list[Version]:
        """Every version, oldest first."""
        is_set = os.path.lexists(self._pointer)
        served = (self._pointer if is_set else self.bundled_dir).resolve()
        found = []
        for path in [self.bundled_dir, *self._versions_dir.glob("*/")]:
            try:
                manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
                name, created = str(manifest["version"]), str(manifest["created"])
            except (OSError, ValueError, KeyError):
                continue
            promoted = self._record(name).get("promoted", "")
            found.append(Version(name, path, created, promoted, path.resolve() == served))
        return sorted(found, key=lambda version: (version.created, version.name))

    def open(self, name: str) -> Bundle:
        """Any version by its name; BundleError where it is not there or damaged."""
        known = {version.name: version.path for version in self.versions()}
        if name not in known:
            raise BundleError(
                f"there is no version {name!r}; there are: {', '.join(known) or 'none'}"
            )
        return Bundle.open(known[name])

    def add(self, bundle_dir: Path) -> Bundle:
        """Move a finished bundle in; BundleError where any of its files is damaged.

        OSError where it cannot be written, on a full disk; then nothing of it is left there.
        """
        bundle = Bundle.open(bundle_dir)
        bundle.checkpoint_dir()
        target = self._versions_dir / bundle.manifest.version
        if not target.exists():
            self._versions_dir.mkdir(parents=True, exist_ok=True)
            arriving = self._versions_dir / f".{bundle.manifest.version}.part"
            shutil.rmtree(arriving, ignore_errors=True)  # left by a crash
            try:
                shutil.copytree(bundle_dir, arriving)
            except shutil.Error as error:  # a list of every file, with its reason at the end
                shutil.rmtree(arriving, ignore_errors=True)
                reason = error.args[0][0][-1]
                raise OSError(f"{str(target)!r} cannot be written: {reason}") from None
            os.rename(arriving, target)
        shutil.rmtree(bundle_dir)
        return Bundle.open(target)

    def promote(self, name: str) -> Bundle:
        """Put a version into service: one rename, after all its hashes were checked.

        Raises BundleError for a version that is not there or damaged; then nothing changes.
        """
        bundle = self.open(name)
        bundle.checkpoint_dir()
        before = next((version.name for version in self.versions() if version.is_served), "")
        if before == name:
            return bundle
        self._versions_dir.mkdir(parents=True, exist_ok=True)
        record = {"promoted": datetime.now(UTC).isoformat(timespec="seconds"), "replaced": before}
        _write(self._versions_dir / f"{name}.json", json.dumps(record) + "\n")
        self._point_to(bundle.path)
        self._prune()
        return bundle

    def rollback(self) -> Bundle:
        """Put the version that was in service before this one back; BundleError without one."""
        served = self._served_name()
        before = self._record(served).get("replaced", "")
        if not before:
            raise BundleError(f"nothing was in service before {served!r}")
        known = {version.name: version for version in self.versions()}
        if before not in known:
            raise BundleError(f"the version before, {before!r}, is not kept any more")
        bundle = Bundle.open(known[before].path)
        self._point_to(known[before].path)
        return bundle

    def _served_name(self) -> str:
        """The name of the version in service, also where its folder is gone or damaged."""
        if not os.path.lexists(self._pointer):
            return Bundle.open(self.bundled_dir).manifest.version
        if self._pointer.is_symlink():
            name = self._pointer.readlink().name
            if name != self.bundled_dir.name:
                return name
        return self.served().manifest.version

    def _record(self, name: str) -> dict[str, str]:
        try:
            return json.loads((self._versions_dir / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def _point_to(self, path: Path) -> None:
        if self._pointer.is_dir() and not self._pointer.is_symlink():
            raise BundleError(
                f"{str(self._pointer)!r} is a folder of its own, not a link of this store: move "
                "it away, or name it elsewhere than in output.best_model_dir"
            )
        self._pointer.parent.mkdir(parents=True, exist_ok=True)
        link = self._pointer.with_name(f".{self._pointer.name}.part")
        link.unlink(missing_ok=True)
        # Relative, so that the folder of the project can be moved.
        link.symlink_to(os.path.relpath(path.resolve(), self._pointer.parent.resolve()))
        os.replace(link, self._pointer)

    def _prune(self) -> None:
        """Remove all but the newest ``keep_versions``, never the served one or the one before."""
        versions = [v for v in self.versions() if v.path.parent == self._versions_dir]
        served = self._served_name()
        needed = {served, self._record(served).get("replaced", "")}
        for version in versions[: -self._keep]:
            if version.name not in needed:
                leaving = self._versions_dir / f".{version.name}.part"
                os.rename(version.path, leaving)
                shutil.rmtree(leaving)
                (self._versions_dir / f"{version.name}.json").unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
