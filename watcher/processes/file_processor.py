"""Makes the results of one file: codes, or what became of corrections.

One version of the model is used from the beginning of a file to its end.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.doubts import Doubt, confirmed_doubts
from core.corrections.unread_file import UnreadFile
from core.errors import BundleError, InputError
from core.files.whole_file import sha256_of
from core.row_counts import Progress, no_progress
from core.settings import Settings
from inference.doubt.coder_check import check_coders
from inference.model_registry import ModelRegistry
from inference.serving.served_autocoder import ServedAutocoder
from results.code_file import batch_id, code_file
from results.corrections_file import corrections_batch_id, process_corrections
from results.corrections_source import is_corrections_file, open_source
from results.receipt import AnyReceipt, Identity
from watcher.intake.claims import Claim

_LOG = logging.getLogger(__name__)
_REHEARSAL = "job_title\nregsitered nurse\n"


class FileProcessor:
    """Uses the model in service and the corrections on disk, read again before each file."""

    def __init__(self, settings: Settings, served: ServedAutocoder | None = None) -> None:
        """Process files with ``served``, or load it. Raises BundleError where there is none."""
        self._settings = settings
        self._served = served or ServedAutocoder(settings)
        self._log_model()

    @property
    def model_version(self) -> str:
        """The version that codes the next file, unless another one is promoted before."""
        return self._served.autocoder.version

    @property
    def unread_corrections(self) -> tuple[UnreadFile, ...]:
        """The corrections files that could not be read when they were last read."""
        return self._served.autocoder.corrections_lookup.unread

    def rehearse(self, progress: Progress = no_progress) -> None:
        """Code a file with a typo, so that no file waits for what is loaded when it is needed."""
        with suppress(OSError), TemporaryDirectory() as scratch:  # a full disk
            path = Path(scratch, "rehearsal.csv")
            path.write_text(_REHEARSAL, encoding="ascii")
            out_dir = Path(scratch, "results")
            out_dir.mkdir()
            code_file(path, out_dir, self._served.autocoder, self._settings, progress)
        # A file that comes meanwhile goes on with what is unpacked.
        threading.Thread(target=self._served.autocoder.classifier.unpack, daemon=True).start()

    def prepare(self, progress: Progress) -> None:
        """Do nothing: the model is loaded."""

    def identify(self, path: Path, progress: Progress) -> Identity:
        """Load what is new on the disk, and return what ``path`` is. Raises InputError.

        ``progress`` is called with 0 after every step, to show that the process is alive.
        """
        try:
            if self._served.refresh_model():
                self._log_model()
            progress(0)
            self._served.refresh_corrections()
        except Exception as error:  # whatever it is, it is no fault of the file
            raise BundleError(f"the model or the corrections cannot be read: {error}") from error
        progress(0)
        sha256 = sha256_of(path)
        progress(0)
        if is_corrections_file(path, self._settings, progress):
            lookup = self._served.autocoder.corrections_lookup
            claim_id = Claim(path).id
            batch = corrections_batch_id(path, sha256, lookup, self._settings, claim_id)
            return Identity(sha256, batch, self.model_version, is_corrections=True)
        batch = batch_id(sha256, self._served.autocoder, self._settings)
        return Identity(sha256, batch, self.model_version, is_corrections=False)

    def work(self, path: Path, staged: Path, identity: Identity, progress: Progress) -> AnyReceipt:
        """Write all results but the receipt into ``staged``. Raises InputError."""
        if identity.is_corrections:
            lookup = self._served.autocoder.corrections_lookup
            find_doubts = partial(self._find_doubts, progress)
            return process_corrections(
                path, staged, lookup, self._settings, identity.batch_id, progress, find_doubts
            )
        n_explained = self._settings.explainability.sample_size
        return code_file(
            path, staged, self._served.autocoder, self._settings, progress, n_explained
        )

    def count_open_answers(self, path: Path, progress: Progress) -> int:
        """Return how many texts a table answers that nobody decided; 0 for one without answers."""
        self._served.refresh_corrections()
        decisions = self._served.autocoder.corrections_lookup.decisions
        try:
            if not is_corrections_file(path, self._settings, progress):
                return 0
            corrections = open_source(path, self._settings, progress).corrections()
            answered = {row.text for row in corrections if row.status != CorrectionStatus.SKIPPED}
        except InputError:  # as it says once the file is in the inbox
            return 0
        return sum(decisions.get(text) is None for text in answered)

    def _find_doubts(
        self, progress: Progress, corrections: Iterable[Correction], name: str
    ) -> list[Doubt]:
        confirmed = confirmed_doubts(self._settings.data.corrections_dir)
        return check_coders(corrections, self._served.autocoder, name, confirmed, progress)

    def _log_model(self) -> None:
        _LOG.info("serving model %s", self.model_version)
        if (bundled := ModelRegistry(self._settings.output).new_bundled()) is not None:
            _LOG.info("model %s came with the program and is not in service: isco check", bundled)
