"""Whole tables, row by row in the order of their key.

PostgreSQL promises no order without ORDER BY: a row that was updated may come last.
"""

from typing import Any

from sqlalchemy import Select, inspect, select


def in_order(model: Any) -> Select[Any]:
    """A query of a model's rows in the order of the primary key."""
    return select(model).order_by(*inspect(model).primary_key)
