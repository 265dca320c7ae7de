"""The section on public accounts: who of the registry spoke, how, and what it gained.

Only accounts of the registry are named. Others that joined an incident are counted.
"""

from sqlmodel import Session

from socialcell.listening.people.visibility import People
from socialcell.listening.store.alerts import incidents
from socialcell.listening.store.alerts.incidents import JoinedAuthor
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.people import registry_activity
from socialcell.listening.store.people.registry_activity import AccountMentions
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN
from socialcell.reports.sections.report_context import ReportContext
from socialcell.reports.week_numbers import (
    JoinedAccounts,
    PublicAccounts,
    RegisteredAccount,
    SpeakingAccount,
    WeekNumbers,
)

MAX_ACCOUNTS = 6
_SENTIMENTS = ("negative", "neutral", "positive")
_Account = tuple[str, str]


def count_accounts(session: Session, week: TimeSpan) -> PublicAccounts:
    """Registered accounts that spoke, and who joined an incident, as plain JSON.

    `joined` names registered accounts; all others are a number.
    """
    accounts: dict[_Account, SpeakingAccount] = {}
    for row in registry_activity.mentions_by_account(session, week):
        account = accounts.setdefault(
            (row.platform, row.handle),
            {
                **_identity(row.platform, row),
                "n": 0,
                "sentiment": dict.fromkeys(_SENTIMENTS, 0),
                "gained": {},
            },
        )
        account["n"] += row.n
        if row.sentiment in _SENTIMENTS:
            account["sentiment"][row.sentiment] += row.n
    for gain in registry_activity.gains_by_account(session, week):
        if account_gaining := accounts.get((gain.platform, gain.handle)):
            account_gaining["gained"][gain.common] = int(gain.gained)
    joined_authors = incidents.joined_authors(session, week)
    return {
        "accounts": sorted(
            accounts.values(),
            key=lambda account: (-account["n"], account["platform"], account["handle"]),
        ),
        "joined": {
            "registered": sorted(
                (
                    _identity(row.platform, row)
                    for row in joined_authors
                    if row.platform is not None and row.handle is not None
                ),
                key=lambda account: (account["platform"], account["handle"]),
            ),
            "others": sum(row.handle is None for row in joined_authors),
        },
    }


def without_former_names(numbers: WeekNumbers, people: People) -> WeekNumbers:
    """The numbers without the name of an account that has left the registry since."""
    if "voices" not in numbers:
        return numbers
    voices = numbers["voices"]
    joined = voices["joined"]
    return {
        **numbers,
        "voices": {
            "accounts": [
                account
                if _is_registered(account, people)
                else {**account, "handle": None, "name": None, "class": None}
                for account in voices["accounts"]
            ],
            "joined": {
                **joined,
                "registered": [
                    account
                    if _is_registered(account, people)
                    else {**account, "handle": None, "name": None, "class": None}
                    for account in joined["registered"]
                ],
            },
        },
    }


def _is_registered(account: RegisteredAccount, people: People) -> bool:
    platform, handle = account["platform"], account["handle"]
    return bool(platform and handle and people.is_registered(platform, handle))


def section(context: ReportContext) -> Section:
    """Left out of reports that were frozen by earlier versions."""
    _ = context.lang.gettext
    voices = context.numbers.get("voices")
    if voices is None:
        return Section("", [])
    blocks: list[Block] = []
    accounts = voices["accounts"]
    if accounts:
        heads = (_("Account"), _("Mentions by sentiment"), _("Gained"))
        caption = _("Accounts of the registry that spoke of the city")
        rows = [_row(context, account) for account in accounts[:MAX_ACCOUNTS]]
        blocks.append(Table(caption, heads, rows, context.basis()))
        if hidden_count := len(accounts[MAX_ACCOUNTS:]):
            blocks.append(
                Paragraph(
                    context.lang.ngettext(
                        "%(n)s more account is not shown.",
                        "%(n)s more accounts are not shown.",
                        hidden_count,
                    )
                )
            )
    else:
        blocks.append(
            Paragraph(_("No account of the registry spoke on what is watched."))
        )
    blocks.append(Paragraph(_joined_sentence(context, voices["joined"])))
    return Section(_("Public voices"), blocks)


def _row(context: ReportContext, account: SpeakingAccount) -> tuple[Cell, ...]:
    moods = tuple(
        _label_and_count(context, "sentiment", mood, account["sentiment"][mood])
        for mood in _SENTIMENTS
        if account["sentiment"][mood]
    )
    gains = tuple(
        _label_and_count(context, "metric", metric, n)
        for metric, n in sorted(account["gained"].items())
    )
    return (
        (
            _account_name(context, account),
            _class_label(context, account["class"]),
            context.phrases.platform(account["platform"]),
        ),
        (context.number(account["n"]), *moods),
        gains or (UNKNOWN,),
    )


def _label_and_count(context: ReportContext, vocabulary: str, id_: str, n: int) -> str:
    return f"{context.phrases.label(vocabulary, id_)} {context.number(n)}"


def _joined_sentence(context: ReportContext, joined: JoinedAccounts) -> str:
    _, n_ = context.lang.gettext, context.lang.ngettext
    account_names = [
        _account_name(context, account) for account in joined["registered"]
    ]
    sentences = []
    if account_names:
        sentences.append(
            _(
                "Joined an incident: %(names)s.",
                names=context.phrases.joined(account_names[:MAX_ACCOUNTS]),
            )
        )
    if joined["others"]:
        sentences.append(
            n_(
                "%(n)s account with many followers joined an incident; it is not in "
                "the registry and is not named.",
                "%(n)s accounts with many followers joined an incident; they are not "
                "in the registry and are not named.",
                joined["others"],
            )
        )
    return " ".join(sentences) or _("No influential account joined an incident.")


def _account_name(context: ReportContext, account: RegisteredAccount) -> str:
    if account["name"] is None:
        return context.lang.gettext("an account that has left the registry")
    return context.shorten(account["name"])


def _class_label(context: ReportContext, id_: str | None) -> str:
    _ = context.lang.gettext
    return {
        "public_office": _("public office"),
        "media": _("media"),
        "institution": _("institution"),
        "creator": _("creator"),
    }.get(id_ or "", UNKNOWN)


def _identity(platform: str, row: AccountMentions | JoinedAuthor) -> RegisteredAccount:
    return {
        "platform": platform,
        "handle": row.handle,
        "name": row.name,
        "class": row.person_class,
    }
