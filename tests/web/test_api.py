"""What the server answers, asked as a program would ask it."""

from __future__ import annotations

import asyncio
import html
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from core.isco_scores.derived_variables import derived_values
from isco import Coder, taxonomy
from tests.web.conftest import Server
from web.api import make_app
from web.payloads import Coded

RECORDS: list[dict[str, str | None]] = [
    {"job_title": "registered nurse", "duties_description": "looks after patients"},
    {"job_title": "retired"},
    {"job_title": None},
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
        assert answer.keys() == Coded.model_fields.keys()
    assert answers[0]["isco_title"] == "Nursing Professionals"
    assert answers[0]["model_version"] == coder.model_version
    assert answers[0]["derived"] == derived_values("2221", ("isei08",))
    assert answers[1]["derived"] == {"isei08": None}


def test_a_thousand_records_are_coded_and_no_more(server: Server) -> None:
    records = [{"job_title": f"nurse {number % 7}"} for number in range(1001)]
    answer = server.code(records[:1000])
    assert answer.status == 200 and len(answer.json) == 1000
    refused = server.code(records)
    assert (
        refused.status == 422
        and "found 1,001 records; expected at most 1,000" in refused.json["detail"]
    )


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("{}", 422, "job_title: found nothing; expected a value"),
        ('{"duties_description": "x"}', 422, "job_title: found nothing; expected a value"),
        (
            '{"title": "nurse"}',
            422,
            "job_title: found nothing, but the unknown name 'title'; expected job_title, duties_d",
        ),
        (
            '[{"job_title": "x"}, {"title": "nurse", "duties": 7}]',
            422,
            "record 2, job_title: found nothing, but the unknown names 'title', 'duties'; expected",
        ),
        (
            '{"job_title": "x", "a": "", "b": "", "c": "", "d": "", "e": "", "f": ""}',
            422,
            "found the unknown names 'a', 'b', 'c', 'd', 'e', …; expected job_title",
        ),
        ('{"job_title": "x", "age": "3"}', 422, "found the unknown name 'age'; expected job"),
        ('[{"job_title": "x"}, {"job_title": 7}]', 422, "record 2, job_title: found 7; expected"),
        ("null", 422, "body: found null; expected a record, such"),
        ('{"job_title": NaN}', 422, "job_title: found NaN; expected a text, or null"),
        ('{"job_title": true}', 422, "job_title: found true; expected a text, or null"),
        (
            '[{"job_title": "x"}, {"job_title": "", "a": ""}]',
            422,
            "record 2: found the unknown name 'a'",
        ),
        (
            '{"job_title": "x", "x": 1}',
            422,
            "found the unknown name 'x'; expected job_title, duties_description",
        ),
        ('{"job_title": "x", "record": 1}', 422, "found the unknown name 'record'; expected"),
        (
            '[{"job_title": "x"}, {"job_title": "x", "x": {"y": 1}}]',
            422,
            "record 2: found the unknown name 'x'; expected job_title, duties_description",
        ),
        ("[]", 422, "found 0 records; expected at least 1 record"),
        ("3", 422, "body: found 3; expected a record"),
        ('{"job_title": "\\ud800"}', 422, "job_title: found "),
        ('{"\\ud800": "nurse"}', 422, "found "),
        (
            '{"job_title": "nurse", "job_title": "cook"}',
            422,
            "found the name 'job_title' twice; expected it once",
        ),
        (
            '[{"job_title": "x"}, {"duties_description": "", "job_title": "", "job_title": ""}]',
            422,
            "record 2: found the name 'job_title' twice",
        ),
        ("{bad", 400, "found text that is no JSON; expected"),
        ("[" * 200_000, 400, "body: found "),
        ('{"job_title": "%s"}' % ("x" * 10_001), 422, "found 10,001 characters; expected at most"),
        (
            b'{"job_title": "caf\xe9"}',
            400,
            "body: found what cannot be read; expected JSON in UTF-8",
        ),
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
        ("q=Dachdecker&language=de", "7121", "title"),
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


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/search?q=nurse&lang=de", "found the unknown parameter 'lang'; expected q, language, n"),
        ("/search?query=nurse", "found the unknown parameter 'query'; expected q, language, n"),
        ("/search?q=nurse&q=cook", "q: found 2 values; expected one"),
        ("/groups/2221?lang=fr", "found the unknown parameter 'lang'; expected language"),
        ("/health?x", "found the unknown parameter 'x'; expected no parameter"),
    ],
)
def test_a_parameter_that_says_nothing_is_named(address: str, words: str, server: Server) -> None:
    answer = server.ask("GET", address)
    assert answer.status == 422 and answer.json["detail"] == words


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
    assert page.count("<main>") == page.count("</main>") == 1, "what a screen reader jumps to"
    ((record, address),) = re.findall("-d '(.*?)' (.*?)</code>", html.unescape(page))
    assert address == f"http://127.0.0.1:{server.port}/code"
    assert server.code(json.loads(record)).json["isco_code"]
    assert "Successful Response" not in page


