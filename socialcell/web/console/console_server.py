"""The staff console as a server: its table of screens, its application, its workers."""

import contextlib
import functools
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from socialcell import log
from socialcell.identity.actor import os_account
from socialcell.services.context import Context, open_context
from socialcell.web.api.application import create_api
from socialcell.web.connections.connection_limits import (
    ConnectionLimits,
    connection_limits,
)
from socialcell.web.connections.refusal_log import RefusalLog
from socialcell.web.console import (
    account_pages,
    area_pages,
    incident_pages,
    kpi_case_pages,
    kpi_outcome_pages,
    kpi_pages,
    mention_pages,
    sign_in_pages,
    today_page,
)
from socialcell.web.console.campaigns import (
    approval_pages,
    calendar_pages,
    campaign_pages,
    figure_pages,
    influencer_pages,
    link_change_pages,
    link_edit_pages,
    link_pages,
    notice_writing_pages,
    outreach_pages,
    people_pages,
    plan_approval_pages,
    post_pages,
    registry_pages,
)
from socialcell.web.console.desk import (
    answer_pages,
    call_pages,
    care_pages,
    case_act_pages,
    case_end_pages,
    case_pages,
    field_link_pages,
    inbox_act_pages,
    inbox_pages,
    macro_pages,
    mention_case_pages,
    new_case_pages,
    photo_pages,
    reveal_pages,
    routing_pages,
    spoken_answer_pages,
)
from socialcell.web.console.desk.field_link_pages import create_field_pages
from socialcell.web.console.navigation import shell_values
from socialcell.web.console.office import (
    alert_rule_pages,
    audit_pages,
    commitment_pages,
    hand_over_pages,
    outbox_pages,
    privacy_pages,
    record_pages,
    report_pages,
    rumour_pages,
    source_edit_pages,
    source_pages,
    source_upkeep_pages,
    staff_pages,
)
from socialcell.web.console.privacy import (
    access_pages,
    breach_file_pages,
    breach_pages,
    consent_pages,
    notice_pages,
    request_pages,
)
from socialcell.web.console.privacy import report_pages as privacy_report_pages
from socialcell.web.console.room import room_act_pages, room_pages
from socialcell.web.health_pages import serving_health
from socialcell.web.pages.page_application import Site, create_page_application
from socialcell.web.pages.page_templates import PageTemplates
from socialcell.web.pages.screens import Row
from socialcell.web.server_metrics import measure_database_wait
from socialcell.web.serving import open_listener, run_in_thread, server_config
from socialcell.web.worker_process import CountedApplication, ServerSettings
from socialcell.web.workers import run_workers

ROWS: tuple[Row, ...] = (
    *sign_in_pages.ROWS,
    *account_pages.ROWS,
    *today_page.ROWS,
    *inbox_pages.ROWS,
    *inbox_act_pages.ROWS,
    *new_case_pages.ROWS,
    *mention_case_pages.ROWS,
    *case_pages.ROWS,
    *case_act_pages.ROWS,
    *answer_pages.ROWS,
    *photo_pages.ROWS,
    *spoken_answer_pages.ROWS,
    *case_end_pages.ROWS,
    *reveal_pages.ROWS,
    *call_pages.ROWS,
    *macro_pages.ROWS,
    *care_pages.ROWS,
    *routing_pages.ROWS,
    *incident_pages.ROWS,
    *room_pages.ROWS,
    *room_act_pages.ROWS,
    *mention_pages.ROWS,
    *area_pages.ROWS,
    *kpi_pages.ROWS,
    *kpi_case_pages.ROWS,
    *kpi_outcome_pages.ROWS,
    *approval_pages.ROWS,
    *plan_approval_pages.ROWS,
    *campaign_pages.ROWS,
    *source_pages.ROWS,
    *source_upkeep_pages.ROWS,
    *source_edit_pages.ROWS,
    *outbox_pages.ROWS,
    *staff_pages.ROWS,
    *hand_over_pages.ROWS,
    *calendar_pages.ROWS,
    *notice_writing_pages.ROWS,
    *post_pages.ROWS,
    *outreach_pages.ROWS,
    *link_pages.ROWS,
    *link_change_pages.ROWS,
    *link_edit_pages.ROWS,
    *figure_pages.ROWS,
    *audit_pages.ROWS,
    *record_pages.ROWS,
    *commitment_pages.ROWS,
    *alert_rule_pages.ROWS,
    *rumour_pages.ROWS,
    *report_pages.ROWS,
    *privacy_pages.ROWS,
    *request_pages.ROWS,
    *breach_pages.ROWS,
    *breach_file_pages.ROWS,
    *notice_pages.ROWS,
    *privacy_report_pages.ROWS,
    *consent_pages.ROWS,
    *access_pages.ROWS,
    *influencer_pages.ROWS,
    *people_pages.ROWS,  # before /registry/PLATFORM/HANDLE
    *registry_pages.ROWS,
)
THREADS = 12
API = "/api/"
_LOOPBACK = "127.0.0.1"


