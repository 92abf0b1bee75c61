"""One input file while it is coded: its table, its receipt, and what is counted of its records."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.corrections.text_list import TextCollector
from core.csv_table import Table
from core.isco_titles.group_titles import language_of
from core.letters.damage import Damage
from core.non_answers.answers_beside import AnswersBeside
from core.non_answers.other_periods import OtherPeriods
from core.non_answers.unread_formulas import UnreadFormulas
from inference.office.office_calibration import OfficeCalibration
from results.agreement import Agreement
from results.receipt import Receipt
from results.reporting.contested_codes import ContestedCodes
from results.reporting.repeated_titles import RepeatedTitles
from results.reporting.several_titles import SeveralTitles
from results.reporting.stray_rows import StrayRows
from results.reporting.weighted_shares import WeightedShares
from results.review.queue import ReviewQueue
from results.statistics import BatchStatistics


@dataclass
class Batch:
    """The parts of one batch. ``agreement`` is None if the input has no codes.

    ``context`` maps the columns of ``review.context`` that the input has to their positions;
    ``weighted`` is None if it has no survey weights.
    """

    table: Table
    receipt: Receipt
    statistics: BatchStatistics
    review: ReviewQueue
    agreement: Agreement | None
    calibration: OfficeCalibration
    contested: ContestedCodes
    context: dict[str, int] = field(default_factory=dict)
    weighted: WeightedShares | None = None
    damage: Damage = field(default_factory=Damage)
    unread_formulas: UnreadFormulas = field(default_factory=UnreadFormulas)
    repeated_titles: RepeatedTitles = field(default_factory=RepeatedTitles)
    several_titles: SeveralTitles = field(default_factory=SeveralTitles)
    texts: TextCollector = field(default_factory=TextCollector)
    answers_beside: AnswersBeside = field(init=False)
    other_periods: OtherPeriods = field(init=False)
    stray_rows: StrayRows = field(init=False)

    def __post_init__(self) -> None:
        """Make what counts the rows of the table that need a look."""
        self.answers_beside = AnswersBeside(self.table)
        self.other_periods = OtherPeriods(self.table)
        self.stray_rows = StrayRows(self.table)

    @property
    def language(self) -> str:
        """The language of the titles of groups."""
        return language_of(self.receipt.settings)
