"""``isco --version``: the versions of the program, of the model and of onnxruntime."""

from __future__ import annotations

import argparse

from core.settings import Settings

_NO_MODEL = "none in service"


def add_to(parser: argparse.ArgumentParser) -> None:
    """Register ``--version``."""
    parser.add_argument(
        "--version",
        action="store_const",
        dest="run",
        const=run,
        help="print the versions of the program, of the model in service and of onnxruntime",
    )


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Print the versions, one a line, without loading the model or onnxruntime."""
    from inference.versions import software_versions

    versions = software_versions()
    print(f"isco-coder {versions['isco-coder']}")
    print(f"model {_served_version(settings)}")
    print(f"onnxruntime {versions['onnxruntime']}")


def _served_version(settings: Settings) -> str:
    from inference.model_registry import ModelRegistry

    versions = ModelRegistry(settings.output).versions()
    return next((version.name for version in versions if version.is_served), _NO_MODEL)
