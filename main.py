"""The command line: ``isco`` and ``python main.py``.

The only place where the watcher meets the training. Imports stand inside each command, so that
serving never loads torch.

Exit codes: 0 done; 1 an error that the user can act on, in one line; 2 wrong usage; 3 already
running.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from isco.bar import bar, file_bar
from isco.errors import IscoError
from isco.settings import Settings, load_settings

_LOG = logging.getLogger("isco")
_CONFIG = Path(__file__).resolve().parent / "config.yaml"
_EPILOG = """\
a first session:
  isco code "lorry driver" --duties "long distance"   one record, at once
  isco classify staff.csv --out results               a file; then open report.html in its folder
  isco watch                                          drop files into inbox/, open outbox/index.html

and then:
  Answer review.html of a batch, save, and drop the corrections into inbox/: the same text is never
  wrong again. At night the model learns them, and goes into service if it is no worse.
  isco evaluate --on coded.csv                        how good it is on records of your own
  isco train --fine-tune                              learn the corrections now
  isco models list, isco models rollback              which model serves, and back

Exit codes: 0 done; 1 an error that you can act on, in one line; 2 wrong usage; 3 already running.
All settings, with comments, are in config.yaml. More: isco COMMAND --help, README.md.
"""
_OPTIMIZATIONS = "mixed precision where the device is right for it, and gradient checkpointing"
_ABOUT_WATCH = """\
Results of a file appear in outbox/<file>.<id>/, and outbox/index.html lists them. What cannot be
read goes to data/rejected/ with the reason beside it. Filled reviews are dropped into the inbox,
too; at the hour of schedule.cron they are learned. Ctrl-C stops after the file in work.
"""
_ABOUT_STATUS = """\
What it does, what waits and for what, and what came out last. The exit code is 0 where it is well
and 1 where it is not: a line for your monitoring.
"""
_ABOUT_SERVICE = """\
`isco watch` as a service of this user: a systemd unit on Linux, a launchd agent on a Mac.
"""
_ABOUT_CLASSIFY = """\
Each file gets a folder in DIR: predictions.csv with the codes; the questions to people as
review.html, review.xlsx and review.csv; report.html; receipt.json. DIR/index.html lists them.

  isco classify staff.csv survey.csv --out results
  isco classify --engine ray 's3://bucket/2026/*.parquet' --out s3://bucket/coded
"""
_ABOUT_CODE = """\
  isco code "lorry driver" --duties "long distance, articulated lorry"
"""
_ABOUT_EXPLAIN = """\
What each word adds to the odds of a code, for the records that batches were asked to explain. The
daemon starts this by itself; it ends when nothing waits.
"""
_ABOUT_TRAIN = """\
Records have the columns job_title, duties_description and isco_code. The new model goes into
service if it passes the gate against the one that serves; report.html of the run says why, or not.

  isco train --raw coded.csv                             a model of your own records
  isco train --base models/bundled/checkpoint            without a network
  isco train --fine-tune                                 the night, now: learn the corrections
"""
_ABOUT_EVALUATE = """\
Agreement at 4, 3 and 1 digits, kappa, and the share that can be autocoded at 95 % agreement, over
all records and by source, by major group, and with or without duties.

  isco evaluate --on coded.csv
