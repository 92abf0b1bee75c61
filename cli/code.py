"""``isco code``: one record, as JSON."""

from __future__ import annotations

import argparse
import json
import logging
from typing import Any

from cli.options import add_command
from core.settings import Settings

_LOG = logging.getLogger(__name__)
_ABOUT = """\
  isco code "lorry driver" --duties "long distance, articulated lorry"
"""


def add_to(commands: Any) -> None:
    """What it takes."""
    code = add_command(commands, "code", run, "code one record, as JSON", _ABOUT)
    code.add_argument("title", metavar='"job title"', help="as the respondent wrote it")
    code.add_argument("--duties", default="", metavar='"…"', help="what they do there")
    code.add_argument("--explain", action="store_true", help="also what each word adds")


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Print the code, its candidates and, where asked, what each word adds to it."""
    from core.taxonomy import isco08
    from core.text import join
    from inference.autocoder import open_autocoder
    from inference.decision import Source
    from inference.model_registry import ModelRegistry

    titles = isco08().titles
    autocoder = open_autocoder(ModelRegistry(settings.output).served(), settings)
    text = join(parsed.title, parsed.duties)
    (prediction,) = autocoder.code([text])
    answer: dict[str, Any] = {
        "isco_code": prediction.isco_code,
        "isco_title": titles.get(prediction.isco_code, ""),
        "confidence": prediction.confidence,
        "is_fallback": prediction.is_fallback,
        "candidates": [
            {"isco_code": code, "isco_title": titles[code], "confidence": confidence}
            for code, confidence in prediction.candidates
        ],
    }
    if parsed.explain:
        answer["explanation"] = None
        if prediction.source == Source.MODEL:
            from inference.shap_explanations import explain
            from results.explanations.pages import explanation_values

            explanation = explain(autocoder.classifier, text, prediction.isco_code)
            answer["explanation"] = explanation_values(explanation)
        else:
            why = {
                Source.EMPTY: "title and duties are empty",
                Source.CORRECTION: "a coder decided this text",
            }
            _LOG.warning("nothing to explain: %s", why[prediction.source])
    print(json.dumps(answer, indent=2, ensure_ascii=False))
