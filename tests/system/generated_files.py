"""A daemon codes 2,000 generated files, and every cell of its results is what was meant.

This is a program of its own: ``python -m tests.system.generated_files BUNDLE [--files N] [--seed
N]``. The files of ``tests/support/generated_files.py`` are put into an inbox, ``isco watch --once``
works on them, and each must have a result with every value unchanged, or a reason. The counts are
printed as JSON; the exit code is 1 for a wrong answer.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import hypothesis

from core.files.own_files import RECEIPT
from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from results.code_file import PREDICTIONS
from tests.conftest import ROOT
from tests.support.generated_files import GeneratedFile, check_reading, files
from tests.support.invariants import violations
from watcher.delivery.archive import REASON_SUFFIX

_MAX_OF_A_KIND = 2


def generate(n_files: int, seed: int) -> list[GeneratedFile]:
    """Return so many files, no two with the same content, and few that differ in junk alone."""
    generated: dict[bytes, GeneratedFile] = {}
    kinds: Counter[str] = Counter()

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=4 * n_files,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(files())
    def draw(file: GeneratedFile) -> None:
        if file.content not in generated and kinds[file.description] < _MAX_OF_A_KIND:
            kinds[file.description] += 1
            generated[file.content] = file

    draw()
    return list(generated.values())[:n_files]


def run(root: Path, bundle: Path, generated: list[GeneratedFile]) -> dict[str, object]:
    """Let a daemon work on the files, and return the counts and what is wrong."""
    settings = _furnish(root, bundle)
    for number, file in enumerate(generated):
        (settings.watcher.inbox / f"{number:04}{file.suffix}").write_bytes(file.content)
    command = [sys.executable, str(ROOT / "main.py"), "watch", "--once"]
    log = (root / "daemon.log").open("wb")
    with log:
        subprocess.run(
            [*command, "--config", str(root / "config.yaml")], cwd=root, stderr=log, check=True
        )
    answers: Counter[str] = Counter()
    wrong = violations(settings, [file.content for file in generated])
    folders = {folder.name.partition(".")[0]: folder for folder in _batches(settings)}
    for number, file in enumerate(generated):
        name = f"{number:04}"
        try:
            answers[_checked(file, name, folders.get(name), settings)] += 1
        except AssertionError as error:
            wrong.append(str(error))
    kinds = {file.description for file in generated}
    return {"files": len(generated), "kinds": len(kinds), **answers, "wrong": wrong}


def _batches(settings: Settings) -> list[Path]:
    return [path.parent for path in settings.watcher.outbox.glob(f"[!.]*/{RECEIPT}")]


def _checked(file: GeneratedFile, name: str, folder: Path | None, settings: Settings) -> str:
    """Return how the file was answered; raise AssertionError where the answer is wrong."""
    reason_path = settings.watcher.rejected_dir / f"{name}{file.suffix}{REASON_SUFFIX}"
    if folder is None:
        assert reason_path.exists(), f"{file.description}: no answer"
        reason = reason_path.read_text(encoding="utf-8").strip()
        assert not file.must_be_read, f"{file.description}: {reason}"
        return "rejected"
    assert not reason_path.exists(), f"{file.description}: a result and a reason"
    receipt = json.loads((folder / RECEIPT).read_text(encoding="utf-8"))
    with (folder / PREDICTIONS).open(encoding="utf-8", newline="") as opened:
        header, *rows = csv.reader(opened, strict=True)
    n_own = header.index("isco_code")
    title = receipt["columns"]["job_title"]
    check_reading(file, header[:n_own], [row[:n_own] for row in rows], title)
    return "coded"


def _furnish(root: Path, bundle: Path) -> Settings:
    (root / "inbox").mkdir(parents=True)
    config = root / "config.yaml"
    config.write_text(
        f"output: {{best_model_dir: {bundle}}}\ninference: {{threads: 1}}\n"
        "schedule: {enabled: false}\nexplainability: {sample_size: 0}\n"
        "watcher: {poll_s: 0.2, quiet_s: 0.3, heartbeat_s: 0.5}\n",
        encoding="utf-8",
    )
    return load_settings(config)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--files", type=int, default=2_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = str(Path(folder, "state"))
        root = Path(folder, "root")
        answers = run(root, given.bundle.resolve(), generate(given.files, given.seed))
    sys.stdout.write(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
    return 1 if answers["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
