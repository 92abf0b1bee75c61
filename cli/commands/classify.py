"""``isco classify``: code files without the daemon."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import ray_engine
from cli.json_output import print_json
from cli.options import add_command, add_file, add_folder
from cli.progress_bar import file_progress_bar
from cli.requirements import find_tables, require_posix
from cli.system_error import describe
from core.errors import InputError, IscoError
from core.files.named_errors import is_path_in, name_instead
from core.files.scratch_folder import ScratchFolder
from core.files.termination import terminated_as_by_ctrl_c
from core.row_counts import quantity
from core.settings import Settings
from core.settings_file.project import name_settings_file

if TYPE_CHECKING:
    from inference.autocoder import Autocoder
    from results.receipt import Receipt

_LOG = logging.getLogger(__name__)
_ABOUT = """\
Each file gets a folder in DIR: predictions.csv with the codes; review.html, review.xlsx and
review.csv with the texts that a person should decide; report.html; receipt.json. DIR/index.html
lists the folders. The last line names the page to open.

  isco classify staff.csv survey.csv --out results
  isco classify --engine ray 's3://bucket/2026/*.parquet' --out s3://bucket/coded
"""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco classify``."""
    command = add_command(commands, "classify", run, "code files without the daemon", _ABOUT)
    # With --engine ray these are URIs, too: no paths.
    add_file(
        command,
        "inputs",
        "table with a column of job titles, or a folder of them: CSV or other delimited text, "
        "workbook, Parquet, JSON Lines, Stata, SPSS; with --engine ray also globs and URIs",
        nargs="+",
        type=str,
    )
    add_folder(command, "--out", "folder of the results (required)", required=True, type=str)
    command.add_argument(
        "--json",
        action="store_true",
        help="print the receipt of each file as JSON, with the path of the file",
    )
    command.add_argument(
        "--json-predictions",
        action="store_true",
        help="print the prediction of each record as a line of JSON, with the path of the file and "
        "the number of the record",
    )
    add_explain(command)
    ray_engine.add_to(command)


