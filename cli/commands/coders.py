"""``isco coders``: how often coders agree with the program and with each other."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

from cli.json_output import print_json
from cli.options import add_command, add_folder, text_argument
from cli.requirements import require_extra
from core.errors import IscoError
from core.row_counts import quantity
from core.settings import Settings

_ABOUT = """\
Reads the corrections that came back. Prints the agreement with the autocoded records of the random
samples, for each version of the model, and that of coders who answered the same texts. DIR gets
agreement.html, and conflicts.csv with the texts to adjudicate: fill it in and put it into the
inbox. The nightly training writes both beside its report.

A coder whose answers contradict the model and similar corrections too often is in doubt: the
answers hold for their own texts alone, unless another coder has answered these. If they are
right, --confirm them.
Answers without the name of a coder are confirmed by their file, as data/corrections calls it; the
name under which it was handed in does if no other file has it. --doubt takes that back.

  isco coders
  isco coders --confirm Ana
"""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco coders``."""
    command = add_command(
        commands, "coders", run, "compare the answers of coders, and list conflicts", _ABOUT
    )
    add_folder(command, "--out", "folder of the page and the list (default: data.review_dir)")
    settled = command.add_mutually_exclusive_group()
    settled.add_argument(
        "--confirm",
        metavar="NAME",
        type=text_argument,
        help="the answers in doubt of this coder, or without a name in this file, are right",
    )
    settled.add_argument(
        "--doubt",
        metavar="NAME",
        type=text_argument,
        help="take back that they are: they teach nothing again",
    )
    command.add_argument("--json", action="store_true", help="print every figure as JSON")


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Write the page and the list, and print the figures; or settle a doubt."""
    if parsed.confirm is not None or parsed.doubt is not None:
        _settle(parsed.confirm, parsed.doubt, settings.data.corrections_dir)
        return
    from core.corrections.corrections_folder import read_folder
    from core.corrections.doubts import confirmed_doubts, open_doubts

    with require_extra("measure", "comparing coders"):
        from training.evaluation.agreement_page import write_agreement
        from training.evaluation.coder_agreement import coder_agreement
        from training.evaluation.sampled_agreement import sampled_agreement

    data = settings.data
    kept = list(read_folder(data.corrections_dir, data))
    sampled = sampled_agreement(kept, data.corrections_dir)
    coders = coder_agreement(kept)
    out = parsed.out or data.review_dir
    out.mkdir(parents=True, exist_ok=True)
    doubts = open_doubts(data.corrections_dir)
    confirmed = confirmed_doubts(data.corrections_dir)
    names = write_agreement(out, sampled, coders, settings.output.language)
    if parsed.json:
        in_doubt = [doubt.to_json() for doubt in doubts + confirmed]
        print_json({"sampled": sampled, "coders": asdict(coders), "doubts": in_doubt})
        return
    for doubt in doubts:
        print(doubt.sentence)
    for doubt in confirmed:
        print(f"confirmed {doubt.confirmed}: {doubt.whose}")
    for version in sampled.get("versions", []):
        low, high = version["interval"]
        print(
            f"model {version['name']}: coders gave {version['n_agreed']:,} of {version['n']:,} "
            f"sampled records the same code: {version['rate']:.1%} ({low:.1%} to {high:.1%})"
            f"{_without_doubted(version)}"
        )
    for pair in coders.pairs:
        level = pair.levels[0]
        print(
            f"{pair.first} and {pair.second}: {quantity(pair.n_texts, 'text')}, "
            f"{level.agreement_rate:.1%} equal, kappa {_beyond_chance(level.beyond_chance)}"
        )
    if coders.n_texts:
        print(
            f"all coders: {quantity(coders.n_texts, 'text')}, "
            f"alpha {_beyond_chance(coders.levels[0].beyond_chance)}, "
            f"{quantity(len(coders.conflicts), 'conflict')} to decide"
        )
    if not names:
        print(
            "no answer says anything about agreement yet: no sampled record came back, and no "
            "text has two named coders"
        )
    for name in names:
        print(out / name)


def _settle(confirmed: str | None, doubted: str | None, corrections_dir: Path) -> None:
    """Confirm the answers of a coder or a file, or take that back.

    Raises IscoError where the name means no one, or more than one file.
    """
    from core.corrections.doubts import (
        confirm,
        confirmed_doubts,
        doubt_again,
        doubts_named,
        open_doubts,
    )

    name = confirmed if confirmed is not None else doubted or ""
    settle, state = (doubt_again, "in doubt") if confirmed is None else (confirm, "confirmed")
    changed = settle(corrections_dir, name)
    # Settled so before: the same command twice does no harm.
    settled = changed or doubts_named(corrections_dir, name)
    if not settled:
        others = (confirmed_doubts if confirmed is None else open_doubts)(corrections_dir)
        names = sorted({doubt.shown_name for doubt in others})
        raise IscoError(
            f"{name!r}: found no coder, and no file with answers without a name, that is or was in "
            f"doubt; expected one that is {'confirmed' if confirmed is None else 'in doubt'}: "
            f"{', '.join(names) or 'there is none'}. isco coders lists them"
        )
    for doubt in settled:
        print(f"{state}{'' if changed else ' already'}: {doubt.whose}")


def _without_doubted(version: dict[str, Any]) -> str:
    """Return the agreement without the answers in doubt, where there are any, in words."""
    if not version["n_doubted"]:
        return ""
    without = "none is left"
    if believed := version["believed"]:
        low, high = believed["interval"]
        without = (
            f"{believed['n_agreed']:,} of {believed['n']:,}: {believed['rate']:.1%} "
            f"({low:.1%} to {high:.1%})"
        )
    return f"; without the {version['n_doubted']:,} of answers in doubt {without}"


def _beyond_chance(figure: float) -> str:
    return "not defined (all answers are one code)" if isnan(figure) else f"{figure:z.2f}"
