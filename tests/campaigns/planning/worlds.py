"""A small registry with known audiences, and initiatives to plan with it."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sqlmodel import select

from socialcell import db
from socialcell.campaigns.creators.audience_sketches import HyperLogLog, Sketch
from socialcell.campaigns.creators.model import CreatorEntry, CreatorSketch
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from tests.builders import NOON
from tests.registry_accounts import register_creators

KOTHRUD, AUNDH = "ward:kothrud-bavdhan", "ward:aundh-baner"

# key → who engages (from, to), what a reel costs, languages, wards
PEOPLE: dict[str, dict[str, Any]] = {
    "asha": {"of": (0, 4000), "rate": "9000", "languages": "mr;en", "wards": ""},
    "bal": {"of": (0, 3500), "rate": "8500", "languages": "mr", "wards": ""},
    "chitra": {"of": (4000, 5500), "rate": "2500", "languages": "mr", "wards": KOTHRUD},
    "dev": {"of": (5500, 6500), "rate": "2000", "languages": "hi;mr", "wards": AUNDH},
    "esha": {"of": (6500, 7000), "rate": "1500", "languages": "en", "wards": KOTHRUD},
}


@cache
def sketch_of(first: int, last: int) -> Sketch:
    return HyperLogLog(12).of(f"person{n}" for n in range(first, last))


def fill(context: Context, **changes: dict[str, str]) -> None:
    """The city's areas and the creators of PEOPLE; `changes` by key."""
    with db.writing(context.engine) as session:
        area_store.replace(session, area_table.read_areas())
    for key, said in PEOPLE.items():
        accounts = changes.get(key, {}).get("accounts", f"instagram:{key}_sample")
        register_creators(context, *accounts.split(";"))
        creator_registry.put_creator(
            context,
            {
                "key": key,
                "name": key.title(),
                "kind": "creator",
                "accounts": accounts,
                "languages": said["languages"],
                "wards": said["wards"],
                "consent": "agreed",
                "consent_evidence": "a letter",
                "connection": "paid",
                "connection_by": "the lead",
                "rates_since": "2026-01-01",
                "rate_class": "B",
                "rate_source": "a card that tests have",
                "rate_reel": said["rate"],
                **changes.get(key, {}),
            },
        )
        sketch = sketch_of(*said["of"])
        with db.writing(context.engine) as session:
            entry = session.exec(
                select(CreatorEntry).where(CreatorEntry.key == key)
            ).one()
            session.merge(
                CreatorSketch(
                    creator_id=entry.id or 0,
                    since=NOON,
                    until=NOON,
                    posts=20,
                    precision=12,
                    registers=sketch.astype(np.uint8).tobytes(),
                    made_at=NOON,
                )
            )


def initiative(folder: Path, **changes: Any) -> Path:
    """The file of an initiative of two weeks from 30 November 2026."""
    said: dict[str, Any] = {
        "campaign": "Monsoon26",
        "initiative": "PMC Care",
        "goal": "activated_users",
        "audience": "households",
        "wards": ["Kothrud-Bavdhan", "Aundh-Baner"],
        "languages": {"mr": 40},
        "start": "2026-11-30",
        "end": "2026-12-13",
        "budget": 20000,
        "web": "https://care.city.example/app",
        "assets": [
            {
                "name": "Install",
                "format": "reel",
                "channels": ["instagram"],
                "least": 2,
                "words": {
                    "mr": "तक्रार नोंदवा, फोटो पाठवा.",
                    "en": "Report it, send a photo.",
                    "hi": "शिकायत दर्ज करें, फोटो भेजें।",
                },
            },
            {
                "name": "Pothole",
                "format": "reel",
                "channels": ["youtube", "instagram"],
                "words": {"mr": "खड्डा दिसला? सांगा."},
            },
        ],
        **changes,
    }
    path = folder / "initiative.yaml"
    path.write_text(
        yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return path