"""
_ABOUT_MODELS = """\
A version serves from the next file on; no file is coded by two.
"""
_TRAINING, _EXPLAINING = "training.log", "explaining.log"  # of the last child, beside the log


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    # What libraries say of themselves stays out.
    for room in ("isco", "watcher", "training", "census"):
        logging.getLogger(room).setLevel(logging.INFO)
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # our own error says it in a line
    parsed = _parser().parse_args(arguments)
    try:
        if parsed.log is not None:
            from watcher.log import log_to

            log_to(parsed.log)
        settings = load_settings(parsed.config)
        return parsed.run(parsed, settings) or 0
    except (IscoError, OSError) as error:  # OSError: no permission, no space: the user's to mend
        print(f"isco: {error}", file=sys.stderr)
        if parsed.log is not None:
            _LOG.error("%s", error)
        return error.exit_code if isinstance(error, IscoError) else IscoError.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="isco",
        parents=[_config_option(_CONFIG)],
        description="Code job titles and duties to ISCO-08 unit groups. Without a command: prepare "
        "what\nlies in data.raw_dir, train on it and evaluate; with --skip-training, code --input.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--skip-training", action="store_true", help="code --input instead")
    parser.add_argument("--input", type=Path, metavar="FILE", help="the CSV to code")
    parser.add_argument("--enable-optimizations", action="store_true", help=_OPTIMIZATIONS)
    parser.set_defaults(run=_plain, usage_error=parser.error, fine_tune=False)
    parser.set_defaults(raw=None, base=None, out=None, corrections_dir=None, report_dir=None)
    parser.set_defaults(log=None, json=False)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for add in (
        _add_watch, _add_status, _add_service, _add_classify, _add_code, _add_explain, _add_train,
        _add_evaluate, _add_models,
    ):  # fmt: skip
        add(commands)
    return parser


def _config_option(default: Path | str) -> argparse.ArgumentParser:
    option = argparse.ArgumentParser(add_help=False)
    option.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=default,
        help="settings (default: config.yaml beside main.py)",
    )
    return option


def _command(
    commands: Any, name: str, run: Callable[..., int | None], summary: str, about: str = ""
) -> argparse.ArgumentParser:
    """Add a command: ``summary`` stands in the list of commands, ``about`` in its own help, too."""
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        parents=[_config_option(argparse.SUPPRESS)],
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.\n\n{about}".strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run, usage_error=command.error)
    return command


def _add_watch(commands: Any) -> None:
    watch = _command(commands, "watch", _watch, "code what is dropped in the inbox", _ABOUT_WATCH)
    watch.add_argument("--once", action="store_true", help="only what is there now, then exit")
    watch.add_argument(
        "--log", type=Path, metavar="FILE", help="log there, rotated, instead of to the terminal"
    )
    watch.add_argument(
        "--worker", type=_worker_name, default="main", metavar="NAME",
        help="one more daemon on the same inbox, here or on another machine",
    )  # fmt: skip


def _add_status(commands: Any) -> None:
    status = _command(commands, "status", _status, "is the daemon alive", _ABOUT_STATUS)
    status.add_argument("--json", action="store_true", help="the whole status as JSON")
    status.add_argument(
        "--worker", type=_worker_name, default="main", metavar="NAME", help="of a named daemon"
    )


def _add_service(commands: Any) -> None:
    service = _command(commands, "service", _service, "run when the machine runs", _ABOUT_SERVICE)
    steps = service.add_subparsers(metavar="ACTION", title="actions", required=True, dest="step")
    _command(steps, "install", _service, "show the service, write it and start it")
    _command(steps, "uninstall", _service, "stop it and remove it")
    _command(steps, "show", _service, "what would be written, and whether it is")


def _add_classify(commands: Any) -> None:
    classify = _command(commands, "classify", _classify, "code files, no daemon", _ABOUT_CLASSIFY)
    classify.add_argument(
        "inputs", nargs="+", metavar="FILE",
        help="a CSV with a column of job titles; with ray also Parquet, folders, globs, URIs",
    )  # fmt: skip
    classify.add_argument("--out", required=True, metavar="DIR", help="where results go")
    classify.add_argument("--json", action="store_true", help="print a receipt per file as JSON")
    classify.add_argument(
        "--explain", action="store_true", help="why these codes: explainability.sample_size records"
    )
    census = classify.add_argument_group("a census, on one machine or many")
    census.add_argument("--engine", choices=("ray",), help="CSV and Parquet into shards, by Ray")
    census.add_argument("--address", metavar="HOST:PORT", help="of a Ray cluster, or auto")
    census.add_argument("--concurrency", type=int, metavar="N", help="actors; default: the CPUs")
    census.add_argument("--format", choices=("parquet", "csv"), help="of the shards")
    census.add_argument("--resume", action="store_true", help="go on from the complete shards")
    census.add_argument("--skip-corrupt", action="store_true", help="name such files and go on")


def _add_code(commands: Any) -> None:
    code = _command(commands, "code", _code, "code one record, as JSON", _ABOUT_CODE)
    code.add_argument("title", metavar='"job title"', help="as the respondent wrote it")
    code.add_argument("--duties", default="", metavar='"…"', help="what they do there")
    code.add_argument("--explain", action="store_true", help="also what each word adds")


def _add_explain(commands: Any) -> None:
    _command(commands, "explain", _explain, "explain the batches in the outbox", _ABOUT_EXPLAIN)


def _add_train(commands: Any) -> None:
    train = _command(commands, "train", _train, "train a model on coded records", _ABOUT_TRAIN)
    train.add_argument("--raw", type=Path, metavar="FILE_OR_DIR", help="default: data.raw_dir")
    train.add_argument("--base", metavar="MODEL", help="default: model.name")
    train.add_argument("--out", type=Path, metavar="DIR", help="default: models/runs/run_<date>")
    train.add_argument(
        "--fine-tune", action="store_true", help="go on from the model in service, on corrections"
    )
    train.add_argument(
        "--corrections-dir", type=Path, metavar="DIR", help="default: data.corrections_dir"
    )
    train.add_argument(
        "--report-dir", type=Path, metavar="DIR", help="a new folder for the report of --fine-tune"
    )
    train.add_argument("--enable-optimizations", action="store_true", help=_OPTIMIZATIONS)
    train.add_argument("--json", action="store_true", help="the verdict and every figure, as JSON")


def _add_evaluate(commands: Any) -> None:
    evaluate = _command(
        *(commands, "evaluate", _evaluate, "how good a version is on your own coded records"),
        _ABOUT_EVALUATE,
    )
    evaluate.add_argument(
        "--on", required=True, type=Path, metavar="FILE", dest="file",
        help="a CSV with job titles and a column isco_code",
    )  # fmt: skip
    evaluate.add_argument("--model", metavar="VERSION", help="default: the one in service")
    evaluate.add_argument("--json", action="store_true", help="every figure, as JSON")


def _add_models(commands: Any) -> None:
    models = _command(commands, "models", _list_models, "which model is in service", _ABOUT_MODELS)
    actions = models.add_subparsers(metavar="ACTION", title="actions", required=True)
    listing = _command(actions, "list", _list_models, "every version, oldest first")
    listing.add_argument("--json", action="store_true", help="the same as JSON")
    promote = _command(actions, "promote", _promote, "put a version into service")
    promote.add_argument("version", metavar="VERSION", help="a name from isco models list")
    _command(actions, "rollback", _rollback, "back to the version that served before")
    accelerate = _command(
        actions, "accelerate", _accelerate, "let CoreML or CUDA of this machine try a version"
    )
    accelerate.add_argument(
        "version", nargs="?", metavar="VERSION", help="default: the one in service"
    )


def _worker_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise argparse.ArgumentTypeError(f"{name!r} has more than 40 letters, digits, '_' and '-'")
    return name


def _watch(parsed: argparse.Namespace, settings: Settings) -> None:
    from watcher.worker import Worker

    worker = Worker(settings)  # it loads the model while this process goes on loading, too
    from watcher.daemon import Daemon
    from watcher.ending import Ending
    from watcher.explainer import Explainer
    from watcher.outbox import shown
    from watcher.schedule import Schedule
    from watcher.status import MAIN

    schedule = None
    # Of several daemons one looks after the nights and the explanations.
    if settings.schedule.enabled and not parsed.once and parsed.worker == MAIN:
        start = partial(_start_training, parsed.config, log=parsed.log)
        schedule = Schedule(settings.schedule, settings.watcher.outbox, start)
    explainer = None
    if settings.explainability.sample_size and parsed.worker == MAIN:
        explain = partial(
            _start_child, ["explain"], parsed.config, _beside(parsed.log, _EXPLAINING)
        )
        explainer = Explainer(settings.watcher.outbox, explain)
    ending = Ending()
    daemon = Daemon(
        *(settings, worker, file_bar, ending.stop, schedule, explainer),
        halt=ending.halt,
        name=parsed.worker,
    )
    ending.listen(daemon.wake)
    _LOG.info(
        "watching %s; results in %s", shown(settings.watcher.inbox), shown(settings.watcher.outbox)
    )
    with closing(worker):
        daemon.run(once=parsed.once)
    _LOG.info("stopped")


def _status(parsed: argparse.Namespace, settings: Settings) -> int:
    from watcher.status import Health, describe, judge, read_status

    status, moment = read_status(settings.watcher.outbox, parsed.worker), datetime.now(UTC)
    verdict = judge(status, moment)
    if parsed.json:
        print(json.dumps({**asdict(verdict), **status.model_dump(mode="json")}, indent=2))
    else:
        print(describe(status, verdict, moment))
    return 0 if verdict.health is Health.WELL else 1


def _service(parsed: argparse.Namespace, settings: Settings) -> None:
    from watcher import service as services

    service = services.service_for(parsed.config, Path(__file__))
    if parsed.step == "show":
        services.show(service, print)
    elif parsed.step == "install":
        services.install(service, print)
    else:
        services.uninstall(service, print)


def _start_training(
    config: Path, report_dir: Path, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """The night's training, as a process of its own; beside a log it has one, of this night."""
    command = ["train", "--fine-tune", "--report-dir", str(report_dir.resolve())]
    return _start_child(command, config, _beside(log, _TRAINING))