def add_explain(command: argparse._ActionsContainer) -> None:
    """Register ``--explain``, of every command that codes files."""
    command.add_argument(
        "--explain",
        action="store_true",
        help="explain the codes of explainability.sample_size records of each file",
    )


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Code each file into a folder of its own; with ``--engine ray``, all of them as one table."""
    require_posix("classify")
    if parsed.engine == "ray":
        ray_engine.run(parsed, settings)
        return
    ray_engine.refuse_options(parsed)
    with terminated_as_by_ctrl_c(), _named_by_option(Path(parsed.out)):
        _run_here(parsed, settings)


@contextmanager
def _named_by_option(out: Path) -> Iterator[None]:
    """Raise IscoError with the option instead of an OSError of the results: no setting has them."""
    from watcher.intake.folder_checks import STAGING

    try:
        yield
    except OSError as error:
        name_instead(error, out / STAGING, out)
        if not is_path_in(error.filename, out):
            raise
        raise IscoError(describe(error, "with --out")) from None


def _run_here(parsed: argparse.Namespace, settings: Settings) -> None:
    """Code the files on this machine, one after the other."""
    from core.files.own_files import REPORT
    from inference.autocoder import open_autocoder
    from inference.model_registry import ModelRegistry
    from results.code_file import PREDICTIONS, prepare_process
    from results.explanations.pages import explain_batch
    from results.explanations.requests import is_pending
    from watcher.delivery.index_page import INDEX, Index
    from watcher.delivery.publish import shown
    from watcher.intake.folder_checks import STAGING

    out = Path(parsed.out)
    _refuse_inbox(out, settings.watcher.inbox)
    inputs = find_tables((Path(name) for name in parsed.inputs), out)
    index = Index(out, settings.output.language)
    n_explained = settings.explainability.sample_size if parsed.explain else 0
    with ThreadPoolExecutor(1) as executor:  # loading the model is hardly any Python
        prepared = executor.submit(prepare_process, settings.output.language)
        autocoder = open_autocoder(ModelRegistry(settings.output).served(), settings)
        prepared.result()
    (out / STAGING).mkdir(mode=0o700, parents=True, exist_ok=True)
    n_failed = 0
    for path in inputs:
        try:
            published, receipt = _code(path, out, autocoder, settings, n_explained)
        except (InputError, OSError) as error:
            is_of_this_file = isinstance(error, InputError) or error.filename == str(path)
            if len(inputs) == 1 or not is_of_this_file:
                raise
            _LOG.error("%s", name_settings_file(str(_with_path(error, path)), parsed.config))
            n_failed += 1
            continue
        if is_pending(published):
            explain_batch(published, lambda version: autocoder.classifier)
        index.refresh()
        report = shown(published / REPORT)
        _LOG.info("%r: %s; open %s", str(path), receipt.summary(), report)
        if parsed.json_predictions:
            _print_predictions(published / PREDICTIONS, path, settings.output.derived)
        if parsed.json:
            print_json({"path": str(path), "folder": str(published), **asdict(receipt)})
    if len(inputs) > 1:
        _LOG.info("%s; open %s", quantity(len(inputs) - n_failed, "file"), shown(out / INDEX))
    if n_failed:
        were = "was" if n_failed == 1 else "were"
        files = quantity(len(inputs), "file")
        raise IscoError(f"{n_failed:,} of {files} {were} not coded: see the lines above")


def _code(
    path: Path, out: Path, autocoder: Autocoder, settings: Settings, n_explained: int
) -> tuple[Path, Receipt]:
    """Code one file; return the folder in ``out`` that it got, and its receipt."""
    from results.code_file import code_file
    from results.explanations.requests import REQUESTS_FILE
    from watcher.delivery.publish import complete, publish
    from watcher.filesystem import Filesystem
    from watcher.intake.folder_checks import STAGING

    files = Filesystem()
    with (
        ScratchFolder(out / STAGING, "classify-") as scratch,
        file_progress_bar(path) as advance,
    ):
        staged = scratch / "batch"
        staged.mkdir()
        receipt = code_file(path, staged, autocoder, settings, advance, n_explained)
        complete(files, staged, receipt)
        published = publish(files, staged, out, receipt)
        if (staged / REQUESTS_FILE).exists():  # the batch was there, perhaps without
            os.replace(staged / REQUESTS_FILE, published / REQUESTS_FILE)
    return published, receipt


def _refuse_inbox(out: Path, inbox: Path) -> None:
    """Raise IscoError where the results would be inputs of the daemon, which would reject them."""
    if out.resolve().is_relative_to(inbox.resolve()):
        raise IscoError(
            f"--out {str(out)!r}: found the inbox; expected a folder outside it, because the "
            "daemon takes what is in the inbox for records. To have the daemon code the file, put "
            "it into the inbox"
        )


@dataclass(frozen=True)
class _ShownAs:
    """The subject of an error under its path: files of several folders have the same name."""

    name: str


def _with_path(error: InputError | OSError, path: Path) -> InputError | str:
    """Return an error that names the file by its path."""
    if isinstance(error, OSError):
        return describe(error)
    is_of_this_file = error.file.name == path.name
    return error.with_parts(file=_ShownAs(str(path))) if is_of_this_file else error


def _print_predictions(predictions: Path, path: Path, derived: Sequence[str]) -> None:
    """Print our columns of a ``predictions.csv``, a record a line, with the types of the values.

    ``path`` is that of the input, as it was given or found in a folder.
    """
    from core.own_tables.output_contract import output_columns, typed_values
    from core.own_tables.own_rows import own_rows

    columns = output_columns(derived)
    with predictions.open(encoding="utf-8", newline="") as file:
        rows = own_rows(file)
        next(rows)
        for number, row in enumerate(rows, start=1):
            cells = row[-len(columns) :]  # ours come last
            values = dict(zip(columns, typed_values(cells, columns), strict=True))
            print_json({"path": str(path), "record": number, **values})
