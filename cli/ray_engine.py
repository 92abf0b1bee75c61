"""``isco classify --engine ray``: one very large table, on one machine or many."""

from __future__ import annotations

import argparse
import logging
from dataclasses import asdict

from cli.json_output import print_json
from cli.requirements import require_extra
from core.settings import Settings

_LOG = logging.getLogger(__name__)


def add_to(classify: argparse.ArgumentParser) -> None:
    """Register the arguments of ``isco classify --engine ray``."""
    group = classify.add_argument_group("distributed run, on one machine or many")
    group.add_argument(
        "--engine",
        choices=("ray",),
        help="code large tables in shards with Ray (default: files, one after the other)",
    )
    group.add_argument(
        "--address",
        metavar="HOST:PORT",
        help="address of a Ray cluster, or auto (default: this machine alone)",
    )
    group.add_argument(
        "--concurrency",
        type=int,
        metavar="N",
        help="number of processes that code (default: one for every two CPUs)",
    )
    group.add_argument(
        "--format", choices=("parquet", "csv"), help="format of the shards (default: parquet)"
    )
    group.add_argument(
        "--resume",
        action="store_true",
        help="keep the complete shards of a stopped run in DIR, and code the others",
    )
    group.add_argument(
        "--skip-corrupt",
        action="store_true",
        help="skip files that cannot be read, and list them in the receipt (default: stop)",
    )


def refuse_options(parsed: argparse.Namespace) -> None:
    """Exit with code 2 if an option of ``--engine ray`` is given without it."""
    options = (
        parsed.address,
        parsed.concurrency,
        parsed.format,
        parsed.resume,
        parsed.skip_corrupt,
    )
    if any(option is not None and option is not False for option in options):  # also 0 and ""
        parsed.parser.error(
            "these go with --engine ray: --address, --concurrency, --format, --resume, "
            "--skip-corrupt"
        )


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Code all inputs as one table, into shards."""
    if parsed.explain:
        parsed.parser.error("--explain goes without --engine ray")
    if parsed.json_predictions:
        parsed.parser.error("--json-predictions goes without --engine ray: read the shards")
    if parsed.concurrency is not None and parsed.concurrency < 1:
        parsed.parser.error("--concurrency: at least 1")
    from distributed.ray_environment import prepare_environment

    prepare_environment()
    with require_extra("ray", "--engine ray"):
        from distributed.coding_run import RunOptions, run_distributed
    from inference.model_registry import ModelRegistry

    options = RunOptions(
        output_format=parsed.format or "parquet",
        address=parsed.address,
        n_actors=parsed.concurrency,
        resumes=parsed.resume,
        skips_corrupt=parsed.skip_corrupt,
    )
    bundle = ModelRegistry(settings.output).served()
    receipt = run_distributed(parsed.inputs, parsed.out, bundle, settings, options)
    _LOG.info("%s → %s", receipt.summary(), parsed.out)
    if parsed.json:
        print_json(asdict(receipt))
