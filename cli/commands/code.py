"""``isco code``: one record, or the lines of the standard input, as JSON."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from cli.json_output import print_json
from cli.options import add_command, text_argument
from cli.standard_output import named_output
from core.errors import IscoError
from core.settings import Settings

if TYPE_CHECKING:
    from inference.autocoder import Autocoder
    from inference.decision import Prediction

_LOG = logging.getLogger(__name__)
_STDIN = "-"
# A batch of texts is coded several times as fast as its texts one by one.
_LINES_PER_BATCH = 2048
_ABOUT = """\
With - instead of a title, every line of the standard input is one record: its title, or its title,
a tab and its duties. Each line is answered with one line of JSON, in the same order. Lines from a
pipe or a file are coded in batches of 2,048, lines from a terminal one by one. One TITLE is
computed on the CPU unless inference.provider names an accelerator: it takes longer to open one.
The keys are those of predictions.csv, with five candidates as a list; what is missing is null.

  isco code "lorry driver" --duties "long distance, articulated lorry"
  cut -f 2,3 staff.tsv | isco code - > codes.jsonl
"""
_NOT_EXPLAINED = {
    "not_codable": "a coder decided that no code fits this text",
    "empty": "title and duties are empty",
    "not_stated": "the text says nothing",
    "not_working": "the text says that the person has no work",
    "correction": "the code of this text was given by a coder",
}


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco code``."""
    command = add_command(
        commands, "code", run, "code one record, or lines, as JSON", _ABOUT, needs_project=False
    )
    command.add_argument(
        "title",
        metavar="TITLE",
        type=text_argument,
        help="job title as the respondent wrote it; - for the lines of the standard input",
    )
    command.add_argument(
        "--duties",
        metavar="TEXT",
        type=text_argument,
        help="what the respondent does in the job (default: none)",
    )
    command.add_argument(
        "--explain", action="store_true", help="add how much each word contributes to the code"
    )


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Print the code and its candidates; with ``--explain``, the contribution of each word."""
    from inference.model_registry import ModelRegistry

    is_stdin = parsed.title == _STDIN
    if is_stdin and sys.stdin is None:
        raise IscoError(
            "the standard input is closed; expected a line for each record. Give the lines in a "
            "pipe or a file, such as: isco code - < titles.txt"
        )
    if is_stdin and parsed.duties is not None:
        parsed.parser.error("--duties goes without -: write the duties behind a tab in each line")
    if settings.data.context_in_duties:  # with them the text of a record would be another one
        names = ", ".join(map(repr, settings.data.context_in_duties))
        _LOG.warning("data.context_in_duties: coded without %s, which isco code cannot take", names)
    if not is_stdin:
        settings = _for_one_text(settings)
    with ThreadPoolExecutor(1) as executor:
        bundle = executor.submit(ModelRegistry(settings.output).served)
        from inference.autocoder import open_autocoder  # while the files are hashed

        autocoder = open_autocoder(bundle.result(), settings)
    if not is_stdin:
        (answer,) = _answers(
            [(parsed.title, parsed.duties or "")], autocoder, settings, parsed.explain
        )
        print_json(answer, indent=2)
        return
    records = _read_records(sys.stdin.buffer)
    n_lines = 1 if sys.stdin.isatty() else _LINES_PER_BATCH
    while batch := list(islice(records, n_lines)):
        for answer in _answers(batch, autocoder, settings, parsed.explain):
            print_json(answer)
        with named_output():
            print(end="", flush=True)


def _for_one_text(settings: Settings) -> Settings:
    """Return ``settings`` with the quickest provider for one text, unless they name one.

    It takes longer to open an accelerator than the CPU needs for the text.
    """
    if settings.inference.provider != "auto":
        return settings
    return settings.with_values("inference", provider="cpu")


def _read_records(lines: BinaryIO) -> Iterator[tuple[str, str]]:
    """Yield title and duties of each line; IscoError for one that is not UTF-8 or has more."""
    for number, line in enumerate(lines, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise IscoError(
                f"standard input, line {number}: found bytes that are not UTF-8; expected text in "
                "UTF-8. Convert it, for instance with iconv."
            ) from None
        title, *duties = text.rstrip("\r\n").split("\t")
        if len(duties) > 1:  # of which two are title and duties nobody here can know
            raise IscoError(
                f"standard input, line {number}: found {len(duties) + 1} fields with tabs between "
                "them; expected a title, or a title, a tab and duties. Choose the two, for "
                "instance with cut -f 2,3"
            )
        yield title, "".join(duties)


def _answers(
    records: list[tuple[str, str]], autocoder: Autocoder, settings: Settings, explains: bool
) -> Iterator[dict[str, Any]]:
    """Yield the JSON of each record of title and duties, in order."""
    from core.text import join
    from inference.doubt.several_occupations import code_records
    from inference.output_columns import answer_values

    language = settings.output.language
    texts = [join(title, duties) for title, duties in records]
    predictions = code_records(autocoder.code, [title for title, _ in records], texts)
    for text, prediction in zip(texts, predictions, strict=True):
        answer = answer_values(prediction, autocoder.version, settings.output)
        if explains:
            answer["explanation"] = _explanation(text, prediction, autocoder, language)
        yield answer


def _explanation(text: str, prediction: Prediction, autocoder: Autocoder, language: str) -> Any:
    """Return the contribution of each word; None, with a warning, if the model gave no code."""
    if not prediction.is_by_model:
        _LOG.warning("nothing to explain: %s", _NOT_EXPLAINED[prediction.source])
        return None
    from inference.shap_explanations import explain
    from results.explanations.pages import explanation_values

    explanation = explain(autocoder.classifier, text, prediction.group_code)
    return explanation_values(explanation, language)
