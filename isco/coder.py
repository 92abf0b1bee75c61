"""Code from Python, with the model, the decisions and the corrections of a project."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from core.errors import ArgumentError, IscoError
from core.isco_titles.group_titles import titles_in
from core.settings_file.project import find_config, settings_of
from core.taxonomy import isco08
from inference.decision import Prediction, likeliest_units
from isco.frames import with_predictions
from isco.record_texts import RecordText, text_of, texts_of

if TYPE_CHECKING:  # loaded where they are needed, so that `import isco` is quick
    from narwhals.typing import IntoDataFrameT

    from inference.shap_explanations import Explanation

Context = Mapping[str, str | None]
"""Values of the columns of ``data.context_in_duties``, by their names."""
Record = tuple[str | None, str | None] | tuple[str | None, str | None, Context]
"""A job title, the duties, and the context if the project has one; None is a missing value."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit group that the model finds possible, with its title and its probability."""

    isco_code: str
    isco_title: str
    confidence: float


_ONE_EACH = "expected one made in each process: call isco.Coder() there"


class Coder:
    """Codes job titles and duties to ISCO-08, as ``isco classify`` codes the rows of a file.

    The model and the corrections stay the same until ``refresh`` is called. One coder may be used
    from several threads; they wait for each other. Every process needs a coder of its own.

    >>> coder = Coder()
    >>> coder.code("registered nurse", "looks after patients").isco_code
    '2221'
    """

    def __init__(self, config: str | Path | None = None) -> None:
        """Load the model in service and the corrections of a project.

        Parameters
        ----------
        config : the settings of the project. For None they are ``config.yaml`` in the current
            folder, else in ``$ISCO_HOME``, else in the checkout of the program; without any of
            them every setting has its default and the model is the one that ships.

        Raises ArgumentError for what is no path, SettingsError for settings that cannot be used,
        BundleError for a missing or damaged model, InputError for damaged corrections.
        """
        from inference.serving.served_autocoder import ServedAutocoder

        if config is not None and not isinstance(config, str | Path):
            raise ArgumentError(
                f"config: found {config!r}; expected the path of a file of settings"
            )
        self.settings = settings_of(Path(config) if config is not None else find_config())
        self._served = ServedAutocoder(self.settings)
        self._lock = threading.Lock()
        self._pid = os.getpid()

    def __reduce__(self) -> NoReturn:
        """Raise IscoError: a model that is loaded cannot be sent to another process."""
        raise IscoError(f"found a coder that is sent to another process; {_ONE_EACH}")

    @property
    def model_version(self) -> str:
        """The version of the model, as in the column ``model_version``."""
        return self._served.autocoder.version

    def code(
        self, title: str | None, duties: str | None = None, context: Context | None = None
    ) -> Prediction:
        """Return the prediction of one record.

        Parameters
        ----------
        title, duties : texts. None, NaN and NA are missing values.
        context : the value of each column of ``data.context_in_duties``, by its name.

        Raises ArgumentError for another value that is no text, and unless ``context`` has those
        columns and no other.
        """
        record = text_of(title, duties, context, self.settings.data.context_in_duties)
        return self._code([record])[0]

    def code_all(self, records: Iterable[Record]) -> list[Prediction]:
        """Return the prediction of each record, in their order.

        A record is a pair of title and duties, or has the context of ``code`` behind them. It is
        several times as fast as ``code`` for each. Raises ArgumentError, with the number of the
        record, as ``code`` does.

        >>> coder = Coder()
        >>> records = [("nurse", None), ("lorry driver", "long distance"), ("retired", None)]
        >>> [prediction.isco_code for prediction in coder.code_all(records)]
        ['2221', '8332', '']
        """
        return self._code(texts_of(records, self.settings.data.context_in_duties))

    def code_frame(
        self, frame: IntoDataFrameT, title: str | None = None, duties: str | None = None
    ) -> IntoDataFrameT:
        """Return the frame with the columns of ``predictions.csv`` behind its own.

        Parameters
        ----------
        frame : N rows of pandas, polars, pyarrow or another library that narwhals knows.
        title, duties : the names of the columns of job titles and of duties. For None they are
            those of ``data.columns``, else ``job_title`` and ``duties_description``; a frame need
            not have duties, and those of ``job_title`` are not read with a second job.

        A value that is no text is read as it would stand in a file; a missing one is empty. A name
        of ours that the frame has already gets the prefix ``predicted_``. Raises ArgumentError for
        a column that is not there, and for what is no frame in memory.
        """
        with self._in_its_process():
            return with_predictions(frame, title, duties, self._served.autocoder, self.settings)

    def candidates(
        self,
        title: str | None,
        duties: str | None = None,
        context: Context | None = None,
        *,
        k: int = 5,
    ) -> tuple[Candidate, ...]:
        """Return the ``k`` likeliest unit groups, best first; none for a text that is no answer.

        They are what the model alone computes, with the calibration in force: no correction of the
        text or of a similar one changes their order. Raises ArgumentError as ``code`` does, and
        unless 1 ≤ ``k`` ≤ 436.

        >>> Coder().candidates("nurse", k=2)[0].isco_title
        'Nursing Professionals'
        """
        n_units = len(isco08().units)
        if not hasattr(k, "__index__") or not 1 <= index(k) <= n_units:
            raise ArgumentError(f"k: found {k!r}; expected a whole number from 1 to {n_units}")
        titles = titles_in(self.settings.output.language)
        text = self._text(title, duties, context)
        with self._in_its_process():
            if not self._served.autocoder.code([text])[0].candidates:
                return ()
            probabilities = self._served.autocoder.probabilities([text])[0]
        return tuple(
            Candidate(code, titles[code], confidence)
            for code, confidence in likeliest_units(probabilities, k)
        )

    def explain(
        self, title: str | None, duties: str | None = None, context: Context | None = None
    ) -> Explanation | None:
        """Return what each word adds to the code; None where the code is not the model's.

        It is none of the model for a text that was corrected, is empty, or is no answer. Raises
        ArgumentError as ``code`` does, and IscoError where shap, of the extra ``explain``, is not
        installed.
        """
        from inference.shap_explanations import explain

        text = self._text(title, duties, context)
        with self._in_its_process():
            (prediction,) = self._served.autocoder.code([text])
            if not prediction.is_by_model:
                return None
            return explain(self._served.autocoder.classifier, text, prediction.group_code)

    def refresh(self) -> None:
        """Take in a model that was promoted and corrections that arrived, as the daemon does.

        A model that cannot be loaded is refused, with an error in the log, and the one before
        stays. Raises OSError where the corrections cannot be read, as while their folder is away;
        those that were read last go on counting.
        """
        with self._in_its_process():
            self._served.refresh_model()
            self._served.refresh_corrections()

    @contextmanager
    def _in_its_process(self) -> Iterator[None]:
        """Hold the coder. Raises IscoError after a fork: the model would wait for ever there.

        A process that is forked has the memory of the one before, and none of its threads.
        """
        if os.getpid() != self._pid:
            raise IscoError(f"found a coder of the process that forked this one; {_ONE_EACH}")
        with self._lock:
            yield

    def _code(self, records: Sequence[RecordText]) -> list[Prediction]:
        from inference.doubt.several_occupations import code_records

        titles, texts = [title for title, _ in records], [text for _, text in records]
        with self._in_its_process():
            return code_records(self._served.autocoder.code, titles, texts)

    def _text(self, title: object, duties: object, context: Context | None) -> str:
        return text_of(title, duties, context, self.settings.data.context_in_duties).text
