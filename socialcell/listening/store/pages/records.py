"""What a record says: cleaned, hashed, and which of two sightings is the newer."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

from socialcell.connectors.base import Record, RecordAuthor
from socialcell.json_types import JsonValue
from socialcell.text import clean_text

_NEVER = datetime.min.replace(tzinfo=UTC)


def cleaned(record: Record) -> Record:
    """The record with every text that came from outside cleaned."""
    text, title, url = clean_text(record.text), _clean(record.title), _clean(record.url)
    external_id = clean_text(record.external_id)
    links = tuple(dict.fromkeys(map(clean_text, record.links)))
    author = _cleaned_author(record.author)
    # Most are clean, and a copy costs more than to look.
    if (text, title, url, external_id, links, author) == (
        *(record.text, record.title, record.url),
        *(record.external_id, record.links, record.author),
    ):
        return record
    return replace(
        record,
        text=text,
        title=title,
        url=url,
        external_id=external_id,
        links=links,
        author=author,
    )


def _cleaned_author(author: RecordAuthor | None) -> RecordAuthor | None:
    if author is None:
        return None
    handle, name = _clean(author.handle), _clean(author.name)
    uid = clean_text(author.uid)
    if (handle, name, uid) == (author.handle, author.name, author.uid):
        return author
    return replace(author, handle=handle, name=name, uid=uid)


def content_hash(record: Record) -> str:
    """A hash of what counts as content: not the engagement, not the time of arrival."""
    author = record.author
    content: list[JsonValue] = [
        record.kind,
        record.text,
        record.title,
        record.url,
        record.language,
        record.conversation,
        record.edited_at.isoformat() if record.edited_at else None,
        [author.uid, author.handle, author.name, author.verified] if author else None,
        sorted([relation.kind, relation.target] for relation in record.relations),
        sorted(record.links),
    ]
    if record.withheld is not None:  # hashes of all others stay what they were
        content.append(withheld_of(record))
    if entry := _register_entry(record):
        content.append(entry)
    return _sha256(content)


def _register_entry(record: Record) -> dict[str, JsonValue]:
    """What a register says of a complaint; empty for all that comes from none."""
    closed = record.closed_at.isoformat() if record.closed_at else None
    entry = {"status": record.status, "ward": record.ward, "closed_at": closed}
    entry["department"] = record.department
    return {name: words for name, words in entry.items() if words is not None}


def withheld_of(record: Record) -> dict[str, JsonValue] | None:
    """Where a record's platform does not show it, as it is stored."""
    withheld = record.withheld
    if withheld is None:
        return None
    return {
        "countries": list(withheld.countries),
        "scope": withheld.scope,
        "copyright": withheld.copyright,
    }


def version(record: Record) -> tuple[bool, datetime]:
    """Of two sightings of an item the greater is the newer: a removal, a later edit."""
    return (is_removed(record), record.edited_at or _NEVER)


def is_removed(record: Record) -> bool:
    return "text" in record.missing


def _clean(text: str | None) -> str | None:
    return None if text is None else clean_text(text)


def _sha256(content: JsonValue) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()
