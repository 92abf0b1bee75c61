"""The requests that the server answers, and its description in OpenAPI."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any

from fastapi import (
    APIRouter,
    Depends,
    FastAPI,
    HTTPException,
    Path,
    Query,
    Request,
    Response,
    Security,
)
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException as StarletteHTTPException

from core.errors import IscoError
from core.html import encoded
from core.isco_titles.group_notes import group_notes
from core.isco_titles.group_titles import title_languages
from core.settings import OutputSettings
from core.version import VERSION
from inference.decision import Prediction
from inference.output_columns import answer_values
from isco import Coder, taxonomy
from web.coding_queue import BusyError, CodingQueue
from web.group_search import find_groups
from web.guard import Guard
from web.payloads import (
    MAX_RECORDS,
    Coded,
    FoundGroup,
    Group,
    GroupDetails,
    Health,
    Problem,
    RecordOrRecords,
    Search,
)
from web.request_faults import (
    RECORD_WORDS,
    check_columns,
    check_parameters,
    check_query,
    fault_of,
    unreadable,
)
from web.unique_names import UniqueNamesRoute

_ABOUT = "Codes job titles and duties to ISCO-08, for interview forms and other programs."
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": reason}
    for status, reason in {
        400: "the body is not JSON, or the request ended early",
        401: "the token is missing or wrong",
        408: "the request took too long to arrive",
        413: "the body has more than 2 MiB",
        421: "the host is not this machine, and the server has no token",
        422: "a part of the request is not what was expected",
        429: "too many requests from this address",
        503: "too many records wait, the corrections cannot be read, or the server is stopped",
    }.items()
}
_Language = Annotated[
    str | None,
    Query(
        pattern=f"^({'|'.join(title_languages())})$",
        description="language of the titles, ISO 639-1; output.language for none",
    ),
]


async def _check_parameters(request: Request) -> None:
    """Raise ArgumentError for a parameter that the request's route does not take, or no text."""
    check_query(request.scope["query_string"])
    known = [field.alias for field in request.scope["route"].dependant.query_params]
    check_parameters([name for name, _ in request.query_params.multi_items()], known)


_router = APIRouter(
    responses=_REFUSALS,
    dependencies=[Depends(_check_parameters)],
    route_class=UniqueNamesRoute,
)


