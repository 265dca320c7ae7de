"""The section on public accounts: who of the registry spoke, how, and what it gained.

Only accounts of the registry stand here. Others that joined an incident are counted.
"""

from typing import Any

from sqlmodel import Session

from socialcell.listening.people.visibility import People
from socialcell.listening.store.alerts import incidents
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.people import registry_activity
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN
from socialcell.reports.sections.report_context import Material

SHOWN = 6
_MOODS = ("negative", "neutral", "positive")
_Account = tuple[str, str]


def counted(session: Session, week: TimeSpan) -> dict[str, Any]:
    """Registered accounts that spoke, and who joined an incident, as plain JSON.

    `joined` names registered accounts; all others are a number.
    """
    found: dict[_Account, dict[str, Any]] = {}
    for row in registry_activity.mentions_by_account(session, week):
        one = found.setdefault(
            (row.platform, row.handle),
            {
                **_named(row),
                "n": 0,
                "sentiment": dict.fromkeys(_MOODS, 0),
                "gained": {},
            },
        )
        one["n"] += row.n
        if row.sentiment in _MOODS:
            one["sentiment"][row.sentiment] += row.n
    for gain in registry_activity.gains_by_account(session, week):
        if theirs := found.get((gain.platform, gain.handle)):
            theirs["gained"][gain.common] = int(gain.gained)
    authors = incidents.joined_authors(session, week)
    return {
        "accounts": sorted(
            found.values(), key=lambda one: (-one["n"], one["platform"], one["handle"])
        ),
        "joined": {
            "registered": sorted(
                (_named(row) for row in authors if row.handle is not None),
                key=lambda one: (one["platform"], one["handle"]),
            ),
            "others": sum(row.handle is None for row in authors),
        },
    }


def shown(numbers: dict[str, Any], people: People) -> dict[str, Any]:
    """The numbers without the name of an account that has left the registry since."""
    if "voices" not in numbers:
        return numbers

    def one(account: dict[str, Any]) -> dict[str, Any]:
        handle = account["handle"]
        if handle and people.is_registered(account["platform"], handle):
            return account
        return {**account, "handle": None, "name": None, "class": None}

    voices = numbers["voices"]
    joined = voices["joined"]
    return {
        **numbers,
        "voices": {
            "accounts": [one(account) for account in voices["accounts"]],
            "joined": {
                **joined,
                "registered": [one(account) for account in joined["registered"]],
            },
        },
    }


def section(m: Material) -> Section:
    """Left out of reports that were frozen by earlier versions."""
    _ = m.lang.gettext
    voices = m.numbers.get("voices")
    if voices is None:
        return Section("", [])
    blocks: list[Block] = []
    accounts = voices["accounts"]
    if accounts:
        heads = (_("Account"), _("Mentions by sentiment"), _("Gained"))
        caption = _("Accounts of the registry that spoke of the city")
        rows = [_row(m, one) for one in accounts[:SHOWN]]
        blocks.append(Table(caption, heads, rows, m.basis()))
        if rest := len(accounts[SHOWN:]):
            blocks.append(
                Paragraph(
                    m.lang.ngettext(
                        "%(n)s more account is not shown.",
                        "%(n)s more accounts are not shown.",
                        rest,
                    )
                )
            )
    else:
        blocks.append(
            Paragraph(_("No account of the registry spoke on what is watched."))
        )
    blocks.append(Paragraph(_joined(m, voices["joined"])))
    return Section(_("Public voices"), blocks)


def _row(m: Material, one: dict[str, Any]) -> tuple[Cell, ...]:
    moods = tuple(
        _counted(m, "sentiment", mood, one["sentiment"][mood])
        for mood in _MOODS
        if one["sentiment"][mood]
    )
    gains = tuple(
        _counted(m, "metric", metric, n) for metric, n in sorted(one["gained"].items())
    )
    return (
        (_name(m, one), _class(m, one["class"]), m.say.platform(one["platform"])),
        (m.number(one["n"]), *moods),
        gains or (UNKNOWN,),
    )


def _counted(m: Material, vocabulary: str, id_: str, n: int) -> str:
    return f"{m.say.label(vocabulary, id_)} {m.number(n)}"


def _joined(m: Material, joined: dict[str, Any]) -> str:
    _, n_ = m.lang.gettext, m.lang.ngettext
    named = [_name(m, one) for one in joined["registered"]]
    said = []
    if named:
        said.append(
            _("Joined an incident: %(names)s.", names=m.say.together(named[:SHOWN]))
        )
    if joined["others"]:
        said.append(
            n_(
                "%(n)s account with many followers joined an incident; it is not in "
                "the registry and is not named.",
                "%(n)s accounts with many followers joined an incident; they are not "
                "in the registry and are not named.",
                joined["others"],
            )
        )
    return " ".join(said) or _("No influential account joined an incident.")


def _name(m: Material, one: dict[str, Any]) -> str:
    if one["name"] is None:
        return m.lang.gettext("an account that has left the registry")
    return m.cut(one["name"])


def _class(m: Material, id_: str | None) -> str:
    _ = m.lang.gettext
    return {
        "public_office": _("public office"),
        "media": _("media"),
        "institution": _("institution"),
        "creator": _("creator"),
    }.get(id_ or "", UNKNOWN)


def _named(row: Any) -> dict[str, Any]:
    return {
        "platform": row.platform,
        "handle": row.handle,
        "name": row.name,
        "class": row.person_class,
    }
