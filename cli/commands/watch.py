"""``isco watch``: the daemon, with its nightly training and its explanations."""

from __future__ import annotations

import argparse
import logging
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from cli.options import add_command, add_file, add_worker
from cli.progress_bar import file_progress_bar
from cli.requirements import require_posix
from cli.subprocesses import start_explaining, start_training
from core.settings import Settings

if TYPE_CHECKING:
    from watcher.processes.worker import Worker

_LOG = logging.getLogger(__name__)
_ABOUT = """\
The results of a file appear in outbox/<file>.<id>/, and outbox/index.html lists all of them. A
file that cannot be read goes to data/rejected/, with the reason beside it. Corrected reviews are
put into the inbox, too; a model is trained on them at the time of schedule.cron. Ctrl-C stops the
daemon after the file it works on.
"""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco watch``."""
    command = add_command(commands, "watch", run, "code the files that are put into inbox/", _ABOUT)
    command.add_argument(
        "--once", action="store_true", help="code the files that are there now, then exit"
    )
    add_file(command, "--log", "write the log to this file, rotated (default: to the terminal)")
    add_worker(command, "name of this daemon, if several share the inbox, on one machine or many")


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Watch until a signal comes; with ``--once``, until nothing waits."""
    require_posix("watch")
    from watcher.processes.worker import Worker

    # Its process loads the model while this one imports the rest.
    with closing(Worker(settings, may_fork=True)) as worker:
        _watch(parsed, settings, worker)
    _LOG.info("stopped")


def _watch(parsed: argparse.Namespace, settings: Settings, worker: Worker) -> None:
    from watcher.daemon import Daemon
    from watcher.delivery.publish import shown
    from watcher.environment import MAIN, Environment
    from watcher.processes.explainer import Explainer
    from watcher.processes.scheduler import NightlyScheduler
    from watcher.signals import ShutdownSignals

    # One of several daemons runs the nightly training and the explanations.
    scheduler = None
    if settings.schedule.enabled and not parsed.once and parsed.worker == MAIN:
        train = partial(start_training, parsed.config, log=parsed.log, log_format=parsed.log_format)
        scheduler = NightlyScheduler(settings.schedule, settings.watcher.outbox, train)
    explainer = None
    if settings.explainability.sample_size and parsed.worker == MAIN:
        explain = partial(start_explaining, parsed.config, parsed.log, parsed.log_format)
        explainer = Explainer(settings.watcher.outbox, explain)
    signals = ShutdownSignals()
    daemon = Daemon(
        Environment(
            settings.watcher,
            parsed.worker,
            language=settings.output.language,
            hooks=settings.hooks,
            corrections_dir=settings.data.corrections_dir,
            config=parsed.config.absolute(),
        ),
        worker,
        signals.shutdown,
        display=file_progress_bar,
        scheduler=scheduler,
        explainer=explainer,
    )
    signals.listen(daemon.wake)
    _LOG.info(
        "watching %s; results in %s", shown(settings.watcher.inbox), shown(settings.watcher.outbox)
    )
    daemon.run(once=parsed.once)
