"""Builders of exported files, with people and posts that are invented."""

import json
from pathlib import Path
from typing import Any

from socialcell.connectors.base import Filtered, Item, Record, Reject
from socialcell.connectors.file_detection import open_file
from socialcell.connectors.files.column_mapping import ColumnMapping

FIRST_ID = 1991000000000000000


class Free:
    """A budget that allows everything."""

    def take(self, bucket: str, n: int = 1) -> None:
        return


def post(number: int = 1, **other: Any) -> dict[str, Any]:
    """A post of X's API v2; `other` replaces or adds fields."""
    return {
        "id": str(FIRST_ID + number),
        "text": f"कोथरूडमध्ये पाणी नाही {number}",
        "author_id": "900000001",
        "created_at": "2026-11-24T05:30:00.000Z",
        "lang": "mr",
        "conversation_id": str(FIRST_ID + number),
        "edit_history_tweet_ids": [str(FIRST_ID + number)],
        "public_metrics": {"like_count": 3, "retweet_count": 1},
        **other,
    }


def user(uid: str = "900000001", **other: Any) -> dict[str, Any]:
    return {
        "id": uid,
        "username": "asha_sample",
        "name": "Asha Sample",
        "public_metrics": {"followers_count": 120, "tweet_count": 40},
        **other,
    }


def page(*posts: Any, **other: Any) -> dict[str, Any]:
    """A response with its author and, like X's, the referenced posts as context."""
    return {
        "data": list(posts),
        "includes": {"users": [user()], "tweets": [post(900)]},
        "meta": {"result_count": len(posts)},
        **other,
    }


def write(path: Path, *lines: Any) -> Path:
    """A file of lines: text as it is, anything else as JSON."""
    said = (
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)
        for line in lines
    )
    path.write_text("".join(f"{line}\n" for line in said), encoding="utf-8")
    return path


def items(
    path: Path,
    format: str = "auto",
    *,
    mapping: ColumnMapping | None = None,
    cursor: dict[str, Any] | None = None,
) -> list[Item]:
    connector, _found = open_file(path, format, mapping)
    batches = connector.pull(cursor, Free(), lambda: False)
    return [item for batch in batches for item in batch.items]


def records(path: Path, format: str = "auto", **how: Any) -> list[Record]:
    """The records of a file in which every row is one."""
    found = items(path, format, **how)
    assert all(isinstance(item, Record) for item in found), found
    return [item for item in found if isinstance(item, Record)]


def reasons(path: Path, format: str = "auto", **how: Any) -> dict[int | None, str]:
    """Row → reason of what was rejected."""
    found = items(path, format, **how)
    return {item.row: item.reason for item in found if isinstance(item, Reject)}


def rules(path: Path, format: str = "auto") -> list[str]:
    return [item.rule for item in items(path, format) if isinstance(item, Filtered)]
