"""``isco models``: list the versions of the model and choose the one in service."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.aligned_table import align_columns
from cli.json_output import print_json
from cli.options import add_command
from cli.requirements import require_extra
from core.errors import IscoError
from core.settings import Settings

if TYPE_CHECKING:
    from inference.model_registry import Version

_LOG = logging.getLogger(__name__)
_ABOUT = """\
A version that is put into service codes from the next file on: no file is coded by two versions.
While a training runs, no version can be promoted or rolled back.
"""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco models`` and its actions."""
    models = add_command(
        commands, "models", _list, "list, promote and roll back versions of the model", _ABOUT
    )
    actions = models.add_subparsers(metavar="ACTION", title="actions", required=True)
    listing = add_command(actions, "list", _list, "list every version, oldest first")
    listing.add_argument("--json", action="store_true", help="print the list as JSON")
    promote = add_command(actions, "promote", _serve, "put a version into service")
    promote.add_argument("version", metavar="VERSION", help="name of a version in isco models list")
    rollback = add_command(actions, "rollback", _serve, "put the version before back into service")
    rollback.set_defaults(version=None)
    accelerate = add_command(
        actions,
        "accelerate",
        _accelerate,
        "let this machine try a version on CoreML, CUDA or OpenVINO",
    )
    accelerate.add_argument(
        "version",
        nargs="?",
        metavar="VERSION",
        help="name of a version (default: the version in service)",
    )


def _list(parsed: argparse.Namespace, settings: Settings) -> None:
    from inference.model_registry import ModelRegistry

    registry = ModelRegistry(settings.output)
    versions = registry.versions()
    refused = _refused(settings.output.model_dir / "runs")
    served = next((version.name for version in versions if version.is_served), "")
    reference = registry.reference_of(served)
    states = [_state(version, refused, reference) for version in versions]
    if parsed.json:
        listed = zip(versions, states, strict=True)
        print_json([{**asdict(v), "path": str(v.path), "state": s} for v, s in listed], indent=1)
        return
    rows = [["version", "created", "promoted", "state"]]
    for version, state in zip(versions, states, strict=True):
        unknown = "not recorded" if version.was_replaced else "never"
        rows.append([version.name, version.created, version.promoted or unknown, state])
    print("\n".join(align_columns(rows)))


def _state(version: Version, refused: Collection[str], reference: str) -> str:
    """Return what became of a version, and whether another version of the program made it.

    ``reference`` is the reference version of the one in service, which may be the same.
    """
    is_reference = version.name == reference and not version.is_served
    marks = ["reference version of the gate"] if is_reference else []
    marks += [] if version.is_supported else ["not supported"]
    return ", ".join(filter(None, [_past(version, refused), *marks]))


def _past(version: Version, refused: Collection[str]) -> str:
    """Return what became of a version: one that was promoted by hand is refused no more."""
    if version.is_served:
        return "in service"
    if version.promoted or version.was_replaced:
        return "was in service"
    return "refused" if version.name in refused else ""


def _refused(runs_dir: Path) -> frozenset[str]:
    """Return the versions that the gate refused, of the trainings whose metrics are kept."""
    from core.files.own_files import METRICS, OwnFileError, read_own_json
    from core.run_state import RunState

    names = set()
    for path in runs_dir.glob(f"run_*/{METRICS}"):
        with suppress(OSError, OwnFileError):
            metrics = read_own_json(path)
            if metrics.get("state") == RunState.REFUSED:
                names.add(str(metrics.get("version")))
    return frozenset(names)


def _serve(parsed: argparse.Namespace, settings: Settings) -> None:
    """Put a version into service: the one that is named, or for none the one before."""
    from inference.model_registry import ModelRegistry
    from training.training_lock import training_lock

    registry = ModelRegistry(settings.output)
    with training_lock(settings.output):  # a training may promote its model at this moment
        is_named = parsed.version is not None
        bundle = registry.promote(parsed.version) if is_named else registry.rollback()
    _LOG.info("in service from the next file on: %s", bundle.manifest.version)


def _accelerate(parsed: argparse.Namespace, settings: Settings) -> None:
    from inference.model_registry import ModelRegistry
    from inference.onnx_session import OnnxSession
    from inference.provider_selection import forget_choices
    from inference.providers import Runtime

    runtime = Runtime()
    if not runtime.accelerators():
        raise IscoError("no accelerator is installed: nothing to try")
    registry = ModelRegistry(settings.output)
    bundle = registry.open(parsed.version) if parsed.version else registry.served()
    if runtime.onnx_accelerators():
        with require_extra("train", "this"):
            from exporters.accelerator_graph import write_accelerated
        _LOG.info("fp32 file of %s → %s", bundle.manifest.version, write_accelerated(bundle))
    forget_choices(bundle)
    logging.getLogger("inference").setLevel(logging.INFO)  # it logs its choice of a provider
    OnnxSession(bundle, settings.inference)
