"""The commands of the form without a command, word for word."""

from __future__ import annotations

import csv
import errno
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cli.default import _copy_review
from cli.parser import make_parser
from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from tests.cli.processes import environment, run_here
from tests.support.labelled_records import raw_records, right_corrections, write_corrections
from tests.volumes import other_volume

Plain = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(user_project: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project as the working folder, with one record explained."""
    folder = user_project.output.model_dir.parent
    config = folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("sample_size: 0", "sample_size: 1"), encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def plain(project: Path, capsys: pytest.CaptureFixture[str]) -> Plain:
    """Return what runs ``python main.py`` in the working folder, with its config.yaml."""
    return partial(run_here, capsys, "--config", "config.yaml", prints_help=False)


def without_torch(*lines: list[str], **variables: str) -> list[tuple[int, str]]:
    """Run command lines where torch cannot be imported; return exit code and stderr of each.

    One process for all of them: to start one takes longer than all else.
    """
    program = f"""\
import sys
sys.modules['torch'] = None
import main
for arguments in {lines!r}:
    code = main.main(["--config", "config.yaml", *arguments], prints_help=False)
    print(f"ended with {{code}}", file=sys.stderr)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(**variables))
    assert done.returncode == 0, done.stderr
    ends = re.findall(r"(.*?)ended with (\d+)\n", done.stderr, re.DOTALL)
    assert len(ends) == len(lines), done.stderr
    return [(int(code), errors) for errors, code in ends]


@pytest.mark.slow
def test_skip_training_codes_and_explains_and_keeps_filled_reviews(
    project: Path, plain: Plain
) -> None:
    (project / "data" / "new_data.csv").write_text("job_title,id\nnurse,1\n", encoding="utf-8")
    command = ("--skip-training", "--input", "data/new_data.csv")
    done = plain(*command, "--explain")
    assert done.returncode == 0, done.stderr
    processed = project / "data" / "processed"
    with (processed / "predictions.csv").open(encoding="utf-8") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["1"]
    assert (processed / "explanations" / "index.html").is_file()
    (review,) = (project / "data" / "review").iterdir()
    review.write_text("filled by a person", encoding="utf-8")
    (processed / "predictions.xlsx").write_text("of an earlier run", encoding="utf-8")
    (processed / "predictions_of_others.csv").write_text("not ours", encoding="utf-8")
    done = plain(*command)
    assert done.returncode == 0, done.stderr
    reviews = sorted((project / "data" / "review").iterdir())
    assert review.read_text(encoding="utf-8") == "filled by a person" and len(reviews) == 2
    (second,) = (path for path in reviews if path != review)
    assert second.name == f"{review.stem}_2.csv" and second.name in done.stderr
    # The explanations were those of the predictions before.
    left = {path.name for path in processed.iterdir()}
    assert left == {"predictions.csv", "predictions_of_others.csv"}
    done = plain("--skip-training", "--input", "data/processed/predictions.csv")
    assert done.returncode == 1 and "move it elsewhere" in done.stderr
    assert (processed / "predictions.csv").exists()


def test_a_review_on_another_volume_is_whole_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, parent = tmp_path / "review.csv", other_volume(tmp_path)
    if parent is None:
        pytest.skip("needs a second volume for temporary files")
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        target = Path(folder, "to_review.csv")
        for is_full in (False, True):
            source.write_bytes(b"job_title\nnurse\n")
            target.touch()
            if not is_full:
                _copy_review(source, target)
                assert target.read_bytes() == source.read_bytes()
                continue
            monkeypatch.setattr("shutil.copyfileobj", no_space)
            with pytest.raises(OSError, match="No space"):
                _copy_review(source, target)
            assert list(Path(folder).iterdir()) == [] and source.exists()


def no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.slow
def test_fine_tune_learns_the_corrections_of_a_folder(project: Path, plain: Plain) -> None:
    config = project / "config.yaml"
    text = config.read_text(encoding="utf-8").replace("epochs: 30", "epochs: 1")
    config.write_text(text, encoding="utf-8")
    settings = load_settings(config)
    write_corrections(settings, "a.csv", right_corrections(20))
    shutil.move(settings.data.corrections_dir, project / "elsewhere")
    done = plain("--fine-tune", "--corrections-dir", "elsewhere")
    assert done.returncode == 0, done.stderr
    assert list((project / "models" / "runs").glob("*/metrics.json"))


def test_options_come_from_the_commands() -> None:
    parser = make_parser()
    actions = {name: action for action in parser._actions for name in action.option_strings}
    (commands,) = (action for action in parser._actions if isinstance(action.choices, dict))
    assert isinstance(commands.choices, dict)
    shared = {
        "classify": ["--explain"],
        "train": ["--fine-tune", "--corrections-dir", "--enable-optimizations"],
    }
    for command, names in shared.items():
        there = {
            name: action
            for action in commands.choices[command]._actions
            for name in action.option_strings
        }
        for name in names:
            assert actions[name].help == there[name].help, name
            assert actions[name].metavar == there[name].metavar, name
    assert {"--config", "--skip-training", "--input"} <= actions.keys()


WRONG_USAGE = [
    ["--explain"],
    ["--skip-training"],
    ["--input", "x.csv"],
    ["--corrections-dir", "x"],
    ["--skip-training", "--input", "x.csv", "--fine-tune"],
]


def test_options_that_do_not_go_together_are_wrong_usage(plain: Plain) -> None:
    for arguments in WRONG_USAGE:
        done = plain(*arguments)
        assert done.returncode == 2 and "go" in done.stderr.splitlines()[-1], arguments


@pytest.mark.slow
def test_what_is_missing_is_named_with_its_path_before_torch_is_loaded(project: Path) -> None:
    records, folder, corrections = without_torch(
        [], ["--fine-tune", "--corrections-dir", "nowhere"], ["--fine-tune"]
    )
    assert records[0] == 1 and records[1].count("\n") == 1
    assert str(project / "data" / "raw") in records[1] and "data.raw_dir" in records[1]
    assert "--raw" not in records[1]
    assert folder[0] == 1 and str(project / "nowhere") in folder[1]
    assert corrections[0] == 0 and "there are no corrections yet" in corrections[1]


@pytest.mark.slow
def test_a_hub_that_cannot_be_reached_is_one_line_within_seconds(project: Path) -> None:
    raw_records(project / "data" / "raw")
    start_s = time.monotonic()
    hub = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(project / "hub")}
    ((code, errors),) = without_torch([], **hub)
    assert time.monotonic() - start_s < 30
    assert code == 1 and errors.count("\n") == 1, errors
    assert "roberta-base" in errors and "model.name" in errors
    assert str(project / "models" / "bundled" / "checkpoint") in errors
    assert "--base" not in errors
    assert not (project / "models" / "runs").exists()


def test_the_base_may_be_a_folder_beside_the_settings(project: Path, tmp_path: Path) -> None:
    config = project / "config.yaml"
    for name, expected in (
        ("models/bundled/checkpoint", str(project / "models" / "bundled" / "checkpoint")),
        ("./nothing", str(project / "nothing")),
        ("roberta-base", "roberta-base"),
    ):
        config.write_text(f"model: {{name: {name}}}\n", encoding="utf-8")
        assert load_settings(config).model.name == expected
