"""``explanations/`` of a batch: which records, under which names, and whole after any kill."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import main
from core.errors import BundleError
from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from inference.autocoder import Autocoder, open_autocoder
from inference.bundle import Bundle
from inference.classifier import Classifier
from results.code_file import code_file
from results.explanations.pages import OVERVIEW_FILE, SCORES_FILE, explain_batch
from results.explanations.requests import EXPLANATIONS_DIR, REQUESTS_FILE, pending_batches
from tests.cli.processes import config_of, run_here
from tests.conftest import ROOT
from tests.support.decided_texts import lookup_of
from tests.support.page_reader import Page
from tests.support.review_fixtures import FORMULA, SCRIPT
from tests.watcher.test_daemon import batches, daemon, drop, isco, wait_for

TITLES = ["nurse", SCRIPT, "nurse", "", FORMULA, "welder | of ships", "xy" * 250, "word " * 200]


@pytest.fixture
def explaining(settings: Settings, tmp_path: Path) -> Settings:
    """Five records of a batch are explained."""
    config = tmp_path / "config.yaml"
    source = config.read_text(encoding="utf-8").replace("sample_size: 0", "sample_size: 5")
    config.write_text(source, encoding="utf-8")
    return load_settings(config)


def survey() -> str:
    return "job_title\n" + "".join('"{}"\n'.format(title.replace('"', '""')) for title in TITLES)


def coded(folder: Path, autocoder: Autocoder, settings: Settings, n_explained: int) -> Path:
    """A batch of ``TITLES``, its explanations pending."""
    out = folder / "outbox" / f"survey.{n_explained}"
    out.mkdir(parents=True)
    path = folder / "survey.csv"
    path.write_text(survey(), encoding="utf-8")
    code_file(path, out, autocoder, settings, n_explained=n_explained)
    return out


def words(page: Path) -> str:
    return Page(page).words


@pytest.mark.slow
def test_pages_are_named_by_record_and_add_up(
    bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    autocoder = open_autocoder(bundle, settings)
    for _ in range(2):
        batch = coded(tmp_path, autocoder, settings, 20)
        assert pending_batches(tmp_path / "outbox") == [batch]
        folder = batch / EXPLANATIONS_DIR
        assert not folder.exists()
        assert explain_batch(batch, lambda version: autocoder.classifier) == 6
        assert pending_batches(tmp_path / "outbox") == []
        pages = {path.name: path.read_bytes() for path in folder.iterdir()}
        # Each text once, under the number of its first record; the empty one is not explained.
        assert set(pages) == {f"{n}.html" for n in (1, 2, 5, 6, 7, 8)} | {
            OVERVIEW_FILE,
            SCORES_FILE,
        }
        batch.rename(tmp_path / f"again-{len(list(tmp_path.glob('again*')))}")
    for name, content in pages.items():
        assert content == (tmp_path / "again-0" / EXPLANATIONS_DIR / name).read_bytes()

    folder = tmp_path / "again-0" / EXPLANATIONS_DIR
    assert SCRIPT in words(folder / OVERVIEW_FILE) and FORMULA in words(folder / OVERVIEW_FILE)
    assert "and 1 more record with this text" in words(folder / "1.html")
    assert "Words after the 64th count as one" in words(folder / "8.html")
    for record in json.loads(pages[SCORES_FILE])["records"]:
        total = record["base"] + sum(word["score"] for word in record["words"])
        assert total == pytest.approx(record["output"], abs=1e-6)
        assert record["isco_code"] in words(folder / f"{record['n']}.html")


@pytest.mark.slow
def test_a_page_names_the_corrections_that_the_text_is_like(
    bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    like_the_last = "word " * 199 + SCRIPT
    lookup = lookup_of({f"{like_the_last} | unknown": "0310"})
    autocoder = open_autocoder(bundle, settings, lookup)
    batch = coded(tmp_path, autocoder, settings, 20)
    explain_batch(batch, lambda version: autocoder.classifier)
    last = words(batch / EXPLANATIONS_DIR / f"{len(TITLES)}.html")
    assert "Coded like" in last
    assert f"{like_the_last}: 0310 Armed Forces Occupations, Other Ranks" in last
    records = json.loads((batch / REQUESTS_FILE).read_text(encoding="utf-8"))["records"]
    named = {record["n"]: bool(record["similar"]) for record in records}
    assert named[len(TITLES)] and not named[1]
    assert "Coded like" not in words(batch / EXPLANATIONS_DIR / "1.html")


def test_routed_rows_come_first_then_a_sample_that_stays(
    bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    autocoder = open_autocoder(bundle, settings)
    predictions = autocoder.code([f"{title} | unknown" for title in ("nurse", "welder", "cook")])
    between = sorted(prediction.confidence for prediction in predictions)[1]
    settings = settings.with_values("model", confidence_threshold=between)
    autocoder = open_autocoder(bundle, settings)
    requests = {}
    for n in (1, 2, 3):
        batch = tmp_path / f"{n}"
        batch.mkdir()
        path = tmp_path / "survey.csv"
        path.write_text("job_title\nnurse\nwelder\ncook\n", encoding="utf-8")
        code_file(path, batch, autocoder, settings, n_explained=n)
        records = json.loads((batch / REQUESTS_FILE).read_text(encoding="utf-8"))["records"]
        requests[n] = [(record["n"], record["is_sampled"]) for record in records]
    assert requests[1] == requests[3][:1] and requests[2] == requests[3][:2]
    assert [is_sampled for _, is_sampled in requests[3]] == [False, True, True]


def test_a_batch_without_a_model_says_why(
    bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    batch = coded(tmp_path, open_autocoder(bundle, settings), settings, 3)

    def gone(version: str) -> Classifier:
        raise BundleError(f"there is no version {version!r}")

    assert explain_batch(batch, gone) == 0
    assert f"there is no version '{bundle.manifest.version}'" in words(
        batch / EXPLANATIONS_DIR / OVERVIEW_FILE
    )
    assert pending_batches(tmp_path / "outbox") == []


@pytest.mark.slow
def test_a_failure_is_not_told_as_explained_records(
    bundle: Bundle,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    outbox = settings.watcher.outbox
    batch = coded(outbox.parent, open_autocoder(bundle, settings), settings, 3)
    requests = json.loads((batch / REQUESTS_FILE).read_text(encoding="utf-8"))
    requests["records"][1]["isco_code"] = "none"  # the first record can be explained
    (batch / REQUESTS_FILE).write_text(json.dumps(requests), encoding="utf-8")
    done = run_here(capsys, "explain", *config_of(settings))
    failed, reason = done.stderr.splitlines()
    assert "cannot be explained: " in failed
    assert reason.endswith(f" the reason is in the overview → {batch / EXPLANATIONS_DIR}")


def test_without_a_coded_record_nothing_is_requested(
    bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    path, batch = tmp_path / "empty.csv", tmp_path / "batch"
    path.write_text("job_title,n\n,1\n", encoding="utf-8")
    batch.mkdir()
    code_file(path, batch, open_autocoder(bundle, settings), settings, n_explained=3)
    assert not (batch / REQUESTS_FILE).exists()
    assert "explanations" not in words(batch / "report.html")


@pytest.mark.slow
def test_the_daemon_explains_after_publishing_and_takes_up_what_was_killed(
    explaining: Settings,
) -> None:
    drop(explaining, "survey.csv", survey())
    with daemon(explaining) as process:
        wait_for(lambda: batches(explaining, "survey"), process)
        (batch,) = batches(explaining, "survey")
        wait_for((batch / EXPLANATIONS_DIR / SCORES_FILE).exists, process)
        wait_for(lambda: not pending_batches(explaining.watcher.outbox), process)
        before = {path.name: path.read_bytes() for path in (batch / EXPLANATIONS_DIR).iterdir()}
    assert len(before) == 5 + 2

    # As a process that was killed between two pages leaves it.
    folder = batch / EXPLANATIONS_DIR
    folder.rename(batch / f".{EXPLANATIONS_DIR}.part")
    (batch / f".{EXPLANATIONS_DIR}.part" / SCORES_FILE).unlink()
    assert pending_batches(explaining.watcher.outbox) == [batch]
    assert main.main(["watch", "--once", *config_of(explaining)]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert not (batch / f".{EXPLANATIONS_DIR}.part").exists()


@pytest.mark.slow
def test_two_that_explain_at_once_do_not_disturb_each_other(
    explaining: Settings, bundle: Bundle, tmp_path: Path
) -> None:
    """The child of a daemon that was killed, and that of the daemon after it."""
    autocoder = open_autocoder(bundle, explaining)
    pending = [coded(tmp_path, autocoder, explaining, n) for n in (3, 4, 5)]
    both = [subprocess.Popen(isco(explaining, "explain")) for _ in range(2)]
    assert [process.wait(100) for process in both] == [0, 0]
    assert [len(list(b.glob(f"{EXPLANATIONS_DIR}/[0-9]*.html"))) for b in pending] == [3, 4, 5]
    assert not list(tmp_path.glob("outbox/*/.*"))


@pytest.mark.slow
def test_explain_on_the_command_line(
    explaining: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "survey.csv"
    source.write_text(survey(), encoding="utf-8")
    command = ["classify", str(source), "--out", str(tmp_path / "out")]
    for arguments in (command, [*command, "--explain"]):  # the batch is there, without its pages
        assert main.main([*arguments, *config_of(explaining)]) == 0
    (batch,) = (tmp_path / "out").glob("survey.*")
    assert len(list((batch / EXPLANATIONS_DIR).glob("[0-9]*.html"))) == 5

    done = run_here(capsys, "code", "nurse", "--explain", *config_of(explaining))
    explanation = json.loads(done.stdout)["explanation"]
    assert [word["word"] for word in explanation["words"]] == ["nurse"]
    assert explanation["base"] + explanation["words"][0]["score"] == pytest.approx(
        explanation["output"]
    )
    done = run_here(capsys, "code", " ", "--explain", *config_of(explaining))
    assert json.loads(done.stdout)["explanation"] is None and "are empty" in done.stderr


def test_where_nothing_waits_for_explanations_the_command_says_so(
    explaining: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run_here(capsys, "explain", *config_of(explaining))
    assert "waits for explanations" in done.stderr


def test_without_shap_the_remedy_is_named(explaining: Settings) -> None:
    program = (
        "import sys; sys.modules['shap'] = None\n"
        "import main\n"
        f"sys.exit(main.main(['--config', {str(explaining.watcher.inbox.parent / 'config.yaml')!r},"
        " 'code', 'nurse', '--explain']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("isco: explanations need") and ".[explain]" in done.stderr
