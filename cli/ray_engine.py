"""``isco classify --engine ray``: a census, on one machine or many."""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import asdict

from cli.requirements import need_extra
from core.settings import Settings

_LOG = logging.getLogger(__name__)


def add_to(classify: argparse.ArgumentParser) -> None:
    """What it takes beside what every ``isco classify`` takes."""
    census = classify.add_argument_group("a census, on one machine or many")
    census.add_argument("--engine", choices=("ray",), help="CSV and Parquet into shards, by Ray")
    census.add_argument("--address", metavar="HOST:PORT", help="of a Ray cluster, or auto")
    census.add_argument(
        "--concurrency", type=int, metavar="N", help="actors; default: one for two CPUs"
    )
    census.add_argument("--format", choices=("parquet", "csv"), help="of the shards")
    census.add_argument("--resume", action="store_true", help="go on from the complete shards")
    census.add_argument("--skip-corrupt", action="store_true", help="name such files and go on")


def refuse(parsed: argparse.Namespace) -> None:
    """Without ``--engine ray`` its options are wrong usage."""
    if (
        parsed.address
        or parsed.concurrency
        or parsed.format
        or parsed.resume
        or parsed.skip_corrupt
    ):
        parsed.usage_error(
            "these go with --engine ray: --address, --concurrency, --format, "
            "--resume, --skip-corrupt"
        )


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Code all inputs as one table, into shards."""
    if parsed.explain:
        parsed.usage_error("--explain goes without --engine ray")
    from distributed.ray_environment import prepare_environment

    prepare_environment()
    with need_extra("ray", "--engine ray"):
        from distributed.coding_run import RunOptions, run_distributed
    from inference.model_registry import ModelRegistry

    if parsed.concurrency is not None and parsed.concurrency < 1:
        parsed.usage_error("--concurrency: at least 1")
    options = RunOptions(
        output_format=parsed.format or "parquet",
        address=parsed.address,
        n_actors=parsed.concurrency,
        resumes=parsed.resume,
        skips_corrupt=parsed.skip_corrupt,
    )
    receipt = run_distributed(
        parsed.inputs, parsed.out, ModelRegistry(settings.output).served(), settings, options
    )
    _LOG.info("%s → %s", receipt.summary(), parsed.out)
    if parsed.json:
        print(json.dumps(asdict(receipt), ensure_ascii=False))
