"""The commands of the form without a command, as processes, word for word."""

from __future__ import annotations

import csv
import errno
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from cli.default import _move_review
from cli.parser import make_parser
from core.settings import Settings
from tests.cli.processes import MAIN, environment
from tests.support.labelled_records import raw_records, right_corrections, write_corrections
from tests.volumes import other_volume

NO_TORCH = """\
import sys
sys.modules['torch'] = None
import main
sys.exit(main.main(sys.argv[1:], prints_help=False))
"""


@pytest.fixture
def project(user_project: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project as the working folder, with one record explained."""
    folder = user_project.output.model_dir.parent
    config = folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("sample_size: 0", "sample_size: 1"), encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def plain(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``python main.py`` in the working folder, with its config.yaml."""
    command = [*MAIN, "--config", "config.yaml", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(**variables), check=False
    )


def without_torch(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the form without a command where torch cannot be imported."""
    command = [sys.executable, "-c", NO_TORCH, "--config", "config.yaml", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(**variables), check=False
    )


@pytest.mark.slow
def test_skip_training_codes_and_explains_and_keeps_filled_reviews(project: Path) -> None:
    (project / "data" / "new_data.csv").write_text("job_title,id\nnurse,1\n", encoding="utf-8")
    command = ("--skip-training", "--input", "data/new_data.csv", "--explain")
    done = plain(*command)
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
    assert (processed / "explanations" / "index.html").is_file()
    assert not (processed / "predictions.xlsx").exists()
    assert (processed / "predictions_of_others.csv").exists()
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
                _move_review(source, target)
                assert target.read_bytes() == source.read_bytes()
                continue
            monkeypatch.setattr("shutil.copyfileobj", no_space)
            with pytest.raises(OSError, match="No space"):
                _move_review(source, target)
            assert list(Path(folder).iterdir()) == [] and source.exists()


def no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.slow
def test_fine_tune_learns_the_corrections_of_a_folder(project: Path) -> None:
    config = project / "config.yaml"
    text = config.read_text(encoding="utf-8").replace("epochs: 30", "epochs: 1")
    config.write_text(text, encoding="utf-8")
    done = without_torch("--fine-tune")
    assert done.returncode == 0 and "there are no corrections yet" in done.stderr
    from core.settings_file.settings_reader import load_settings

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


def test_options_that_do_not_go_together_are_wrong_usage(project: Path) -> None:
    """One process for all of them: to start one takes longer than all else."""
    program = f"""\
import sys
sys.modules['torch'] = None
import main
for arguments in {WRONG_USAGE!r}:
    code = main.main(["--config", "config.yaml", *arguments], prints_help=False)
    print(f"ended with {{code}}", file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment()
    )
    *errors, rest = done.stderr.split("ended with 2\n")
    assert done.returncode == 0 and rest == "", done.stderr
    assert ["go" in error.splitlines()[-1] for error in errors] == [True] * len(WRONG_USAGE)


@pytest.mark.slow
def test_missing_records_are_named_with_their_path_before_torch_is_loaded(project: Path) -> None:
    done = without_torch()
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert str(project / "data" / "raw") in done.stderr and "data.raw_dir" in done.stderr
    assert "--raw" not in done.stderr
    done = without_torch("--fine-tune", "--corrections-dir", "nowhere")
    assert done.returncode == 1 and str(project / "nowhere") in done.stderr


@pytest.mark.slow
def test_a_hub_that_cannot_be_reached_is_one_line_within_seconds(project: Path) -> None:
    raw_records(project / "data" / "raw")
    start_s = time.monotonic()
    done = without_torch(HF_ENDPOINT="http://127.0.0.1:9", HF_HOME=str(project / "hub"))
    assert time.monotonic() - start_s < 30
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert "roberta-base" in done.stderr and "model.name" in done.stderr
    assert str(project / "models" / "bundled" / "checkpoint") in done.stderr
    assert "--base" not in done.stderr
    assert not (project / "models" / "runs").exists()


def test_the_base_may_be_a_folder_beside_the_settings(project: Path, tmp_path: Path) -> None:
    from core.settings_file.settings_reader import load_settings

    config = project / "config.yaml"
    for name, expected in (
        ("models/bundled/checkpoint", str(project / "models" / "bundled" / "checkpoint")),
        ("./nothing", str(project / "nothing")),
        ("roberta-base", "roberta-base"),
    ):
        config.write_text(f"model: {{name: {name}}}\n", encoding="utf-8")
        assert load_settings(config).model.name == expected
