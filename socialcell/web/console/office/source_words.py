"""Words of the pages about sources: platforms, states, runs, settings."""

from collections.abc import Mapping

from socialcell import connectors
from socialcell.i18n import Language
from socialcell.ops.model import Source
from socialcell.reports import money as amounts
from socialcell.reports.phrases import Phrases
from socialcell.services.collection.query_estimate import QueryEstimate
from socialcell.web.console import words

_CHIPS = {
    "ok": ("good", "check"),
    "new": ("unknown", "ask"),
    "off": ("", "stop"),
    "rate_limited": ("warn", "clock"),
    "quota_spent": ("warn", "clock"),
    "paused": ("warn", "stop"),
}


def platform_name(connector: str, lang: Language) -> str:
    """The platform of a connector by its name, as reports call it."""
    id_ = connector
    if connector in connectors.CONNECTORS:
        id_ = connectors.platform(connector)
    return Phrases(lang).platform(id_)


def connector_name(connector: str, lang: Language) -> str:
    """What a connector reads, by the name of its platform; of two that read one
    platform each differs."""
    if connector == "instagram_messages":
        return lang.gettext("Instagram: messages")
    return platform_name(connector, lang)


def state_chip(source: Source, lang: Language) -> tuple[str, str, str]:
    """The state of a source in words, with the kind and the sign of its chip."""
    state = source.state_in_use
    kind, sign = _CHIPS.get(state, ("warn", "alert"))
    return words.source_state(state, lang), kind, sign


def run_state(state: str, lang: Language) -> str:
    """How a run ended, in words."""
    _ = lang.gettext
    return {
        "running": _("is running"),
        "ok": _("complete"),
        "partial": _("broken off"),
        "failed": _("failed"),
        "interrupted": _("interrupted"),
        "waiting": _("waits"),
    }.get(state, state)


def run_kind(kind: str, lang: Language) -> str:
    """What a run was for, in words."""
    _ = lang.gettext
    return {
        "pull": _("Pull"),
        "import": _("Import of a file"),
        "receive": _("What the platform pushed"),
        "push": _("What the platform pushed"),
        "recheck": _("Check for deleted posts"),
        "snapshot": _("Engagement again"),
        "reprocess": _("Read again"),
    }.get(kind, kind)


def cause(causes: Mapping[str, str], lang: Language) -> str:
    """Why hours of one source are missing."""
    return Phrases(lang).cause(next(iter(causes.values()), ""))


def period(id_: str, lang: Language) -> str:
    """The window of an allowance in words."""
    _ = lang.gettext
    return {
        "minute": _("a minute"),
        "hour": _("an hour"),
        "day": _("a day"),
        "month": _("a month"),
    }.get(id_, id_)


def bucket(id_: str, lang: Language) -> str:
    """What an allowance counts, in words."""
    _ = lang.gettext
    return {
        "calls": _("calls"),
        "deletions": _("deletions"),
        "logins": _("sign-ins"),
        "messages": _("messages"),
        "messages_marketing": _("messages: marketing"),
        "messages_utility": _("messages: notices"),
        "messages_authentication": _("messages: codes"),
        "messages_authentication_international": _("messages: codes abroad"),
        "messages_service": _("messages: answers"),
        "operations": _("operations"),
        "posts": _("posts"),
        "searches": _("searches"),
        "statistics": _("statistics"),
        "units": _("units"),
        "writes": _("posts of ours"),
        "writes_with_link": _("posts of ours with a link"),
    }.get(id_, id_)


def money(micros: int, currency: str | None, lang: Language) -> str:
    """An amount of money with its currency."""
    return amounts.with_currency(lang, micros, currency, 2)


def estimate(cost: QueryEstimate, lang: Language) -> str:
    """What a search will probably cost."""
    if cost.posts is None or cost.cost_micros is None:
        return lang.gettext("What it will cost is not known.")
    return lang.ngettext(
        "In 30 days at least %(n)s post, %(money)s.",
        "In 30 days at least %(n)s posts, %(money)s.",
        cost.posts,
        money=money(cost.cost_micros, cost.currency, lang),
    )


def setting_name(key: str, lang: Language) -> str:
    """A setting of a connector in words; one that none has any more by its key."""
    _ = lang.gettext
    return {
        "account_id": _("Number of the account"),
        "api_version": _("Version of the API"),
        "app_id": _("Number of the app in the store"),
        "bucket": _("Name of the bucket"),
        "business_account_id": _("Id of the WhatsApp Business account"),
        "channel_id": _("Id of the channel, not its handle"),
        "customer_id": _("Number of the Google Ads account"),
        "cuts": _("Parts of the statistics"),
        "days": _("How many days back"),
        "format": _("Format of the file"),
        "hashtag": _("Hashtag, without #"),
        "insights": _("Daily figures"),
        "installs": _("Actions that count as installs"),
        "issuer_id": _("Issuer ID, as App Store Connect shows it"),
        "key_id": _("Key ID, as App Store Connect shows it"),
        "kind": _("Kind"),
        "language": _("Language"),
        "login_customer_id": _("Number of the manager account"),
        "media_insights": _("Figures of a single photo or video"),
        "months": _("How many months back"),
        "package": _("Name of the app's package in the store"),
        "page_id": _("Number of the page"),
        "phone_number_id": _("Id of the telephone number at Meta"),
        "post_insights": _("Figures of a single post"),
        "query": _("Words to search for"),
        "reports": _("Names of the store's reports"),
        "site": _("Property, as Search Console names it"),
        "subreddit": _("Subreddit, without r/"),
        "url": _("Address of the feed"),
        "user_id": _("Number of the account, not its handle"),
        "videos": _("Ids of videos"),
    }.get(key, key)


def setting(entry: object) -> str:
    """The value of a setting on one line; – for none."""
    if entry is None:
        return "–"
    if isinstance(entry, list):
        return ", ".join(map(setting, entry))
    if isinstance(entry, dict):
        return "; ".join(f"{key}: {setting(part)}" for key, part in entry.items())
    return str(entry)
