"""Who works on a case and within which time, by routing.csv: in force, and imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from socialcell import db
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.desk import routing_table
from socialcell.desk.model import DeskCase
from socialcell.desk.routing_lint import lint_routes
from socialcell.desk.routing_table import RouteFinder, RouteRecord
from socialcell.desk.store import routes as store
from socialcell.errors import SocialcellError
from socialcell.listening.areas.area_table import NumberedCells
from socialcell.listening.areas.owner_table import OWN
from socialcell.listening.areas.row_problem import RowProblem
from socialcell.listening.store import areas as area_store
from socialcell.listening.store import owners
from socialcell.ops import audit
from socialcell.services.context import Context


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """A row in force; `is_own`: the cell's, not the package's."""

    route: RouteRecord
    is_own: bool


@dataclass(frozen=True)
class RoutingImport:
    """How many rows of a file are new, changed and as before; removed by --replace."""

    added: int
    changed: int
    unchanged: int
    removed: int


def route_finder(session: Session) -> RouteFinder:
    """The routes in force."""
    return RouteFinder(routing_table.own_before_shipped(store.own_routes(session)))


def service_hours(session: Session, case: DeskCase) -> RouteRecord:
    """The row of a case: its hours, and what they count."""
    return route_finder(session).find(case.topic, case.area)


def list_routes(context: Context, topic: str | None = None) -> list[RouteEntry]:
    """The rows in force, of one topic or all."""
    with db.reading(context.engine) as session:
        own = store.own_routes(session)
    return [
        RouteEntry(route, route in own)
        for route in routing_table.own_before_shipped(own)
        if topic in (None, route.topic)
    ]


def lint_file(context: Context, path: Path | None) -> list[RowProblem]:
    """Problems of a routing.csv (None: the package's own)."""
    return _lint(context, routing_table.read_cells(path))


def import_routes(
    context: Context,
    path: Path,
    options: TableOptions = AS_IT_IS,
    *,
    replace: bool = False,
    dry_run: bool = False,
) -> RoutingImport:
    """Take the rows of a routing.csv; all of them, or none with every reason why.

    A row of the same topic and area is changed; with `replace` the file's rows are all
    of the cell's own, beside which the package's are in force. Clocks that run keep
    their time. Audited.
    """
    rows = routing_table.read_cells(path, options)
    if problems := _lint(context, rows):
        raise SocialcellError(
            "deskclocks.routes_refused",
            n=len(problems),
            lines=[problem.in_file(path) for problem in problems],
        )
    new = {
        route.identity: route
        for route in (routing_table.as_route(cells) for _number, cells in rows)
    }
    with db.writing(context.engine) as session:
        db.take_turn(session, "routing")
        current = {route.identity: route for route in store.own_routes(session)}
        counts = RoutingImport(
            added=len(new.keys() - current.keys()),
            changed=sum(
                current[identity] != new[identity]
                for identity in new.keys() & current.keys()
            ),
            unchanged=sum(
                current.get(identity) == route for identity, route in new.items()
            ),
            removed=len(current.keys() - new.keys()) if replace else 0,
        )
        if not dry_run and (counts.added or counts.changed or counts.removed):
            rows_in_force = new if replace else {**current, **new}
            store.replace_routes(session, rows_in_force.values())
            now = context.clock.now()
            audit.append(
                session, context.actor, "routing.import", path.name, vars(counts), now
            )
    return counts


def _lint(context: Context, rows: Sequence[NumberedCells]) -> list[RowProblem]:
    with db.reading(context.engine) as session:
        areas = [
            area.id
            for area in area_store.all_areas(session)
            if area.kind == "ward_office"
        ]
        teams = [id_ for id_ in owners.list_ids(session) if id_.startswith(OWN)]
    return lint_routes(rows, areas, teams)
