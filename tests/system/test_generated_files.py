"""Generated files: each is answered, and none with a changed value. ``make soak`` has 2,000."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import hypothesis
import pytest

from core.csv_table import open_table
from core.errors import InputError
from inference.bundle import Bundle
from tests.support.generated_files import GeneratedFile, check_reading, files
from tests.system.generated_files import generate, run


@pytest.mark.slow
def test_every_generated_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("generated")
    answers: Counter[str] = Counter()

    @hypothesis.settings(
        max_examples=400, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(files())
    def check(file: GeneratedFile) -> None:
        answers[_answer(file, folder / f"in{file.suffix}")] += 1

    check()
    assert answers["read"] > answers["refused"] > 0


def _answer(file: GeneratedFile, path: Path) -> str:
    path.write_bytes(file.content)
    try:
        table = open_table(path, {"job_title": (), "duties_description": ()}, ("job_title",))
        rows = [row for _, row in table.rows()]
    except InputError as error:
        assert error.found and error.expected and error.remedy and "\n" not in str(error)
        assert not file.must_be_read, f"{file.description}: {error}"
        return "refused"
    check_reading(file, table.header, rows, table.header[table.columns["job_title"]])
    return "read"


@pytest.mark.slow
def test_a_daemon_answers_every_generated_file(tmp_path: Path, bundle: Bundle) -> None:
    answers = run(tmp_path / "root", bundle.path, generate(60, seed=1))
    assert answers["wrong"] == []
    assert answers["files"] == 60 and answers["coded"] > answers["rejected"]  # type: ignore[operator]
