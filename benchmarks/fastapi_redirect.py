"""The usual redirect, to measure against: FastAPI, and one INSERT for each click.

python -m benchmarks.fastapi_redirect PORT DATABASE DESTINATION

SQLite in WAL with synchronous NORMAL, which is the fast way: ours is FULL.
"""

import sqlite3
import sys
import time

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse

CODE = "k7mq2xd"


def application(path: str, destination: str) -> FastAPI:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("CREATE TABLE click (code TEXT, at REAL, agent TEXT)")
    links = {CODE: destination}
    app = FastAPI()

    @app.get("/r/{code}")
    async def follow(code: str, request: Request) -> RedirectResponse:
        if code not in links:
            raise HTTPException(404)
        agent = request.headers.get("user-agent")
        connection.execute(
            "INSERT INTO click VALUES (?, ?, ?)", (code, time.time(), agent)
        )
        return RedirectResponse(links[code], status_code=302)

    return app


if __name__ == "__main__":
    port, path, destination = sys.argv[1:]
    uvicorn.run(
        application(path, destination),
        port=int(port),
        http="httptools",
        loop="uvloop",
        log_config=None,
        access_log=False,
    )
