"""Many clients at once: each gets a page or is asked to come again, none waits long."""

import http.client
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from socialcell import db
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.web.console import console_server
from tests import operators

pytestmark = pytest.mark.faults
CLIENTS = 60
LONGEST = 30.0  # seconds, on a busy machine


def ask(address: str, token: str, path: str) -> tuple[int, float, str]:
    """Status, seconds and Retry-After of a page."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=LONGEST)
    began = time.monotonic()
    try:
        connection.request("GET", path, headers={"Cookie": f"__Host-console={token}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.monotonic() - began, answer.getheader("retry-after")
    finally:
        connection.close()


def test_sixty_clients_at_once_get_a_page_or_are_asked_to_come_again(
    context: Context,
) -> None:
    token = operators.browser_token(context, "Ravi Sample", Role.LEAD)

    with (
        console_server.serving(context) as address,
        ThreadPoolExecutor(CLIENTS) as clients,
    ):
        paths = ["/en/", "/mr/mentions", "/hi/incidents"] * (CLIENTS // 3)
        answers = list(clients.map(lambda path: ask(address, token, path), paths))

    statuses = Counter(status for status, _seconds, _retry in answers)
    assert set(statuses) <= {200, 503}
    assert statuses[200] >= console_server.THREADS
    assert all(retry for status, _seconds, retry in answers if status == 503)
    assert max(seconds for _status, seconds, _retry in answers) < LONGEST


def test_a_page_of_a_database_that_another_process_holds_is_read_all_the_same(
    context: Context,
) -> None:
    token = operators.browser_token(context, "Ravi Sample", Role.LEAD)

    with console_server.serving(context) as address, db.writing(context.engine):
        status, seconds, _retry = ask(address, token, "/en/incidents")

    assert status == 200
    assert seconds < LONGEST
