"""Which files were imported, and how they were read."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from socialcell.json_types import JsonObject
from socialcell.ops.model import ImportedFile


def find_import(
    session: Session, sha256: str, format: str, way: JsonObject
) -> ImportedFile | None:
    """The finished import of these bytes, read in this way; None if there is none."""
    same_bytes = session.scalars(
        select(ImportedFile)
        .where(col(ImportedFile.sha256) == sha256, col(ImportedFile.format) == format)
        .order_by(col(ImportedFile.id))
    )
    return next(
        (imported for imported in same_bytes if (imported.mapping or {}) == dict(way)),
        None,
    )


def record_import(
    session: Session,
    sha256: str,
    format: str,
    way: JsonObject,
    *,
    name: str,
    rows: int,
    run_id: int,
    now: datetime,
) -> None:
    """Remember that a file was read to its end."""
    session.add(
        ImportedFile(
            sha256=sha256,
            name=name,
            format=format,
            mapping=dict(way),
            rows=rows,
            run_id=run_id,
            imported_at=now,
        )
    )
