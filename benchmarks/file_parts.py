"""Measure what a file costs beside the network, by part:
``python -m benchmarks.file_parts CHECKOUT... [--rows N] [--duties] [--rounds N]``.

Codes a file of distinct titles with the model that ships, as ``isco classify`` does, in a process
for each checkout, in turn, and prints the medians of the processor time in seconds. The clock
starts when the model is loaded. ``--second``: the clock starts before a second file, as most files
of a daemon have one before them. The network computes in threads of its own: theirs is all
processor time that the thread which reads and writes does not have. A part does not count what
another part of the table takes within it. The share is that of all that is not the model.
"""

from __future__ import annotations

import argparse
import functools
import inspect
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

NETWORK = "network"
# What is the model beside the network, and then what is measured: the files and all that is left.
_MODEL = {
    "n-grams": (
        "inference.ngram_model:NgramModel.text_vectors",
        "inference.ngram_model:NgramModel.scores_of",
    ),
    "typos": ("inference.spelling.typo_correction:Spelling.readings",),
    "probabilities": ("inference.classifier:Classifier.read",),
}
_FILES = {
    "columns and layout of the input": ("core.csv_table:open_table",),
    "records read": ("core.csv_table:Table.chunks",),
    "texts cleaned": ("core.columns.record_text:row_text",),
    "codes decided": ("inference.autocoder:Autocoder.code",),
    "longer than the network reads": ("inference.autocoder:Autocoder.n_truncated",),
    "predictions.csv": ("results.code_file:_write_predictions",),
    "counted": ("results.code_file:_count", "results.code_file:_add_texts"),
    "list of the texts": ("results.code_file:_list_texts",),
    "order of the questions": ("results.review.question_order:QuestionOrder.__init__",),
    "review.csv": ("results.review.queue:ReviewQueue.write_csv",),
    "review.xlsx": ("results.review.workbook:write_workbook",),
    "review.html": ("results.review.page:write_review_page",),
    "report.html": ("results.report:write_report",),
    "hashes, sync, rename": (
        "watcher.delivery.publish:complete",
        "watcher.delivery.publish:publish",
    ),
    "index.html": ("watcher.delivery.index_page:Index.refresh",),
}
_REST = "all else"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", type=Path, nargs="+", metavar="CHECKOUT")
    parser.add_argument("--rows", type=int, default=2_048, metavar="N")
    parser.add_argument("--duties", action="store_true", help="every record has duties")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--second", action="store_true", help="measure the second of two files")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(_measured(*arguments.checkouts)))
        return
    from benchmarks.survey import Survey, write_survey

    runs: list[list[dict[str, float]]] = [[] for _ in arguments.checkouts]
    with tempfile.TemporaryDirectory(prefix="isco-parts-") as folder:
        files = []
        for seed in range(1 + arguments.second):
            files.append(Path(folder, f"survey {seed}.csv"))
            duties = float(arguments.duties)
            write_survey(files[-1], Survey(arguments.rows, repeats=0.0, duties=duties, seed=seed))
        for _ in range(arguments.rounds):
            for checkout, measured in zip(arguments.checkouts, runs, strict=True):
                measured.append(_run(checkout.resolve(), files))
    print(f"\n{arguments.rows:,} rows, duties: {arguments.duties}, second: {arguments.second}\n")
    _print_table([str(checkout) for checkout in arguments.checkouts], runs)


def _run(checkout: Path, files: list[Path]) -> dict[str, float]:
    """Return the seconds of each part in a process with the modules of ``checkout``."""
    command = [sys.executable, __file__, "--measure", str(checkout), *map(str, files)]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        command, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    seconds: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return seconds