def test_names_of_other_machines_are_refused(server: Server) -> None:
    answer = server.ask("GET", "/health", Host="evil.example")
    assert answer.status == 421 and "need a token" in answer.json["detail"]
    assert server.ask("GET", "/health", Host=f"localhost:{server.port}").status == 200
    assert server.ask("GET", f"http://localhost:{server.port}/health").status == 200


def test_what_is_not_there_is_named(server: Server) -> None:
    missing = server.ask("GET", "/docs")
    assert missing.status == 404 and "found the address '/docs'; expected" in missing.json["detail"]
    slash = server.ask("GET", "/groups/2221/")
    assert slash.status == 404 and "'/groups/2221/'" in slash.json["detail"]
    other = server.ask("GET", "/code")
    assert other.status == 405 and other.json["detail"] == "found GET; expected POST"
    plain = server.ask("POST", "/code", '{"job_title": "nurse"}', Content_Type="text/plain")
    assert (
        plain.status == 422 and "expected 'Content-Type: application/json'" in plain.json["detail"]
    )
    assert server.ask("GET", "/groups/x").json["detail"] == (
        "code: found 'x'; expected 1 to 4 digits"
    )


def test_a_web_socket_is_refused_as_any_other_request(server: Server) -> None:
    key = {"Sec-WebSocket-Key": "A" * 22 + "==", "Sec-WebSocket-Version": "13"}
    answer = server.ask("GET", "/code", Connection="Upgrade", Upgrade="websocket", **key)
    assert answer.status == 405 and answer.json["detail"] == "found GET; expected POST"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", ["q=Kr%E4nkenpfleger", "q=nurse&language=d%E9", "%E4=1&q=nurse"])
def test_an_address_that_is_not_utf8_is_refused(query: str, server: Server) -> None:
    """A form in Latin-1 would search for other words without a sign of it."""
    answer = server.ask("GET", f"/search?{query}")
    assert answer.status == 422
    assert "found bytes that are not UTF-8; expected the query in UTF-8" in answer.json["detail"]
    assert server.ask("GET", "/search?q=Kr%C3%A4nkenpfleger").json["groups"]


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (b"", {"Content-Type": "application/json"}, "body: found nothing; expected a record, such"),
        (b"\x1f\x8b", {"Content-Encoding": "gzip"}, "'Content-Encoding: gzip'; expected none"),
    ],
)
def test_a_body_that_cannot_be_one_is_named(
    body: bytes, headers: dict[str, str], words: str, server: Server
) -> None:
    answer = server.ask("POST", "/code", body, **headers)
    assert 400 <= answer.status < 500 and words in answer.json["detail"]


@pytest.mark.parametrize("path", ["/", "/health"])
def test_monitors_may_ask_for_the_head_alone(path: str, server: Server) -> None:
    answer = server.ask("HEAD", path)
    assert answer.status == 200 and not answer.body


def answers_in_process(config: Path, *requests: tuple[str, str, Any]) -> list[tuple[int, Any]]:
    """Return status and body of each request to a server of a project of its own."""
    application = make_app(Coder(config), "", 100)._app

    async def ask(method: str, path: str, body: Any) -> tuple[int, Any]:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"content-type", b"application/json")],
        }
        await application(scope, receive, send)
        return sent[0]["status"], json.loads(sent[1]["body"])

    async def ask_all() -> list[tuple[int, Any]]:
        assert isinstance(application, FastAPI)
        async with application.router.lifespan_context(application):
            return [await ask(*request) for request in requests]

    return asyncio.run(ask_all())


def test_columns_of_the_context_are_taken(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("data: {context_in_duties: [Sector]}\n", encoding="utf-8")
    record = {"job_title": "worker", "sector": "nursing of patients on a ward"}
    one, listed, left_out, misnamed, twice, empty, search, schema = answers_in_process(
        config,
        ("POST", "/code", record),
        ("POST", "/code", [record]),
        ("POST", "/code", [{"job_title": "worker"}]),
        ("POST", "/code", {"job_title": "worker", "branch": ""}),
        ("POST", "/code", record | {"SECTOR": ""}),
        ("POST", "/code", record | {"sector": None}),
        ("GET", "/search?q=nurse", None),
        ("GET", "/openapi.json", None),
    )
    expected = Coder(config).code("worker", None, {"Sector": record["sector"]})
    assert one[1]["confidence"] == expected.confidence and listed == (200, [one[1]])
    assert left_out[0] == 422
    assert "record 1: found no 'Sector'; expected one 'Sector' with a text" in left_out[1]["detail"]
    assert "found no 'Sector', but the unknown name 'branch'; expected" in misnamed[1]["detail"]
    assert twice[0] == 422 and "found 'sector' and 'SECTOR'; expected one" in twice[1]["detail"]
    assert empty[0] == 200 and empty[1]["confidence"] != expected.confidence
    assert search[1]["groups"]
    described = schema[1]["components"]["schemas"]["Record"]
    assert described["required"] == ["job_title", "Sector"]
    sector = described["properties"]["Sector"]
    assert sector["title"] == "Sector" and "default" not in sector  # it may not be left out
    assert "Sector" in described["properties"]


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
