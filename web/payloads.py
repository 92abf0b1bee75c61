"""What goes over the wire: the JSON of requests and answers, with its limits and its words."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from core.own_tables.code_source import CodeSource

MAX_RECORDS = 1000
MAX_TEXT_CHARS = 10_000
_CODE = "^[0-9]{1,4}$"

_Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS)] | None


class Record(BaseModel):
    """One record to code."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "additionalProperties": False,  # but for the columns of the project
            "examples": [
                {"job_title": "registered nurse", "duties_description": "looks after patients"}
            ],
        },
    )
    __pydantic_extra__: dict[str, _Text] = Field(init=False)

    job_title: _Text = Field(description="job title as it was written")
    duties_description: _Text = Field("", description="what the person does in the job")

    @property
    def context(self) -> dict[str, str | None]:
        """The values of other columns: those of ``data.context_in_duties``."""
        return self.__pydantic_extra__


Records = Annotated[list[Record], Field(min_length=1, max_length=MAX_RECORDS)]


def _kind(body: Any) -> str:
    return "records" if isinstance(body, list) else "record"


RecordOrRecords = Annotated[
    Annotated[Record, Tag("record")] | Annotated[Records, Tag("records")], Discriminator(_kind)
]
"""The body of ``POST /code``: one record, or a list of them."""


class Candidate(BaseModel):
    """A unit group that is likely for a record."""

    isco_code: str = Field(pattern=_CODE)
    isco_title: str
    confidence: float = Field(ge=0, le=1.0001, description="its probability")


class Coded(BaseModel):
    """The code of one record, with the meaning that the columns of predictions.csv have."""

    isco_code: str | None = Field(description="null where there is no code")
    isco_title: str | None
    confidence: float = Field(description="the probability of the best unit group")
    is_fallback: bool = Field(description="whether the model was not sure of four digits")
    minor_code: str | None
    minor_confidence: float
    needs_review: bool = Field(description="whether a person should look")
    source: CodeSource
    candidates: list[Candidate] = Field(description="at most five, the likeliest first")
    model_version: str
    derived: dict[str, str | float | None] = Field(
        description="the variables of output.derived: ISCO-88, ISEI-08, SIOPS-08"
    )


class Group(BaseModel):
    """A group of ISCO-08."""

    isco_code: str = Field(pattern=_CODE)
    isco_title: str


class FoundGroup(Group):
    """A group that fits the words of a search."""

    found_by: str = Field(
        description="title: its title or code has the words; words: what is said about the group "
        "has them; model: the model finds it likely"
    )


class Search(BaseModel):
    """The groups that fit the words of a search, the best first."""

    groups: list[FoundGroup]
    model_version: str


class GroupDetails(Group):
    """A group with its place in the classification, and what coders look up about it."""

    parents: list[Group] = Field(description="the nearest first")
    children: list[Group]
    description: str
    tasks: str
    included: str
    excluded: str
    index_titles: str


class Health(BaseModel):
    """The server answers, and with which model; ``status`` says what is wrong all the same."""

    status: str = Field(description="ok, or why the corrections that were read last go on counting")
    model_version: str


class Problem(BaseModel):
    """Why a request was refused, in one line."""

    detail: str
