"""``isco explain``: the explanations that batches wait for."""

from __future__ import annotations

import argparse
import logging
from functools import cache
from typing import Any

from cli.options import add_command
from core.settings import Settings

_LOG = logging.getLogger(__name__)
_ABOUT = """\
What each word adds to the odds of a code, for the records that batches were asked to explain. The
daemon starts this by itself; it ends when nothing waits.
"""


def add_to(commands: Any) -> None:
    """What it takes: nothing."""
    add_command(commands, "explain", run, "explain the batches in the outbox", _ABOUT)


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Explain until nothing waits, each batch with the version that coded it."""
    from inference.classifier import Classifier, open_classifier
    from inference.model_registry import ModelRegistry
    from results.explanations.pages import explain_batch
    from results.explanations.requests import EXPLANATIONS_DIR, pending_batches
    from watcher.delivery.publish import shown
    from watcher.processes.explainer import alone

    store = ModelRegistry(settings.output)

    @cache
    def open_version(version: str) -> Classifier:
        served = store.served()
        is_served = served.manifest.version == version
        return open_classifier(served if is_served else store.open(version), settings.inference)

    with alone(settings.watcher.outbox):
        while batches := pending_batches(settings.watcher.outbox):
            n = explain_batch(batches[0], open_version)
            _LOG.info("%d records explained → %s", n, shown(batches[0] / EXPLANATIONS_DIR))