@functools.cache  # its templates stay compiled
def console_site() -> Site:
    """The console as a site of pages."""
    return Site(
        ROWS,
        PageTemplates("socialcell.web.console", shell_values),
        cookie="console",
        sign_in_path="/sign-in",
        sign_in_page=sign_in_pages.show_sign_in,
    )


def create_console(context: Context, threads: int = THREADS) -> ASGIApp:
    """The console of a workspace as an ASGI application: its pages, those of field
    links at /f/, and the API for programs at /api/v1."""
    pages = create_page_application(context, console_site(), threads)
    api, field_pages = create_api(context), create_field_pages(context)

    async def console(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        application = pages
        if path.startswith(API):
            application = api
        elif path.startswith(field_link_pages.PREFIX):
            application = field_pages
        await application(scope, receive, send)

    return console


@contextlib.contextmanager
def console_process(config: Path) -> Iterator[CountedApplication]:
    """The console in a process of its own, by the path of its workspace's config."""
    context = replace(open_context(config, for_web=True), actor=os_account())
    log.start(context.workspace.config.log.level)
    measure_database_wait(context.engine)
    threads = context.workspace.config.web.threads
    try:
        with RefusalLog(context, "console") as refusals:
            yield CountedApplication(create_console(context, threads), refusals.count)
    finally:
        context.engine.dispose()


@dataclass(frozen=True)
class ConsoleAddresses:
    """Where the console listens: for the web server before it, and for monitors."""

    console: str
    health: str


def serve(
    context: Context,
    config: Path,
    host: str,
    port: int,
    health_port: int,
    announce: Callable[[ConsoleAddresses], None],
    *,
    workers: int = 1,
) -> None:
    """Serve the console of a config file until SIGTERM or SIGINT, with that many
    processes; `context` is its workspace.

    `announce` is called with the addresses once they are open. SocialcellError: a port
    is taken, or workers do not start.
    """
    with (
        tempfile.TemporaryDirectory(prefix="socialcell-metrics-") as folder,
        open_listener(host, port) as listener,
        serving_health(context, _LOOPBACK, health_port, Path(folder)) as health,
    ):
        web = context.workspace.config.web
        settings = ServerSettings(
            f"{__name__}:console_process",
            (config,),
            limits=_limits(context),
            threads=web.threads,
            metrics=Path(folder),
        )

        def tell(address: str) -> None:
            announce(ConsoleAddresses(address, health))

        run_workers(settings, listener, tell, count=workers)


@contextlib.contextmanager
def serving(context: Context, *, port: int = 0) -> Iterator[str]:
    """Serve on loopback in a thread while the block runs; yields the address."""
    with (
        open_listener(_LOOPBACK, port) as listener,
        RefusalLog(context, "console") as refusals,
    ):
        config = server_config(
            create_console(context), _limits(context), refusals.count
        )
        with run_in_thread(config, listener) as address:
            yield address


def _limits(context: Context) -> ConnectionLimits:
    settings = context.workspace.config
    web = settings.web
    return connection_limits(settings.connections, web.connections, web.trusted)
