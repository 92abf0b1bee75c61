"""``isco explain``: write the explanations that results wait for."""

from __future__ import annotations

import argparse
import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.options import add_command
from core.errors import BundleError
from core.files.own_files import OwnFileError, set_aside
from core.row_counts import quantity
from core.settings import Settings

if TYPE_CHECKING:
    from inference.bundle import Bundle
    from inference.model_registry import ModelRegistry

_LOG = logging.getLogger(__name__)
_ABOUT = """\
For a sample of the records of each result it computes how much each word contributes to the code.
The daemon starts this command by itself; it ends once every result has its explanations.
"""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco explain``."""
    add_command(commands, "explain", run, "explain the results in the outbox", _ABOUT)


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Explain every batch that waits, each with the version that coded it."""
    from inference.classifier import Classifier, open_classifier
    from inference.model_registry import ModelRegistry
    from results.explanations.pages import explain_batch
    from results.explanations.requests import EXPLANATIONS_DIR, REQUESTS_FILE, pending_batches
    from watcher.delivery.publish import shown
    from watcher.processes.explainer import explaining_lock

    registry = ModelRegistry(settings.output)

    @cache
    def open_version(version: str) -> Classifier:
        return open_classifier(_version_that_coded(registry, version), settings.inference)

    passed_over: set[Path] = set()
    n_done = 0
    with explaining_lock(settings.watcher.outbox):
        while True:
            pending = pending_batches(settings.watcher.outbox)
            batch = next((folder for folder in pending if folder not in passed_over), None)
            if batch is None:
                break
            try:
                n = explain_batch(batch, open_version)
            except OwnFileError as error:
                set_aside(batch / REQUESTS_FILE, error)
                passed_over.add(batch)
                continue
            except OSError as error:  # a folder of another user, a full disk: the others go on
                _LOG.warning("%s is not explained now: %s", shown(batch), error)
                passed_over.add(batch)
                continue
            n_done += 1
            what = f"{quantity(n, 'record')} explained" if n else "the reason is in the overview"
            _LOG.info("%s → %s", what, shown(batch / EXPLANATIONS_DIR))
    if not n_done and not passed_over:
        _LOG.info("no result in %s waits for explanations", shown(settings.watcher.outbox))


def _version_that_coded(registry: ModelRegistry, name: str) -> Bundle:
    """Open the version that coded a batch; BundleError where it is gone or damaged."""
    is_kept = name in {version.name for version in registry.versions()}
    bundle = registry.open(name) if is_kept else registry.served()  # a folder of the user's own
    if bundle.manifest.version != name:
        raise BundleError(
            f"version {name!r} of the model, which coded them, is not kept any more, and another "
            "version cannot explain them; output.keep_versions says how many versions are kept"
        )
    return bundle
