"""The lines of a situation report, in each language: what is counted, confirmed and not
confirmed, what is done, and when the city speaks again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.reports.incidents.incident_facts import Names
from socialcell.reports.phrases import Phrases

_MOST_PLACES = 5
MOST_LINES = 12
# Lines that may stand on a public page: nothing that is counted by machine, and nothing
# that nobody has confirmed.
PUBLIC = frozenset(
    {"confirmed", "false", "shelter", "road", "done", "asked", "next_update"}
)


@dataclass(frozen=True)
class ReportedClaim:
    """A claim as a report tells it: what is said, the verdict, who was asked or says
    so, when, and the correction."""

    text: str
    verdict: str  # unverified | true | false | partly
    who: str
    at: datetime | None
    correction: str
    copies: int


@dataclass(frozen=True)
class SituationFacts:
    """What was known of an incident at a moment.

    `since` is when the first of its mentions was written, `people` are the accounts
    that wrote them. `places` are ids of ward offices with mentions, the most first;
    `cases` counts open, urgent, referred and ended ones. `notes` are texts of staff by
    their kind.
    """

    since: datetime | None
    as_of: datetime
    mentions: int
    people: int | None
    urgent: int
    places: Sequence[tuple[str, int]]
    cases: dict[str, int]
    claims: Sequence[ReportedClaim]
    notes: dict[str, Sequence[str]]
    held_posts: int
    next_update: datetime | None


@dataclass(frozen=True)
class SituationLine:
    """A line of a report; `is_noted`: it holds words of staff as they were noted, in
    whatever language that was."""

    kind: str
    text: str
    is_noted: bool = False


def situation_lines(
    facts: SituationFacts, names: Names, lang: Language
) -> list[SituationLine]:
    """At most twelve lines in one language. Suspected and confirmed never share one."""
    lines = [
        *_counted(facts, names, lang),
        *_claims(facts, lang),
        *_noted(facts, lang),
        *_outlook(facts, lang),
    ]
    return lines[:MOST_LINES]


def _counted(
    facts: SituationFacts, names: Names, lang: Language
) -> Iterator[SituationLine]:
    if facts.since is None:
        yield SituationLine("figure", lang.gettext("No mention is counted."))
    else:
        sentences = [
            lang.ngettext(
                "%(n)s mention since %(at)s.",
                "%(n)s mentions since %(at)s.",
                facts.mentions,
                at=lang.moment(facts.since.astimezone(IST)),
            )
        ]
        if facts.people is not None:
            people = lang.number(facts.people)
            sentences.append(lang.gettext("Accounts that wrote: %(n)s.", n=people))
        urgent = lang.number(facts.urgent)
        sentences.append(lang.gettext("Read as urgent: %(n)s.", n=urgent))
        yield SituationLine("figure", " ".join(sentences))
    if facts.places:
        phrases = Phrases(lang)
        named = [
            lang.gettext(
                "%(place)s %(n)s",
                place=phrases.name(names.get(id_), id_),
                n=lang.number(count),
            )
            for id_, count in facts.places[:_MOST_PLACES]
        ]
        text = lang.gettext("Mentions by ward office: %(list)s.", list=", ".join(named))
        yield SituationLine("places", text)
    if any(facts.cases.values()):
        yield SituationLine(
            "cases",
            lang.gettext(
                "Cases: %(open)s open, of them %(urgent)s urgent; %(referred)s with "
                "other bodies; %(ended)s ended.",
                **{kind: lang.number(count) for kind, count in facts.cases.items()},
            ),
        )


def _claims(facts: SituationFacts, lang: Language) -> Iterator[SituationLine]:
    confirmed = [claim for claim in facts.claims if claim.verdict == "true"]
    open_ = [claim for claim in facts.claims if claim.verdict == "unverified"]
    false = [claim for claim in facts.claims if claim.verdict in ("false", "partly")]
    if confirmed:
        told = "; ".join(_with_source(claim, lang) for claim in confirmed)
        text = lang.gettext("Confirmed: %(claims)s.", claims=told)
        yield SituationLine("confirmed", text, is_noted=True)
    if open_:
        told = "; ".join(_with_source(claim, lang) for claim in open_)
        text = lang.gettext("Not confirmed: %(claims)s.", claims=told)
        yield SituationLine("unverified", text, is_noted=True)
    if false:
        told = "; ".join(
            lang.gettext(
                "“%(claim)s” (%(correction)s)",
                claim=claim.text,
                correction=claim.correction or claim.who,
            )
            for claim in false
        )
        yield SituationLine(
            "false", lang.gettext("Not true: %(claims)s.", claims=told), is_noted=True
        )


def _with_source(claim: ReportedClaim, lang: Language) -> str:
    if not claim.who:
        return claim.text
    if claim.at is None:
        return f"{claim.text} ({claim.who})"
    at = lang.clock(claim.at.astimezone(IST))
    return f"{claim.text} ({claim.who}, {at})"


def _noted(facts: SituationFacts, lang: Language) -> Iterator[SituationLine]:
    _ = lang.gettext
    headings = {
        "shelter": _("Shelters"),
        "road": _("Roads closed"),
        "done": _("Done so far"),
        "asked": _("What people should do"),
        "decision": _("Decisions made"),
    }
    for kind, heading in headings.items():
        texts = facts.notes.get(kind)
        if texts:
            told = "; ".join(text.rstrip(".।") for text in texts)
            yield SituationLine(kind, f"{heading}: {told}.", is_noted=True)


def _outlook(facts: SituationFacts, lang: Language) -> Iterator[SituationLine]:
    if facts.held_posts:
        yield SituationLine(
            "held",
            lang.ngettext(
                "%(n)s planned post is held.",
                "%(n)s planned posts are held.",
                facts.held_posts,
            ),
        )
    if facts.next_update is None:
        text = lang.gettext("No time is promised for the next update.")
    else:
        at = lang.moment(facts.next_update.astimezone(IST))
        text = lang.gettext("Next update by %(at)s.", at=at)
    yield SituationLine("next_update", text)
