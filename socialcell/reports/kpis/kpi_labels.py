"""The measures in words: what each is called and means, and why one is not known."""

from socialcell.i18n import Language
from socialcell.json_types import as_number, as_text, as_whole
from socialcell.reports.compared_figures import Measure
from socialcell.reports.phrases import UNKNOWN, Phrases
from socialcell.strategy import MEASURES


def kpi_names(lang: Language) -> dict[str, tuple[str, str]]:
    """Measure → its name and its definition, with the unit."""
    _ = lang.gettext
    return {
        "coverage": (
            _("Coverage"),
            _(
                "Hours collected without gaps, of hours due; a platform weighs as "
                "much as its normal share of mentions."
            ),
        ),
        "asking": (
            _("Mentions that expect an answer"),
            _(
                "Mentions classified as complaint, question, suggestion or request "
                "for help."
            ),
        ),
        "asking_share": (
            _("Answer expected, share"),
            _("The same as a percentage of all mentions."),
        ),
        **_case_names(lang),
        "anger": (
            _("Topics where negative mentions grew most"),
            _(
                "Negative mentions of the topic that grew most beyond the median of "
                "the eight weeks before; only weeks of which 95%% of the hours were "
                "covered."
            ),
        ),
        "alerted": (
            _("Incident: post to alert"),
            _(
                "Median minutes from the first post of an alert until a message about "
                "it was sent to somebody."
            ),
        ),
        "acknowledged": (
            _("Incident: alert to assignment"),
            _("Median minutes until someone was assigned."),
        ),
        "first_statement": (
            _("Incident: first statement"),
            _("Median minutes until the city's first statement."),
        ),
        "explained": (
            _("Press explained"),
            _("Press items explained the same day by 17:00."),
        ),
        "campaigns_told": (
            _("Effective reach"),
            _("Of campaigns that ran, those whose effect could be measured."),
        ),
        "activated": (
            _("PMC Care: activated users"),
            _("People who registered and did something in the app."),
        ),
        "rating": (_("PMC Care: rating"), _("Mean stars of the week's reviews.")),
        "uninstalled": (
            _("PMC Care: uninstalled"),
            _("Of those who installed it, gone within 30 days."),
        ),
        "took_part": (_("Voice: took part"), _("People who took part, by ward.")),
        "promises_kept": (
            _("Voice: promises kept"),
            _("Of promises due in the week, those kept by then."),
        ),
        "marathi_first": (
            _("House rules: Marathi first"),
            _("Of posts of the city's own registered accounts, those in Marathi."),
        ),
        "deleted_in_time": (
            _("House rules: deletions"),
            _("Of posts deleted at their source, those surely gone here in 24 hours."),
        ),
    }


def _case_names(lang: Language) -> dict[str, tuple[str, str]]:
    _ = lang.gettext
    return {
        "cases_opened": (
            _("Cases opened"),
            _("Requests of citizens, each once however many wrote; without spam."),
        ),
        "first_answer": (
            _("First human answer"),
            _(
                "Median minutes from first contact to what a person says; working time "
                "but for P0 and P1. Cases without an answer count as longer."
            ),
        ),
        "registered": (
            _("Registered"),
            _("Complaints with a place that have a PMC Care token in 4 working hours."),
        ),
        "confirmed": (
            _("Confirmed solved"),
            _("Of cases opened four weeks ago, those the citizen confirms."),
        ),
        "overdue": (
            _("Overdue"),
            _(
                "Open cases past the time for the whole case, of those where it is the "
                "city's turn."
            ),
        ),
        "false_closure": (
            _("False closure"),
            _(
                "Of cases closed in the week before and sampled, those that citizens "
                "contradict when called."
            ),
        ),
        "referred": (
            _("Not ours, referred"),
            _("Other bodies' cases passed on within 4 working hours."),
        ),
    }


def figure_text(lang: Language, measure: str, figure: float | None) -> str:
    """A figure as its unit is written; a dash for what is not known."""
    if figure is None:
        return UNKNOWN
    if MEASURES[measure].unit == "share":
        # Rounded down to the hundredth of a percent: only all of it is 100%.
        return lang.percent(int(figure * 10_000 + 1e-6), 10_000)
    return lang.number(round(figure))


