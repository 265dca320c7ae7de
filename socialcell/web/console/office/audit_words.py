"""Words of the audit log: what an action is about, and why a row is broken."""

from collections.abc import Mapping

from socialcell.i18n import Language


def nouns(lang: Language) -> Mapping[str, str]:
    """What actions are about, by the first part of their ids, in the order of a list
    to choose from."""
    _ = lang.gettext
    return {
        "case": _("Cases"),
        "answer": _("Answers in cases"),
        "macro": _("Approved answers"),
        "care": "PMC Care",
        "routing": _("Routing"),
        "field_link": _("Field links"),
        "claim": _("Claims going round"),
        "situation": _("Situation reports"),
        "operator": _("Staff and sign-ins"),
        "operators": _("Templates of roles"),
        "token": _("Keys of programs"),
        "outgoing": _("Outbox and its switch"),
        "post": _("Posts"),
        "message": _("Answers to citizens"),
        "alerts": _("Taking charge"),
        "promise": _("Promises"),
        "rule": _("Alert rules"),
        "rumour": _("Rumours"),
        "closure": _("Announced works"),
        "closures": _("List of announced works"),
        "mentions": _("Mentions"),
        "language": _("Labels given by staff"),
        "source": _("Sources"),
        "registry": _("Registry"),
        "people": _("Public people"),
        "guard": _("What was not looked for"),
        "owners": _("Table of owners"),
        "campaign": _("Campaigns"),
        "campaigns": _("Campaign plans"),
        "outreach": _("Outreach"),
        "influencers": _("Influencers"),
        "link": _("Links"),
        "consent": _("Consent"),
        "optin": _("Consent to messages"),
        "notice": _("Notices and their versions"),
        "request": _("Requests of citizens"),
        "breach": _("Data breaches"),
        "records": _("Bundles of records"),
        "template": _("Message templates"),
        "privacy": _("Privacy"),
        "retention": _("Retention"),
    }


def noun(action: str, lang: Language) -> str:
    """What an action is about; one that is not listed is other work."""
    return nouns(lang).get(action.partition(".")[0], lang.gettext("Other"))


def fault(reason: str, lang: Language) -> str:
    """Why a row of the chain is broken."""
    _ = lang.gettext
    return {
        "the row is missing": _("The entry is missing."),
        "the row does not follow the one before it": _(
            "The entry does not follow the one before it."
        ),
        "the row was changed after it was written": _(
            "The entry was changed after it was written."
        ),
        "the row names no OS user, and an earlier one does": _(
            "The entry names no account of the machine, and an earlier one does."
        ),
        "the noted head is not in the log: rows are lost": _(
            "The seal that was noted is not in the log: entries are lost."
        ),
    }.get(reason, reason)
