"""``isco models``: which version serves, and which could."""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import asdict
from typing import Any

from cli.options import add_command
from cli.requirements import need_extra
from core.errors import IscoError
from core.settings import Settings

_LOG = logging.getLogger(__name__)
_ABOUT = """\
A version serves from the next file on; no file is coded by two.
"""


def add_to(commands: Any) -> None:
    """What it takes."""
    models = add_command(commands, "models", _list, "which model is in service", _ABOUT)
    actions = models.add_subparsers(metavar="ACTION", title="actions", required=True)
    listing = add_command(actions, "list", _list, "every version, oldest first")
    listing.add_argument("--json", action="store_true", help="the same as JSON")
    promote = add_command(actions, "promote", _promote, "put a version into service")
    promote.add_argument("version", metavar="VERSION", help="a name from isco models list")
    add_command(actions, "rollback", _rollback, "back to the version that served before")
    accelerate = add_command(
        actions, "accelerate", _accelerate, "let CoreML or CUDA of this machine try a version"
    )
    accelerate.add_argument(
        "version", nargs="?", metavar="VERSION", help="default: the one in service"
    )


def _list(parsed: argparse.Namespace, settings: Settings) -> None:
    from inference.model_registry import ModelRegistry

    versions = ModelRegistry(settings.output).versions()
    if parsed.json:
        print(json.dumps([{**asdict(v), "path": str(v.path)} for v in versions], indent=1))
        return
    for version in versions:
        state = "in service" if version.is_served else ""
        promoted = f"promoted {version.promoted}" if version.promoted else ""
        print("  ".join(filter(None, [version.name, version.created, promoted, state])))


def _promote(parsed: argparse.Namespace, settings: Settings) -> None:
    from inference.model_registry import ModelRegistry

    bundle = ModelRegistry(settings.output).promote(parsed.version)
    _LOG.info("in service from the next file on: %s", bundle.manifest.version)


def _rollback(parsed: argparse.Namespace, settings: Settings) -> None:
    from inference.model_registry import ModelRegistry

    bundle = ModelRegistry(settings.output).rollback()
    _LOG.info("in service from the next file on: %s", bundle.manifest.version)


def _accelerate(parsed: argparse.Namespace, settings: Settings) -> None:
    with need_extra("train", "this"):
        from exporters.accelerator_graph import write_accelerated
    from inference.model_registry import ModelRegistry
    from inference.onnx_session import OnnxSession
    from inference.providers import Runtime

    if not Runtime().accelerators():
        raise IscoError(
            "the onnxruntime of this machine has neither CoreML nor CUDA: nothing to try"
        )
    store = ModelRegistry(settings.output)
    bundle = store.open(parsed.version) if parsed.version else store.served()
    _LOG.info("fp32 file of %s → %s", bundle.manifest.version, write_accelerated(bundle))
    logging.getLogger("inference").setLevel(logging.INFO)  # it says who computes, and why
    OnnxSession(bundle, settings.inference)