def unit_label(lang: Language, measure: str) -> str:
    """What a figure that is no share counts; "" for shares."""
    _ = lang.gettext
    return {
        "share": "",
        "minutes": _("minutes"),
        "mentions": _("mentions"),
        "cases": _("cases"),
        "people": _("people"),
        "stars": _("stars"),
    }[MEASURES[measure].unit]


def basis_text(phrases: Phrases, figure: Measure) -> str:
    """On what a figure rests, or why it is not known."""
    _ = phrases.lang.gettext
    if figure["why"]:
        return unknown_reason(phrases.lang, figure["why"])
    basis = figure["rests"]
    assert basis is not None  # a measure has either a reason or a basis
    kind, basis_numbers = as_text(basis[0]), basis[1:]
    if kind == "usual":
        middle, low, high, weeks = (
            phrases.lang.number(round(as_number(n))) for n in basis_numbers
        )
        return _(
            "normally %(middle)s (%(low)s to %(high)s, %(weeks)s weeks)",
            middle=middle,
            low=low,
            high=high,
            weeks=weeks,
        )
    if kind == "due":
        return _(
            "%(n)s platform-hours due",
            n=phrases.lang.number(as_whole(basis_numbers[0])),
        )
    if kind == "opened":
        return _("no mention to compare with")
    if kind == "per_mentions":
        n, mentions = map(as_whole, basis_numbers)
        return _(
            "%(n)s for 100 public mentions",
            n=phrases.lang.number(round(100 * n / mentions, 1)),
        )
    share_text = phrases.part_of_whole(*map(as_whole, basis_numbers))
    return {
        "same": _("%(of)s platform-hours, in both weeks", of=share_text),
        "read": _("%(of)s platform-hours", of=share_text),
        "answered": _("%(of)s cases have an answer", of=share_text),
        "complaints": _("%(of)s complaints with a place", of=share_text),
        "cases": _("%(of)s cases", of=share_text),
        "open": _("%(of)s open cases where it is the city's turn", of=share_text),
        "sampled": _("%(of)s sampled cases of which it is known", of=share_text),
        "incidents": _("%(of)s incidents", of=share_text),
        "campaigns": _("%(of)s campaigns", of=share_text),
        "days": _("%(of)s days of ward offices", of=share_text),
        "promises": _("%(of)s promises", of=share_text),
        "posts": _("%(of)s posts", of=share_text),
        "removals": _("%(of)s deletions", of=share_text),
    }[kind]


def unknown_reason(lang: Language, id_: str) -> str:
    """Why a figure is not known."""
    _ = lang.gettext
    return {
        "cases": _("not known: no cases are recorded"),
        "no_case": _("no case was opened"),
        "unanswered": _("not known: half of the cases have no answer yet"),
        "no_complaint": _("no complaint with a place is so old"),
        "no_cohort": _("no case was opened four weeks before"),
        "no_sample": _("not known: no call about a closed case"),
        "no_referral": _("no case was passed on"),
        "statements": _("not known: statements are not recorded"),
        "press": _("not known: explanations are not recorded"),
        "stars": _("not known: stars are not recorded"),
        "cohort": _("not known: stores do not report who removed it within 30 days"),
        "portal": _("not known: there is no portal"),
        "imported": _("not known: not imported"),
        "sources": _("not known: no source is watched"),
        "unread": _("not known: nothing was collected"),
        "coverage": _("not known: fewer than 95%% of the hours were covered"),
        "weeks": _("not known: fewer than three weeks to compare with"),
        "calm": _("no topic grew"),
        "incidents": _("no incident began"),
        "posts": _("not known: no post with a time"),
        "nobody_notified": _("no one was notified"),
        "nobody": _("no one was assigned"),
        "campaigns": _("no campaign ran"),
        "promises": _("no promise was due"),
        "own_posts": _("no post of a registered city account"),
        "removals": _("no deletion was noticed"),
        "earlier": _("not known: this week was counted before it was measured"),
    }[id_]
