"""Services under the Right to Services Act: whether a text asks for one, and what a
citizen whose service is late is told of their appeal.

The days of a service stand in the table only where the charter is known. Where they are
not, the answer says so, and names no number.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from socialcell.errors import UsageError
from socialcell.i18n import Language
from socialcell.text import index_form

_LATE = (
    *("late", "delay", "delayed", "pending", "waiting", "not received", "not yet"),
    *("उशीर", "विलंब", "मिळाला नाही", "मिळाले नाही", "मिळालं नाही", "मिळत नाही"),
    *("प्रलंबित", "रखडला", "रखडले", "कधी मिळेल", "कधी मिळणार", "देरी", "लंबित"),
    *("नहीं मिला", "नहीं मिल रहा", "कब मिलेगा", "अटका", "ushir", "vilamb", "rakhadla"),
    *("milala nahi", "milale nahi", "milat nahi", "kadhi milel", "kadhi milnar"),
    *("nahi mila", "kab milega", "der", "refused", "rejected", "नाकारला", "नाकारले"),
)


@dataclass(frozen=True, slots=True)
class RtsService:
    """A notified service. `owner` is a department's id, None where nobody knows it;
    `days` is its time limit by the charter, None where the charter is not known."""

    id: str
    name_en: str
    name_mr: str
    name_hi: str
    owner: str | None
    words: tuple[str, ...]
    days: int | None
    source: str

    def name(self, language: str) -> str:
        """Its name in mr, hi or en."""
        names = {"mr": self.name_mr, "hi": self.name_hi}
        return names.get(language, self.name_en)


@cache
def list_services() -> tuple[RtsService, ...]:
    """All services of the table, in its order."""
    place = resources.files("socialcell.desk") / "data" / "rts_services.csv"
    return tuple(
        RtsService(
            id=row["id"],
            name_en=row["name_en"],
            name_mr=row["name_mr"],
            name_hi=row["name_hi"],
            owner=row["owner"] or None,
            words=tuple(row["words"].split("|")),
            days=int(row["days"]) if row["days"] else None,
            source=row["source"],
        )
        for row in csv.DictReader(place.read_text("utf-8").splitlines())
    )


def find_service(id_: str) -> RtsService:
    """A service by its id. UsageError: there is none."""
    for service in list_services():
        if service.id == id_:
            return service
    ids = [service.id for service in list_services()]
    raise UsageError("deskclosing.no_such_service", service=id_, services=ids)


def suggest_service(text: str) -> RtsService | None:
    """The service that a text says is late or refused; None where it names none, or
    several, or speaks of one without complaining of its time."""
    words = f" {index_form(text)} "
    if not _names(words, _LATE):
        return None
    named = [service for service in list_services() if _names(words, service.words)]
    return named[0] if len(named) == 1 else None


def _names(words: str, phrases: Iterable[str]) -> bool:
    return any(f" {index_form(phrase)} " in words for phrase in phrases)


def appeal_text(service: RtsService, lang: Language) -> str:
    """What a citizen is told: that the service is theirs by right, and who hears an
    appeal when it is late or refused."""
    name = service.name(lang.code)
    if service.days is None:
        return lang.gettext(
            "%(service)s is a service by right under the Maharashtra Right to Public "
            "Services Act 2015; its time limit stands in the municipal charter. If it "
            "is late or refused without a reason, you may appeal to the first "
            "appellate officer named there, then to the second, and after that to the "
            "State Commission for Right to Service.",
            service=name,
        )
    return lang.ngettext(
        "%(service)s is a service by right under the Maharashtra Right to Public "
        "Services Act 2015, due within %(n)s day. If it is late or refused without a "
        "reason, you may appeal to the first appellate officer named in the municipal "
        "charter, then to the second, and after that to the State Commission for Right "
        "to Service.",
        "%(service)s is a service by right under the Maharashtra Right to Public "
        "Services Act 2015, due within %(n)s days. If it is late or refused without a "
        "reason, you may appeal to the first appellate officer named in the municipal "
        "charter, then to the second, and after that to the State Commission for Right "
        "to Service.",
        service.days,
        service=name,
    )
