"""A plan as a page to approve: its calendar, what stands against it, signatures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from socialcell.i18n import Language, language
from socialcell.reports import render
from socialcell.reports.page import Cell, Table
from socialcell.reports.plans import plan_page

_WEEK = 7


@dataclass(frozen=True)
class Approval:
    """Who approved the plan as it stands, when, and with which note."""

    by: str
    at: datetime
    note: str | None


@dataclass(frozen=True)
class ApprovalDraft:
    """A plan for a second person: `against` are the rules that it breaks, in words.

    `content` is the hash of what is approved.
    """

    document: Mapping[str, object]
    against: Sequence[str]
    approval: Approval | None
    content: str
    as_of: datetime


@dataclass(frozen=True)
class _Day:
    """A day of the calendar; `inside`: the plan holds it."""

    label: str
    inside: bool
    tags: Sequence[str]
    closed: Sequence[str]


@dataclass(frozen=True)
class _ApprovalSheet:
    """The texts of the page."""

    language: str
    title: str
    subtitle: str
    state: str
    state_class: str
    state_note: str | None
    against_title: str
    against: Sequence[str]
    warnings_title: str
    warnings: Sequence[str]
    facts: Table
    calendar_title: str
    calendar_note: str
    weekdays: Sequence[str]
    weeks: Sequence[Sequence[_Day]]
    tags: Table
    signs_title: str
    signs: Sequence[tuple[str, str]]
    footer: Sequence[str]


def html(draft: ApprovalDraft, code: str) -> str:
    """The page in a language; it prints on A4. UsageError: there is no such language.

    msgspec.ValidationError: the document is none of a plan.
    """
    lang = language(code)
    plan = plan_page.read(draft.document)
    _ = lang.gettext
    state, state_class = _state(draft, lang)
    sheet = _ApprovalSheet(
        language=code,
        title=_title(plan, lang),
        subtitle=_(
            "Version %(n)s, drafted by %(by)s, %(at)s",
            n=lang.number(plan.version),
            by=plan.made_by,
            at=lang.moment(plan.made_at),
        ),
        state=state,
        state_class=state_class,
        state_note=draft.approval.note if draft.approval else None,
        against_title=_against_title(draft, lang),
        against=draft.against,
        warnings_title=_("Warnings of the planning"),
        warnings=plan.warnings,
        facts=plan_page.facts(lang, plan),
        calendar_title=_("Calendar"),
        calendar_note=_(
            "Each entry: the tag's number, its time and its creator. Dashed: a closed "
            "day. Grey: not in the plan."
        ),
        weekdays=[
            lang.weekday(_monday(plan.start) + timedelta(days=n)) for n in range(_WEEK)
        ],
        weeks=_weeks(plan, lang),
        tags=_tags(plan, lang),
        signs_title=_("Signatures"),
        signs=_signs(plan, draft, lang),
        footer=_footer(draft, lang),
    )
    return render.sheet("plan_approval.html", sheet)


def _title(plan: plan_page.PlanFields, lang: Language) -> str:
    tags = lang.ngettext("%(n)s tag", "%(n)s tags", len(plan.tags))
    return lang.gettext(
        "Plan %(name)s: %(tags)s, %(first)s to %(last)s, ₹ %(cost)s",
        name=plan.campaign,
        tags=tags,
        first=lang.day_of_month(plan.start),
        last=lang.day_of_month(plan.end),
        cost=plan_page.rupees(lang, plan.calendar.cost),
    )


def _state(draft: ApprovalDraft, lang: Language) -> tuple[str, str]:
    approval = draft.approval
    if approval is None:
        return lang.gettext("Not approved yet."), "is-open"
    return (
        lang.gettext(
            "Approved by %(by)s, %(at)s.", by=approval.by, at=lang.moment(approval.at)
        ),
        "is-good",
    )


def _against_title(draft: ApprovalDraft, lang: Language) -> str:
    if not draft.against:
        return lang.gettext("No rule stands against it.")
    return lang.ngettext(
        "%(n)s rule stands against it: it cannot be approved like this.",
        "%(n)s rules stand against it: it cannot be approved like this.",
        len(draft.against),
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weeks(plan: plan_page.PlanFields, lang: Language) -> list[list[_Day]]:
    first = _monday(plan.start)
    weeks = (plan.end - first).days // _WEEK + 1
    return [
        [_day(first + timedelta(days=_WEEK * week + n), plan, lang) for n in range(7)]
        for week in range(weeks)
    ]


def _day(day: date, plan: plan_page.PlanFields, lang: Language) -> _Day:
    return _Day(
        label=lang.month_day(day),
        inside=plan.start <= day <= plan.end,
        tags=[
            f"{lang.number(tag.n)} · {lang.digits(tag.at)} {tag.creator}"
            for tag in plan.tags
            if tag.day == day
        ],
        closed=[
            closure.about.removeprefix(f"{day} ")
            for closure in plan.calendar.closed
            if day in closure.days and not closure.creators
        ],
    )


def _tags(plan: plan_page.PlanFields, lang: Language) -> Table:
    _ = lang.gettext
    rows: list[tuple[Cell, ...]] = [
        (
            (lang.number(tag.n),),
            (lang.weekday_of_month(tag.day), lang.digits(tag.at)),
            (tag.creator, tag.channel),
            (tag.asset, tag.language),
            (tag.text or "–",),
            (tag.label or _("not known"),),
            (plan_page.rupees(lang, tag.cost),),
        )
        for tag in plan.tags
    ]
    heads = (
        *(_("No."), _("Day and time"), _("Creator"), _("Asset"), _("Words")),
        *(_("Disclosure"), _("Planned rupees")),
    )
    return Table(
        _("Every tag"),
        heads,
        rows,
        _("Disclosure: the words by which the post says that it is paid or asked for."),
    )


def _signs(
    plan: plan_page.PlanFields, draft: ApprovalDraft, lang: Language
) -> list[tuple[str, str]]:
    _ = lang.gettext
    approver = draft.approval.by if draft.approval else "…………………………"
    below = _("Name, date, signature")
    return [
        (_("Drafted: %(by)s", by=plan.made_by), below),
        (_("Approved, a second person: %(by)s", by=approver), below),
    ]


def _footer(draft: ApprovalDraft, lang: Language) -> list[str]:
    _ = lang.gettext
    return [
        _(
            "Source: the plan as stored on %(at)s. Costs are planned, not spent.",
            at=lang.moment(draft.as_of),
        ),
        _(
            "An approval counts for this content only: %(hash)s",
            hash=draft.content[:16],
        ),
    ]
