"""A client of an ASGI application in this process; each request has its own loop."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.types import ASGIApp

BASE = "http://city.example/api/v1/"


@dataclass
class ApiClient:
    """Requests below /api/v1 with these headers. What the application raises is raised
    here, but where `raises` says otherwise."""

    app: ASGIApp
    headers: Mapping[str, str] = field(default_factory=dict)
    raises: bool = True

    def get(
        self, path: str, params: Mapping[str, str] | None = None, **headers: str
    ) -> httpx.Response:
        return self.request("GET", path, params, **headers)

    def post(
        self, path: str, body: Any, key: str | None = None, **headers: str
    ) -> httpx.Response:
        """Send a JSON body, or bytes as they are, with an Idempotency-Key."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"content-type": "application/json", **headers}
        if key is not None:
            given["idempotency-key"] = key
        return asyncio.run(self._send("POST", path, None, given, content))

    def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        **headers: str,
    ) -> httpx.Response:
        return asyncio.run(self._send(method, path, params, headers))

    async def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
        content: bytes | None = None,
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=self.raises)
        every = {**self.headers, **headers}
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(
                method, path, params=params, headers=every, content=content
            )