def _print_table(names: list[str], runs: list[list[dict[str, float]]]) -> None:
    medians = [
        {part: statistics.median(run[part] for run in ran) for part in ran[0]} for ran in runs
    ]
    files = [statistics.median(_of_files(run) for run in ran) for ran in runs]
    shares = [statistics.median(_of_files(run) / sum(run.values()) for run in ran) for ran in runs]
    print("| seconds of processor time | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for part in (NETWORK, *_MODEL, *_FILES, _REST):
        print(f"| {part} | " + " | ".join(f"{median[part]:.3f}" for median in medians) + " |")
    print("| **files** | " + " | ".join(f"{seconds:.3f}" for seconds in files) + " |")
    print("| share of the whole | " + " | ".join(f"{share:.1%}" for share in shares) + " |")


def _of_files(run: dict[str, float]) -> float:
    return sum(run[part] for part in (*_FILES, _REST))


class _Clock:
    """The processor time of this thread, by the part that it works on."""

    def __init__(self) -> None:
        self._parts = [_REST]
        self.restart()

    def restart(self) -> None:
        """Start at zero."""
        self.seconds: dict[str, float] = defaultdict(float)
        self._since = time.thread_time()

    def enter(self, part: str) -> None:
        """Count the time until now, and what comes for ``part``."""
        self.count()
        self._parts.append(part)

    def leave(self) -> None:
        """Count the time until now, and what comes for the part before."""
        self.count()
        self._parts.pop()

    def count(self) -> None:
        """Count the time until now."""
        now = time.thread_time()
        self.seconds[self._parts[-1]] += now - self._since
        self._since = now

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``function``, or a generator function, whose time counts for ``part``."""

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            self.enter(part)
            try:
                return function(*args, **kwargs)
            finally:
                self.leave()

        @functools.wraps(function)
        def generate(*args: Any, **kwargs: Any) -> Iterator[Any]:
            values = function(*args, **kwargs)
            while True:
                self.enter(part)
                try:
                    value = next(values)
                except StopIteration:
                    return
                finally:
                    self.leave()
                yield value

        return generate if inspect.isgeneratorfunction(function) else call


def _measured(checkout: Path, *inputs: Path) -> dict[str, float]:
    """Code the files one after another, and return the seconds of each part of the last one."""
    from core.process_start import collect_rarely
    from core.settings import Settings
    from inference.autocoder import open_autocoder
    from inference.bundle import Bundle
    from inference.corrections_lookup import CorrectionsLookup
    from results import code_file
    from watcher.delivery import index_page, publish
    from watcher.filesystem import Filesystem
    from watcher.intake.folder_checks import STAGING

    clock = _Clock()
    for part, names in (_MODEL | _FILES).items():
        for name in names:
            _replace(name, functools.partial(clock.timed, part))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        (out / STAGING).mkdir(parents=True)
        settings = Settings.model_validate(
            {
                "data": {"corrections_dir": f"{folder}/corrections"},
                "inference": {"provider": "cpu", "threads": 1},
            }
        )
        collect_rarely()  # as main.py
        with ThreadPoolExecutor(1) as executor:  # as in cli/commands/classify.py
            prepared = executor.submit(code_file.prepare_process, settings.output.language)
            bundle = Bundle.open(checkout / "models" / "bundled")
            autocoder = open_autocoder(bundle, settings, CorrectionsLookup())
            prepared.result()
        files, index = Filesystem(), index_page.Index(out)
        for path in inputs:
            clock.restart()
            start_s = time.process_time()
            with publish.staging(files, out, "benchmark.") as staged:
                receipt = code_file.code_file(path, staged, autocoder, settings)
                publish.complete(files, staged, receipt)
                publish.publish(files, staged, out, receipt)
            index.refresh()
            clock.count()
            seconds = time.process_time() - start_s
    own = {part: clock.seconds[part] for part in (*_MODEL, *_FILES, _REST)}
    return {NETWORK: seconds - sum(own.values()), **own}


def _replace(name: str, wrap: Callable[[Any], Any]) -> None:
    """Replace a function everywhere in the modules that are loaded."""
    module_name, _, path = name.partition(":")
    *outer, last = path.split(".")
    owner = functools.reduce(getattr, outer, import_module(module_name))
    original = getattr(owner, last)
    replacement = wrap(original)
    setattr(owner, last, replacement)
    for module in list(sys.modules.values()):
        for key, value in list(vars(module).items()):
            if value is original:
                setattr(module, key, replacement)


if __name__ == "__main__":
    main()