def _beside(log: Path | None, name: str) -> Path | None:
    return log.with_name(name) if log is not None else None


def _start_child(
    command: Sequence[str], config: Path, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """One of these commands as a process of its own, logging to ``log`` or to this terminal."""
    program = [sys.executable, str(Path(__file__).resolve())]
    with log.open("wb") if log is not None else nullcontext() as said:
        # A session of its own: Ctrl-C stops the daemon, and the daemon stops its child.
        return subprocess.Popen(
            [*program, *command, "--config", str(config.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def _classify(parsed: argparse.Namespace, settings: Settings) -> None:
    if parsed.engine == "ray":
        if parsed.explain:
            parsed.usage_error("--explain goes without --engine ray")
        _census(parsed, settings)
        return
    if (
        parsed.address
        or parsed.concurrency
        or parsed.format
        or parsed.resume
        or parsed.skip_corrupt
    ):
        parsed.usage_error(
            "these go with --engine ray: --address, --concurrency, --format, "
            "--resume, --skip-corrupt"
        )
    from inference.autocoder import open_autocoder
    from inference.store import Store
    from watcher.batch import code_file
    from watcher.explanations import ASKED, explain_batch, pending
    from watcher.files import Files
    from watcher.folders import STAGING
    from watcher.index import Index
    from watcher.outbox import complete, publish, shown, staging

    inputs, out = [Path(name) for name in parsed.inputs], Path(parsed.out)
    index = Index(out)
    n_explained = settings.explainability.sample_size if parsed.explain else 0
    for path in inputs:
        _require_file(path)
    files = Files()
    autocoder = open_autocoder(Store(settings.output).served(), settings)
    (out / STAGING).mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in inputs:
        with (
            staging(files, out, f"classify-{os.getpid()}") as staged,
            file_bar(path) as advance,
        ):
            receipt = code_file(path, staged, autocoder, settings, advance, n_explained)
            complete(files, staged, receipt)
            published = publish(files, staged, out, receipt)
            if (staged / ASKED).exists():  # the batch was there before, perhaps without
                os.replace(staged / ASKED, published / ASKED)
        _LOG.info("%r: %s → %s", path.name, receipt.summary(), shown(published))
        if published in pending(out):
            explain_batch(published, lambda version: autocoder.classifier)
        index.refresh()
        if parsed.json:
            print(json.dumps({"folder": str(published), **asdict(receipt)}, ensure_ascii=False))


def _census(parsed: argparse.Namespace, settings: Settings) -> None:
    try:
        from census.run import Plan, run_census
    except ModuleNotFoundError as error:
        raise IscoError(
            f'--engine ray needs {error.name!r}: run .venv/bin/pip install -e ".[ray]"'
        ) from None
    from inference.store import Store

    if parsed.concurrency is not None and parsed.concurrency < 1:
        parsed.usage_error("--concurrency: at least 1")
    plan = Plan(
        form=parsed.format or "parquet",
        address=parsed.address,
        concurrency=parsed.concurrency or 0,
        resume=parsed.resume,
        skip_corrupt=parsed.skip_corrupt,
    )
    receipt = run_census(parsed.inputs, parsed.out, Store(settings.output).served(), settings, plan)
    _LOG.info("%s → %s", receipt.summary(), parsed.out)
    if parsed.json:
        print(json.dumps(asdict(receipt), ensure_ascii=False))


def _code(parsed: argparse.Namespace, settings: Settings) -> None:
    from inference.autocoder import open_autocoder
    from inference.store import Store
    from isco.taxonomy import isco08
    from isco.text import join

    titles = isco08().titles
    autocoder = open_autocoder(Store(settings.output).served(), settings)
    text = join(parsed.title, parsed.duties)
    (coding,) = autocoder.code([text])
    answer: dict[str, Any] = {
        "isco_code": coding.isco_code,
        "isco_title": titles.get(coding.isco_code, ""),
        "confidence": coding.confidence,
        "is_fallback": coding.is_fallback,
        "candidates": [
            {"isco_code": code, "isco_title": titles[code], "confidence": confidence}
            for code, confidence in coding.candidates
        ],
    }
    if parsed.explain:
        answer["explanation"] = None
        if coding.source == "model":
            from inference.explain import explain
            from watcher.explanations import scores

            found = explain(autocoder.classifier, text, coding.isco_code)
            answer["explanation"] = scores(found)
        else:
            why = {"empty": "title and duties are empty", "correction": "a coder decided this text"}
            _LOG.warning("nothing to explain: %s", why[coding.source])
    print(json.dumps(answer, indent=2, ensure_ascii=False))


def _explain(parsed: argparse.Namespace, settings: Settings) -> None:
    from inference.classifier import Classifier, open_classifier
    from inference.store import Store
    from watcher.explainer import alone
    from watcher.explanations import explain_batch, pending
    from watcher.outbox import shown

    store = Store(settings.output)

    @cache
    def open_version(version: str) -> Classifier:
        served = store.served()
        is_served = served.manifest.version == version
        return open_classifier(served if is_served else store.open(version), settings.inference)

    with alone(settings.watcher.outbox):
        while batches := pending(settings.watcher.outbox):
            n = explain_batch(batches[0], open_version)
            _LOG.info("%d records explained → %s", n, shown(batches[0] / "explanations"))


def _train(parsed: argparse.Namespace, settings: Settings) -> None:
    try:
        from training.nightly import fine_tune
        from training.ranks import follow, is_follower, leading
        from training.run import train
        from training.runs import METRICS, Run
    except ModuleNotFoundError as error:
        raise IscoError(
            f'training needs {error.name!r}: run .venv/bin/pip install -e ".[train]"'
        ) from None
    if parsed.enable_optimizations:
        faster = settings.training.model_copy(update={"enable_optimizations": True})
        settings = settings.model_copy(update={"training": faster})
    if parsed.fine_tune and (parsed.raw or parsed.base or parsed.out):
        parsed.usage_error("--fine-tune starts from the model in service, on corrections")
    if not parsed.fine_tune and (parsed.corrections_dir or parsed.report_dir):
        parsed.usage_error("--corrections-dir and --report-dir go with --fine-tune")
    if is_follower():
        follow()
        return
    progress = partial(bar, unit="texts")
    run: Run | None
    with leading():
        if parsed.fine_tune:
            run = fine_tune(settings, parsed.corrections_dir, parsed.report_dir, progress)
        else:
            raw = parsed.raw or settings.data.raw_dir
            run = train(settings, raw, parsed.base or settings.model.name, parsed.out, progress)
    if run is None:
        if parsed.json:
            print(json.dumps({"state": "skipped"}))
        return
    _LOG.info("%s: %s, report in %s", run.state, run.metrics.get("version"), run.path)
    for reason in run.reasons:
        _LOG.info("· %s", reason)
    if parsed.json:
        found = json.loads((run.path / METRICS).read_text(encoding="utf-8"))
        print(json.dumps({"folder": str(run.path), **found}, indent=1))


def _evaluate(parsed: argparse.Namespace, settings: Settings) -> None:
    try:
        from training.examine import as_table, examine, read_coded
    except ModuleNotFoundError as error:
        raise IscoError(
            f'evaluating needs {error.name!r}: run .venv/bin/pip install -e ".[train]"'
        ) from None
    from inference.classifier import open_classifier
    from inference.store import Store

    _require_file(parsed.file)
    coded = read_coded(parsed.file, settings)
    store = Store(settings.output)
    bundle = store.open(parsed.model) if parsed.model else store.served()
    classifier = open_classifier(bundle, settings.inference)
    figures = examine(coded, classifier, settings.model.confidence_threshold)
    if parsed.json:
        print(json.dumps({"model": classifier.version, **figures}, indent=1))
    else:
        print(f"model {classifier.version}\n\n{as_table(figures)}")


def _list_models(parsed: argparse.Namespace, settings: Settings) -> None:
    from inference.store import Store

    versions = Store(settings.output).versions()
    if parsed.json:
        print(json.dumps([{**asdict(v), "path": str(v.path)} for v in versions], indent=1))
        return
    for version in versions:
        state = "in service" if version.is_served else ""
        promoted = f"promoted {version.promoted}" if version.promoted else ""
        print("  ".join(filter(None, [version.name, version.created, promoted, state])))


def _promote(parsed: argparse.Namespace, settings: Settings) -> None:
    from inference.store import Store

    bundle = Store(settings.output).promote(parsed.version)
    _LOG.info("in service from the next file on: %s", bundle.manifest.version)


def _rollback(parsed: argparse.Namespace, settings: Settings) -> None:
    from inference.store import Store

    bundle = Store(settings.output).rollback()
    _LOG.info("in service from the next file on: %s", bundle.manifest.version)


def _accelerate(parsed: argparse.Namespace, settings: Settings) -> None:
    try:
        from exporters.accelerate import write_accelerated
    except ModuleNotFoundError as error:
        raise IscoError(
            f'this needs {error.name!r}: run .venv/bin/pip install -e ".[train]"'
        ) from None
    from inference.accelerator import Runtime
    from inference.session import Session
    from inference.store import Store

    if not Runtime().accelerators():
        raise IscoError(
            "the onnxruntime of this machine has neither CoreML nor CUDA: nothing to try"
        )
    store = Store(settings.output)
    bundle = store.open(parsed.version) if parsed.version else store.served()
    _LOG.info("fp32 file of %s → %s", bundle.manifest.version, write_accelerated(bundle))
    logging.getLogger("inference").setLevel(logging.INFO)  # it says who computes, and why
    Session(bundle, settings.inference)


def _plain(parsed: argparse.Namespace, settings: Settings) -> None:
    """The form without a command: the whole of training, or one file coded."""
    if parsed.skip_training != (parsed.input is not None):
        parsed.usage_error("--skip-training and --input FILE go together")
    if not parsed.skip_training:
        _train(parsed, settings)
        return
    from inference.autocoder import open_autocoder
    from inference.store import Store
    from watcher.batch import PREDICTIONS, REVIEW, code_file

    _require_file(parsed.input)
    processed, review = settings.data.processed_dir, settings.data.review_dir
    for folder in (processed, review):
        folder.mkdir(parents=True, exist_ok=True)
    autocoder = open_autocoder(Store(settings.output).served(), settings)
    with tempfile.TemporaryDirectory(prefix=".coding-", dir=processed) as scratch:
        with file_bar(parsed.input) as advance:
            receipt = code_file(parsed.input, Path(scratch), autocoder, settings, advance)
        os.replace(Path(scratch, PREDICTIONS), processed / PREDICTIONS)
        to_review = review / f"to_review_{date.today():%Y-%m-%d}.csv"
        os.replace(Path(scratch, REVIEW), to_review)
    _LOG.info("%s → %s, %s", receipt.summary(), processed / PREDICTIONS, to_review)


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise IscoError(f"{str(path)!r} is not a file; expected a CSV with a column of job titles")


if __name__ == "__main__":
    sys.exit(main())
