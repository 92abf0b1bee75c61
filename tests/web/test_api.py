"""What the server answers, asked as a program would ask it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from core.isco_scores.derived_variables import derived_values
from isco import Coder, taxonomy
from tests.web.conftest import Server

RECORDS = [
    {"job_title": "nurse", "duties_description": "looks after patients"},
    {"job_title": "retired"},
    {"job_title": ""},
]


def await_answer(is_there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_there():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_codes_are_those_of_the_program(server: Server, coder: Coder) -> None:
    answers = server.code(RECORDS).json
    for record, answer in zip(RECORDS, answers, strict=True):
        prediction = coder.code(record["job_title"], record.get("duties_description"))
        assert answer["isco_code"] == (prediction.isco_code or None)
        assert answer["confidence"] == prediction.confidence
        assert answer["source"] == prediction.source
        assert answer["needs_review"] == prediction.needs_review
        candidates = [(c["isco_code"], c["confidence"]) for c in answer["candidates"]]
        assert candidates == list(prediction.candidates)
        assert server.code(record).json == answer
    assert answers[0]["isco_title"] == "Nursing Professionals"
    assert answers[0]["model_version"] == coder.model_version
    assert answers[0]["derived"] == derived_values("2221", ("isei08",))
    assert answers[1]["derived"] == {"isei08": None}


def test_a_thousand_records_are_coded_and_no_more(server: Server) -> None:
    records = [{"job_title": f"nurse {number % 7}"} for number in range(1001)]
    answer = server.code(records[:1000])
    assert answer.status == 200 and len(answer.json) == 1000
    refused = server.code(records)
    assert refused.status == 422 and "at most 1000 items" in refused.json["detail"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ('{"job": "nurse"}', 422, "body.job_title: field required"),
        ('{"job_title": "nurse", "age": 3}', 422, "body.age: extra inputs"),
        ('[{"job_title": "nurse"}, {"job_title": 7}]', 422, "body.1.job_title: input should be"),
        ("[]", 422, "at least 1 item"),
        ('{"job_title": "\\ud800"}', 422, "body.job_title: "),
        ('{"\\ud800": "nurse"}', 422, "body: input should be a valid string"),
        ("{bad", 400, "no JSON"),
        ("[" * 200_000, 400, "body"),
        ('{"job_title": "%s"}' % ("x" * 10_001), 422, "at most 10000 characters"),
        (b"\xff\xfe", 400, "body"),
        (b" " * (3 << 20), 413, "more than 2,097,152 bytes"),
        (b" " * (20 << 20), 413, "more than 2,097,152 bytes"),
    ],
    ids=lambda value: str(value)[:20] if not isinstance(value, int) else str(value),
)
def test_what_cannot_be_coded_is_named(
    body: bytes | str, status: int, words: str, server: Server
) -> None:
    try:
        answer = server.ask("POST", "/code", body)
    except (BrokenPipeError, ConnectionResetError):
        assert len(body) > 16 << 20  # the answer came while the body was still on its way
        return
    assert answer.status == status and words in answer.json["detail"]
    assert "\n" not in answer.json["detail"]
    assert server.ask("GET", "/health").status == 200


@pytest.mark.parametrize(
    ("query", "first", "found_by"),
    [
        ("q=nurse", "2221", "words"),
        ("q=lorry+dri", "8332", "title"),
        ("q=Kranken&language=de", "3221", "title"),
        ("q=72", "72", "title"),
        ("q=barista", "5132", None),
    ],
)
def test_groups_are_found_while_somebody_types(
    query: str, first: str, found_by: str | None, server: Server
) -> None:
    groups = server.ask("GET", f"/search?{query}").json["groups"]
    assert groups[0]["isco_code"] == first and groups[0]["found_by"] == (
        found_by or groups[0]["found_by"]
    )
    assert len(groups) <= 10
    language = "de" if "language" in query else "en"
    assert groups[0]["isco_title"] == taxonomy.title(first, language)
    assert len(server.ask("GET", f"/search?{query}&n=1").json["groups"]) == 1


def test_a_group_has_its_relatives_and_its_notes(server: Server) -> None:
    group = server.ask("GET", "/groups/2221?language=fr").json
    assert group["isco_title"] == taxonomy.title("2221", "fr")
    assert [parent["isco_code"] for parent in group["parents"]] == ["222", "22", "2"]
    assert "nurse" in group["index_titles"] and group["description"]
    assert server.ask("GET", "/groups/222").json["children"][0]["isco_code"] == "2221"
    missing = server.ask("GET", "/groups/9999")
    assert missing.status == 404 and "expected a code of ISCO-08" in missing.json["detail"]


def test_a_correction_counts_without_a_restart(server: Server) -> None:
    record = {"job_title": "keeper of the seven lamps"}
    assert server.code(record).json["source"] != "correction"
    folder = server.project / "data" / "corrections"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(
        "job_title,corrected_isco_code\nkeeper of the seven lamps,9629\n", encoding="utf-8"
    )
    await_answer(lambda: server.code(record).json["source"] == "correction")
    assert server.code(record).json["isco_code"] == "9629"


def test_corrections_that_vanish_go_on_counting_and_the_health_says_so(server: Server) -> None:
    record = {"job_title": "keeper of the eight lamps"}
    folder = server.project / "data" / "corrections"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "b.csv").write_text(
        "job_title,corrected_isco_code\nkeeper of the eight lamps,9629\n", encoding="utf-8"
    )
    await_answer(lambda: server.code(record).json["source"] == "correction")
    away = folder.rename(folder.with_name("away"))
    await_answer(lambda: "share connected" in server.ask("GET", "/health").json["status"])
    assert server.ask("GET", "/health").status == 200
    assert server.code(record).json["source"] == "correction"
    away.rename(folder)
    await_answer(lambda: server.ask("GET", "/health").json["status"] == "ok")


def test_the_page_describes_every_request_and_loads_nothing(server: Server) -> None:
    page = server.ask("GET", "/").body.decode()
    paths = server.ask("GET", "/openapi.json").json["paths"]
    assert set(paths) == {"/code", "/search", "/groups/{code}", "/health"}
    assert all(f"{path}</code>" in page for path in paths)
    assert "<script" not in page and not re.search(r"(src|href)=\"(https?:)?//", page)
    assert "default-src 'none'" in page


def test_names_of_other_machines_are_refused(server: Server) -> None:
    answer = server.ask("GET", "/health", Host="evil.example")
    assert answer.status == 421 and "need a token" in answer.json["detail"]
    assert server.ask("GET", "/health", Host=f"localhost:{server.port}").status == 200
    assert server.ask("GET", "/docs").status == 404 and server.ask("GET", "/code").status == 405


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_hostile_requests_get_documented_answers(server: Server, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{server.port}/openapi.json")
    statuses: Counter[int] = Counter()
    for operation in schema.get_all_operations():
        if operation.ok().path == "/health":
            continue  # it has no parameter

        @settings(max_examples=6, database=None, suppress_health_check=list(HealthCheck))
        @given(operation.ok().as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case) -> None:
            statuses[case.call_and_validate().status_code] += 1

        ask()
    assert sum(statuses.values()) >= 3 * 3 and not {500, 503} & set(statuses)
    assert (200 if mode is GenerationMode.POSITIVE else 422) in statuses
    assert server.ask("GET", "/health").json["status"] == "ok"
