"""Which team works on a case, and within how many hours: routing.csv."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.listening.areas import area_table
from socialcell.listening.areas.area_table import NumberedCells

EVERY = "*"  # a row of this topic is of all topics that have none of their own
CELL = "cell"  # the team of cases that no department works on
WORKING, WALL = "working", "wall"  # the time that hours count
COLUMNS = ("topic", "area", "team", "stage_hours", "total_hours", "counts", "source")
NAME = "routing.csv"


@dataclass(frozen=True, slots=True)
class RouteRecord:
    """Who works on cases of a topic (`*`: of every) in a ward office ("": the whole
    city): each step within `stage_hours`, all of it within `total_hours`, which are
    hours of working time, or of the wall clock."""

    topic: str
    area: str
    team: str
    stage_hours: float
    total_hours: float
    counts: str
    source: str

    @property
    def identity(self) -> tuple[str, str]:
        """What makes a row the same as another."""
        return self.topic, self.area


class RouteFinder:
    """Finds the row of a case: by its topic and ward office, then by its topic, then
    by its ward office, then the row of all."""

    def __init__(self, routes: Iterable[RouteRecord]) -> None:
        self._routes = {route.identity: route for route in routes}

    def find(self, topic: str | None, area: str | None) -> RouteRecord:
        """The row of a topic (None: not known) in a ward office (None: not known)."""
        for identity in (
            (topic or EVERY, area or ""),
            (topic or EVERY, ""),
            (EVERY, area or ""),
        ):
            if route := self._routes.get(identity):
                return route
        return self._routes[EVERY, ""]


@cache
def shipped_routes() -> tuple[RouteRecord, ...]:
    """The package's own rows; the last resort (`*`, the whole city) is among them."""
    return tuple(as_route(cells) for _number, cells in read_cells())


def read_cells(
    path: Path | None = None, options: TableOptions = AS_IT_IS
) -> list[NumberedCells]:
    """The cells of a routing.csv (None: the package's own) by column, each row with its
    number; the heading is row 1. SocialcellError names file and row that cannot be
    read; `routing_lint` says what is wrong in what can."""
    rows, _name = area_table.read_rows(path, NAME, COLUMNS, options, "socialcell.desk")
    return rows


def as_route(cells: dict[str, str]) -> RouteRecord:
    """The route of a row that `routing_lint` has found no fault in."""
    return RouteRecord(
        topic=cells["topic"],
        area=cells["area"],
        team=cells["team"],
        stage_hours=float(cells["stage_hours"]),
        total_hours=float(cells["total_hours"]),
        counts=cells["counts"],
        source=cells["source"],
    )


def own_before_shipped(own: Sequence[RouteRecord]) -> list[RouteRecord]:
    """The rows in force: the cell's own, and the package's that none of them stands in
    place of; by topic and area."""
    routes = {route.identity: route for route in (*shipped_routes(), *own)}
    return [routes[identity] for identity in sorted(routes)]
