"""Keep the versions of the model on this machine, and which of them is in service.

``models/versions/<version>/``       a bundle, never changed once it is there
``models/versions/<version>.json``   when it was promoted, which version it replaced, the
                                     bundled version that was known then, and the version that the
                                     gate compares with besides (``training/evaluation/gate.py``)
``models/best_model``                a link to the version in service; without it, the bundled one

The folder is the state. A version is added by one rename and put into service by renaming a link,
so that every reader sees the old one or the new one. A rollback is the same step.

An update of the program brings its own bundled version in the place of the old one. So a bundled
version that is replaced is copied to ``versions``, and can be put back after an update, too.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BundleError
from core.files.own_files import read_own_json
from core.files.whole_file import PART_FILES, write_atomic
from core.packages import SHIPPED_MODEL
from core.settings import OutputSettings
from core.timestamps import utc_now
from inference.bundle import MANIFEST, Bundle, unsupported_version

VERSIONS = "versions"


@dataclass(frozen=True)
class Version:
    """One version. ``created`` and ``promoted`` are ISO 8601; one never promoted has None.

    ``was_replaced`` says that another version was promoted while it was in service,
    ``is_supported`` that this program can serve it.
    """

    name: str
    path: Path
    created: str
    promoted: str | None
    is_served: bool
    was_replaced: bool = False
    is_supported: bool = True


class ModelRegistry:
    """The versions below ``output.model_dir``, among them the bundled one.

    The bundled one is ``output.model_dir``/bundled, or else the model that ships with the program.
    """

    def __init__(self, output: OutputSettings) -> None:
        self._served_link = output.best_model_dir
        self._n_kept = output.keep_versions
        self._versions_dir = output.model_dir / VERSIONS
        own_dir = output.model_dir / SHIPPED_MODEL.name
        self.bundled_dir = own_dir if os.path.lexists(own_dir) else SHIPPED_MODEL

    def served_dir(self) -> Path:
        """Return the folder of the version in service; BundleError where the link is broken."""
        if not os.path.lexists(self._served_link):
            return self.bundled_dir
        if not self._served_link.exists():
            target = str(self._served_link.readlink())
            raise BundleError(
                f"{str(self._served_link)!r} points to {target!r}, which "
                "does not exist: restore it, or run 'isco models rollback'"
            )
        return self._served_link.resolve()

    def served(self) -> Bundle:
        """Open and check the version in service."""
        return Bundle.open(self.served_dir())

    def versions(self) -> list[Version]:
        """Return every version, oldest first."""
        is_linked = os.path.lexists(self._served_link)
        served_dir = (self._served_link if is_linked else self.bundled_dir).resolve()
        paths = self._versions_dir.glob("*.json")
        replaced = {self._promotion(path.stem).get("replaced") for path in paths}
        versions: dict[str, Version] = {}
        for path in [self.bundled_dir, *self._versions_dir.glob("[!.]*/")]:
            try:
                manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
                name = str(manifest["version"])
                created = str(manifest["created"])
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                continue
            if name in versions:  # the copy of the bundled one, which is still there
                continue
            promoted = self._promotion(name).get("promoted") if self.was_promoted(name) else None
            versions[name] = Version(
                name,
                path,
                created,
                promoted,
                is_served=path.resolve() == served_dir,
                was_replaced=name in replaced,
                is_supported=not unsupported_version(manifest),
            )
        return sorted(versions.values(), key=lambda version: (version.created, version.name))

    def open(self, name: str) -> Bundle:
        """Open the version ``name``; BundleError where it does not exist or is damaged."""
        paths = {version.name: version.path for version in self.versions()}
        if name not in paths:
            raise BundleError(
                f"there is no version {name!r}; there are: {', '.join(paths) or 'none'}"
            )
        return Bundle.open(paths[name])

    def add(self, bundle_dir: Path) -> Bundle:
        """Move a finished bundle into the registry; BundleError where a file of it is damaged.

        Older versions than ``keep_versions`` go, also where the gate refuses one night after the
        other, and so do the parts that a kill left. Raises OSError where it cannot be written, as
        on a full disk; no part is left then.
        """
        bundle = Bundle.open(bundle_dir)
        for part in self._versions_dir.glob(PART_FILES):
            if part.is_dir():
                shutil.rmtree(part)
            else:  # the beginning of what is said of a version
                part.unlink()
        target = self._copy(bundle)
        shutil.rmtree(bundle_dir)
        self._prune(target.name)
        return Bundle.open(target)

    def _copy(self, bundle: Bundle) -> Path:
        """Copy a bundle to its place among the versions, whole or not at all, and return that."""
        bundle.checkpoint_dir()
        target = self._versions_dir / bundle.manifest.version
        if not target.exists():
            self._versions_dir.mkdir(parents=True, exist_ok=True)
            partial_dir = self._versions_dir / f".{bundle.manifest.version}.part"
            shutil.rmtree(partial_dir, ignore_errors=True)  # left by a crash
            try:
                shutil.copytree(bundle.path, partial_dir, symlinks=True)
            except shutil.Error as error:  # a list of every file, with its reason at the end
                shutil.rmtree(partial_dir, ignore_errors=True)
                reason = error.args[0][0][-1]
                raise OSError(f"{str(target)!r} cannot be written: {reason}") from None
            os.rename(partial_dir, target)
        return target

    def promote(self, name: str, reference: str | None = None) -> Bundle:
        """Put a version into service: one rename, after all its hashes were checked.

        ``reference`` names its reference version; by default it is its own, as a person chose it.
        Raises BundleError for a version that does not exist or is damaged; nothing changes then.
        Raises OSError where no version can be written, as on a full disk.
        """
        bundle = self.open(name)
        bundle.checkpoint_dir()
        served, bundled = self._served_and_bundled()
        replaced = served or ""
        if replaced == name:
            return bundle
        known = None if bundled == name else self._promotion(replaced).get("bundled")
        # First: what is refused was never promoted. A kill must not say so of what was.
        suffix = "back" if self.was_promoted(name) else f"{name}.part"
        link = self._new_link(bundle.path, suffix)
        if replaced and replaced == bundled:
            self._keep_bundled()
        self._versions_dir.mkdir(parents=True, exist_ok=True)
        promotion = {
            "promoted": utc_now(),
            "replaced": replaced,
            "bundled": known or bundled,
            "reference": reference or name,
        }
        write_atomic(self._versions_dir / f"{name}.json", json.dumps(promotion) + "\n")
        os.replace(link, self._served_link)
        self._prune(name)
        return bundle

    def _keep_bundled(self) -> None:
        """Copy the bundled version to the others, as one that knows of no later bundled one."""
        try:
            name = self._copy(Bundle.open(self.bundled_dir)).name
        except BundleError:  # what is damaged cannot be put back
            return
        path = self._versions_dir / f"{name}.json"
        if not path.exists():
            write_atomic(path, json.dumps({"bundled": name}) + "\n")

    def rollback(self) -> Bundle:
        """Put the version that was in service before this one back; BundleError without one."""
        served = self._served_name()
        previous = self._promotion(served).get("replaced")
        if not previous:
            raise BundleError(
                f"no version was in service before {served!r}; 'isco models list' shows all "
                "versions, 'isco models promote VERSION' serves one"
            )
        paths = {version.name: version.path for version in self.versions()}
        if previous not in paths:
            raise BundleError(
                f"the version before, {previous!r}, is not kept any more; 'isco models list' shows "
                "all versions, 'isco models promote VERSION' serves one"
            )
        bundle = Bundle.open(paths[previous])
        os.replace(self._new_link(bundle.path, "back"), self._served_link)
        return bundle

    def was_promoted(self, name: str) -> bool:
        """Return whether a version was ever put into service here.

        A first promotion that was killed before its last step has left its link under the name of
        the version, and a rollback or a later promotion under another one.
        """
        is_begun = self._hidden_link(f"{name}.part").is_symlink()
        return "promoted" in self._promotion(name) and not is_begun

    def reference_of(self, name: str) -> str:
        """Return the name of the version that the gate compares with besides version ``name``."""
        return str(self._promotion(name).get("reference", name))

    def new_bundled(self) -> str | None:
        """Return the name of the bundled version if it came after the one that was served here.

        Nothing replaces a version of the office but what it promotes: an update of the program,
        which may bring a better bundled version, changes nothing by itself.
        """
        served, bundled = self._served_and_bundled()
        known = self._promotion(served).get("bundled") if served is not None else None
        return bundled if known is not None and bundled not in (known, served) else None

    def _served_and_bundled(self) -> tuple[str | None, str | None]:
        """Return the names of the version in service and of the bundled one, None for no bundle."""
        versions = self.versions()
        served = next((version.name for version in versions if version.is_served), None)
        of_bundled = (version.name for version in versions if version.path == self.bundled_dir)
        return served, next(of_bundled, None)

    def _served_name(self) -> str:
        """Return the name of the version in service, also where its folder is gone or damaged."""
        if not os.path.lexists(self._served_link):
            return Bundle.open(self.bundled_dir).manifest.version
        if self._served_link.is_symlink():
            name = self._served_link.readlink().name
            if name != self.bundled_dir.name:
                return name
        return self.served().manifest.version

    def _promotion(self, name: str) -> dict[str, Any]:
        try:
            return read_own_json(self._versions_dir / f"{name}.json")
        except (OSError, ValueError):  # also what is no JSON object
            return {}

    def _new_link(self, path: Path, suffix: str) -> Path:
        """Make a link to the version in ``path``, to be renamed to the one in service."""
        if self._served_link.is_dir() and not self._served_link.is_symlink():
            raise BundleError(
                f"{str(self._served_link)!r} is a folder of its own, not a link to a version: move "
                "it away, or set output.best_model_dir to another path"
            )
        self._served_link.parent.mkdir(parents=True, exist_ok=True)
        link = self._hidden_link(suffix)
        link.unlink(missing_ok=True)
        # Relative, so that the folder of the project can be moved.
        link.symlink_to(os.path.relpath(path.resolve(), self._served_link.parent.resolve()))
        return link

    def _hidden_link(self, suffix: str) -> Path:
        return self._served_link.with_name(f".{self._served_link.name}.{suffix}")

    def _prune(self, last: str) -> None:
        """Remove all but the newest ``keep_versions``, never the served one or the one before.

        Their reference versions stay, too. ``last``, the one that came last, stays also where the
        clock was set back since the others.
        """
        versions = [v for v in self.versions() if v.path.parent == self._versions_dir]
        old = versions[: -self._n_kept]
        if not old:
            return  # before the first promotion there may be no version in service
        served = self._served_name()
        at_hand = {served, str(self._promotion(served).get("replaced"))}
        needed = {last, *at_hand, *map(self.reference_of, at_hand)}
        for version in old:
            if version.name not in needed:
                removed_dir = self._versions_dir / f".{version.name}.part"
                os.rename(version.path, removed_dir)
                shutil.rmtree(removed_dir)
                (self._versions_dir / f"{version.name}.json").unlink(missing_ok=True)
                self._hidden_link(f"{version.name}.part").unlink(missing_ok=True)
