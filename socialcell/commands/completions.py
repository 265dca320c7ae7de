"""What a shell completes for the values of options: vocabularies, ids, names.

Each function takes what was typed so far. Nothing is imported before it is called, and
none opens a database but `sources`.
"""

from collections.abc import Iterable
from pathlib import Path

import typer

LANGUAGES = ("mr", "hi", "en")
SEVERITIES = ("high", "medium")


def platforms(incomplete: str) -> list[str]:
    """The platforms by id: x, facebook, news …"""
    from socialcell import platforms as registry

    return _beginning(registry.PLATFORMS, incomplete)


def wards(incomplete: str) -> list[str]:
    """Ward offices as --ward takes them: kothrud-bavdhan.

    Without `ward:`, as a shell breaks words at a colon.
    """
    from socialcell.listening.areas.area_table import read_areas

    ids = (area.id for area in read_areas() if area.kind == "ward_office")
    return _beginning(_ends(ids), incomplete)


def owners(incomplete: str) -> list[str]:
    """Owners of the package by the end of their id, and the groups of owners."""
    from socialcell.listening.areas.owner_table import read_owners

    ids = (entry.owner for entry in read_owners())
    return _beginning(("pmc", "other", "none", *_ends(ids)), incomplete)


def languages(incomplete: str) -> list[str]:
    """The languages of reports and letters."""
    return _beginning(LANGUAGES, incomplete)


def severities(incomplete: str) -> list[str]:
    """The severities of an alert."""
    return _beginning(SEVERITIES, incomplete)


def topics(incomplete: str) -> list[str]:
    """The topics by id: water, roads …"""
    from socialcell.language import lexicon

    return _beginning(lexicon.vocabulary("topic"), incomplete)


def sources(context: typer.Context, incomplete: str) -> list[str]:
    """The names of the workspace's sources; none where it cannot be read."""
    from socialcell import config, db
    from socialcell.errors import SocialcellError
    from socialcell.ops import store

    place = context.params.get("config") or context.find_root().params.get("config")
    try:
        workspace = config.load(config.find(Path(place) if place else None))
        engine = db.connect(workspace.database_url, busy_seconds=1)
        db.must_exist(engine)
        with db.reading(engine) as session:
            names = [source.name for source in store.sources(session)]
        engine.dispose()
    except SocialcellError:  # a shell has no place to say what is wrong
        return []
    return _beginning(names, incomplete)


def _ends(ids: Iterable[str]) -> list[str]:
    return sorted({id_.rpartition(":")[2] for id_ in ids})


def _beginning(words: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in dict.fromkeys(words) if word.startswith(incomplete)]
