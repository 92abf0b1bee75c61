"""Refuse a JSON object that has a name twice: Python would take the last value without a word."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

_MAX_SHOWN_CHARS = 60


class UniqueNamesRoute(APIRoute):
    """A route whose requests have each name of an object once."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, which reads bodies so."""
        handle = super().get_route_handler()

        async def handle_unique(request: Request) -> Response:
            return await handle(_UniqueNamesRequest(request.scope, request.receive))

        return handle_unique


class _UniqueNamesRequest(Request):
    async def json(self) -> Any:
        """Return the body. Raises HTTPException where an object of it has a name twice."""
        value = json.loads(await self.body(), object_pairs_hook=_object)
        records = value if isinstance(value, list) else [value]
        for number, record in enumerate(records, 1):
            if isinstance(record, _Repeating):
                where = f"record {number}: " if isinstance(value, list) else ""
                name = record.repeated[:_MAX_SHOWN_CHARS]
                raise HTTPException(422, f"{where}found the name {name!r} twice; expected it once")
        return value


class _Repeating(dict[str, Any]):
    """An object that has the name ``repeated`` twice."""

    repeated = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    repeating = _Repeating(values)
    names = [name for name, _ in pairs]
    repeating.repeated = next(name for name in names if names.count(name) > 1)
    return repeating