def make_app(coder: Coder, token: str, requests_per_s: float) -> Guard:
    """Return the server of ``coder`` as an ASGI application; see ``Guard`` for the limits."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        queue = CodingQueue(coder)
        app.state.queue = queue
        fresh = asyncio.create_task(queue.keep_fresh())
        yield
        fresh.cancel()
        with suppress(asyncio.CancelledError):
            await fresh
        queue.close()

    app = FastAPI(
        title="isco-coder",
        version=VERSION,
        summary=_ABOUT,
        lifespan=lifespan,
        docs_url=None,  # they load scripts from another machine
        redoc_url=None,
        redirect_slashes=False,  # no address is another one with a slash at its end
        dependencies=[Security(HTTPBearer(auto_error=False))] if token else [],
    )
    app.include_router(_router)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _unknown)
    app.add_exception_handler(IscoError, _refused)
    record = app.openapi()["components"]["schemas"]["Record"]
    for name in coder.settings.data.context_in_duties:
        record["properties"][name] = record["properties"]["job_title"] | {
            "title": name,
            "description": "appended to the duties; null if it is missing",
        }
        record["required"].append(name)
        record["examples"][0][name] = ""
    return Guard(app, token, requests_per_s)


@_router.post(
    "/code",
    summary="Code one record, or up to 1,000",
    response_model=Coded | list[Coded],
    response_description="the code of the record, or a list with one for each",
)
async def code(body: RecordOrRecords, request: Request) -> Response:
    """Return the code of the record; for a list, a list in the same order."""
    queue: CodingQueue = request.app.state.queue
    check_columns(body, queue.coder.settings.data.context_in_duties)
    records = body if isinstance(body, list) else [body]
    predictions, version = await queue.code(records)
    coded = [_coded(prediction, version, queue.coder.settings.output) for prediction in predictions]
    return JSONResponse(coded if isinstance(body, list) else coded[0])


@_router.get(
    "/search",
    summary="Find groups by words, for type-ahead",
    response_model=Search,
    response_description="the groups that were found, none if no group fits",
)
async def search(
    request: Request,
    q: Annotated[
        str, Query(min_length=1, max_length=200, description="words as far as they are typed")
    ],
    language: _Language = None,
    n: Annotated[int, Query(ge=1, le=50, description="at most so many groups")] = 10,
) -> Search:
    """Return the groups that fit the words, unit groups first, the likeliest first.

    Groups are found by their title or code, by job titles that are known of them (in English), and
    by the model.
    """
    queue: CodingQueue = request.app.state.queue

    def find() -> tuple[list[FoundGroup], str]:
        shown = language or queue.coder.settings.output.language
        return find_groups(queue.coder, q, shown, n), queue.coder.model_version

    groups, version = await queue.run(find)
    return Search(groups=groups, model_version=version)


@_router.get(
    "/groups/{code}",
    summary="Look up a group of ISCO-08",
    response_model=GroupDetails,
    response_description="the group",
    responses={404: {"model": Problem, "description": "there is no such group"}},
)
async def group(
    request: Request,
    code: Annotated[str, Path(pattern="^[0-9]{1,4}$", description="1 to 4 digits")],
    language: _Language = None,
) -> GroupDetails:
    """Return titles of the group and of its relatives, and what is said about it, in English."""
    if not taxonomy.is_valid(code):
        raise HTTPException(404, f"found {code!r}; expected a code of ISCO-08, such as 2221")
    coder: Coder = request.app.state.queue.coder
    shown = language or coder.settings.output.language
    note = group_notes().get(code)
    parts = ("description", "tasks", "included", "excluded", "index_titles")
    return GroupDetails(
        **_group(code, shown).model_dump(),
        parents=[_group(parent, shown) for parent in taxonomy.parents(code)],
        children=[_group(child, shown) for child in taxonomy.children(code)],
        **{part: getattr(note, part) if note is not None else "" for part in parts},
    )


@_router.get(
    "/health",
    summary="Ask whether the server codes",
    response_model=Health,
    response_description="it codes; what it lacks stands in status",
)
async def health(request: Request) -> Health:
    """Return the version of the model that codes the next record."""
    queue: CodingQueue = request.app.state.queue
    version = await queue.run(lambda: queue.coder.model_version)
    return Health(status=queue.warning or "ok", model_version=version)


@_router.get("/", include_in_schema=False)
async def page(request: Request) -> HTMLResponse:
    """Return the description of all requests as a page without scripts."""
    schema = request.app.openapi()
    operations = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    record = schema["components"]["schemas"]["Record"]
    content = encoded(
        "api.html",
        about=_ABOUT,
        version=VERSION,
        operations=operations,
        record=record,
        example=json.dumps(record["examples"][0]),
        address=str(request.base_url),
        max_records=MAX_RECORDS,
        refusals={str(status): refusal["description"] for status, refusal in _REFUSALS.items()},
    )
    return HTMLResponse(content)


def _coded(prediction: Prediction, version: str, output: OutputSettings) -> dict[str, Any]:
    """Return the answer for one record, with the values of predictions.csv."""
    values = answer_values(prediction, version, output)
    derived = {name: values.pop(name) for name in output.derived}
    return {**values, "derived": derived}


def _group(code: str, language: str) -> Group:
    return Group(isco_code=code, isco_title=taxonomy.title(code, language))


async def _invalid(request: Request, error: Exception) -> Response:
    """Return the first fault of a request: where it is, and what was expected."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return _problem(400, f"body: found text that is no JSON; expected {RECORD_WORDS}")
    context = request.app.state.queue.coder.settings.data.context_in_duties
    return _problem(422, fault_of(first, request.headers.get("content-type", ""), context))


async def _unknown(request: Request, error: Exception) -> Response:
    """Return why there is no answer: no such address, another method, no readable body."""
    assert isinstance(error, StarletteHTTPException)
    detail = error.detail
    if error.status_code == 404 and detail == "Not Found":
        detail = f"found the address {request.url.path[:60]!r}; expected one of those that / lists"
    elif error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "another method")
        detail = f"found {request.method}; expected {allowed}"
    elif error.status_code == 400:
        detail = unreadable(request.headers.get("content-encoding", ""))
    return _problem(error.status_code, detail, error.headers)


async def _refused(request: Request, error: Exception) -> Response:
    return _problem(503 if isinstance(error, BusyError) else 422, str(error))


def _problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    readable = detail.encode("utf-8", "backslashreplace").decode()  # half a character of JSON
    if status == 503:
        headers = {"Retry-After": "1"}
    return JSONResponse({"detail": readable}, status, headers)
