"""The rules that a plan violates: disclosure, elections, consent, money."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlmodel import Session

from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.outreach import dated_rules, disclosure_rules, plan_facts
from socialcell.campaigns.outreach.plan_facts import (
    PERSON_KINDS,
    PlanFacts,
    RegistryFacts,
    RuleViolation,
    Tag,
    facts_of,
    settings_of,
)
from socialcell.campaigns.planning import draft_posts
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.json_types import as_text, as_whole
from socialcell.listening.people import protected_topics
from socialcell.message_catalog import Message
from socialcell.settings.campaigns import Planning
from socialcell.text import index_form

_MICROS = 1_000_000


def find_violations(
    session: Session, plan: Plan, tags: Sequence[Tag], settings: Planning | None = None
) -> list[RuleViolation]:
    """Every rule that the plan violates with these tags, by tag; the plan's own first.

    `settings` are those of now; without them those that the plan was made with.
    """
    registry = plan_facts.read_registry(session, tags)
    return violations_of(plan, tags, settings, registry)


def violations_of(
    plan: Plan,
    tags: Sequence[Tag],
    settings: Planning | None,
    registry: RegistryFacts,
) -> list[RuleViolation]:
    """The same, by what was read of the registry."""
    facts = facts_of(plan, tags, settings or settings_of(plan), registry)
    violations = [*_check_targeting(facts), *_check_budget(facts, tags)]
    for tag, link in tags:
        for rule in (_check_creator, _check_disclosure, _check_days, _check_words):
            violations += rule(facts, tag, link)
    return violations + list(_check_rates(facts, tags))


# Of the plan ------------------------------------------------------------------------


def _check_targeting(facts: PlanFacts) -> Iterator[RuleViolation]:
    for name in ("audience", "initiative"):
        text = as_text(facts.plan.brief[name])
        topic = protected_topics.protected_topic_in(index_form(text))
        if topic is not None:
            yield from _violation(
                "targeting",
                _start(facts),
                None,
                Message(
                    "outreach.protected_topic",
                    {
                        "field": name,
                        "text": text,
                        "subject": topic.name,
                        "word": topic.word,
                        "reason": topic.reason,
                    },
                ),
            )


def _check_budget(facts: PlanFacts, tags: Sequence[Tag]) -> Iterator[RuleViolation]:
    cost = sum(tag.cost_micros for tag, _ in tags)
    budget = as_whole(facts.plan.brief["budget"])
    if cost > budget * _MICROS:
        yield from _violation(
            "budget",
            _start(facts),
            None,
            Message(
                "outreach.above_budget",
                {"cost": _rupees(cost), "budget": f"{budget:,}"},
            ),
        )


def _start(facts: PlanFacts) -> date:
    return date.fromisoformat(as_text(facts.plan.brief["start"]))


# Of a tag ---------------------------------------------------------------------------


def _check_creator(
    facts: PlanFacts, tag: PlanTag, link: TrackedLink
) -> Iterator[RuleViolation]:
    creator, key = facts.creators.get(tag.creator), tag.creator
    if creator is None:
        message = Message("outreach.creator_gone", {"creator": key})
        yield from _violation("consent", tag.day, tag.n, message)
        return
    if not creator.may_be_asked(tag.day):
        yield from _violation("consent", tag.day, tag.n, _refusal(creator))
    elif (
        tag.posted_by == "cell"
        and creator.consent != "agreed"
        and creator.kind in PERSON_KINDS
        and not facts.public[key]
    ):
        message = Message("outreach.naming_not_agreed", {"creator": key})
        yield from _violation("consent", tag.day, tag.n, message)
    if key in facts.flagged:
        message = Message(
            "outreach.flagged", {"creator": key, "flags": facts.flagged[key]}
        )
        yield from _violation("flag", tag.day, tag.n, message)


def _refusal(creator: Creator) -> Message:
    day, days = creator.consent_on, creator.cool_off_days
    if day is None or days is None:
        return Message("outreach.refused_for_good", {"creator": creator.id, "day": day})
    until = day + timedelta(days=days)
    return Message(
        "outreach.refused_until", {"creator": creator.id, "day": day, "until": until}
    )


def _check_disclosure(
    facts: PlanFacts, tag: PlanTag, link: TrackedLink
) -> Iterator[RuleViolation]:
    creator = facts.creators.get(tag.creator)
    if creator is None or tag.text is None:
        return
    paid = tag.cost_micros > 0
    if creator.connection is None and not paid:
        message = Message("outreach.connection_not_stated", {"creator": creator.id})
        yield from _violation("statement", tag.day, tag.n, message)
    if creator.connection == "none" and not facts.connection_by[creator.id]:
        message = Message("outreach.connection_without_name", {"creator": creator.id})
        yield from _violation("statement", tag.day, tag.n, message)
    material_connection = disclosure_rules.connection_to_disclose(
        creator.connection, paid
    )
    for fault in disclosure_rules.label_faults(
        tag.text, material_connection, tag.language, tag.day
    ):
        yield RuleViolation("label", tag.n, fault.message, fault.source)
    label = draft_posts.label(creator.connection, paid, tag.language, tag.day)
    if label is not None and tag.label != label.text:
        message = Message(
            "outreach.connection_changed",
            {"connection": material_connection, "label": label.text},
        )
        yield RuleViolation("label", tag.n, message, label.source)


def _check_days(
    facts: PlanFacts, tag: PlanTag, link: TrackedLink
) -> Iterator[RuleViolation]:
    closed = facts.closed.get(tag.day)
    if closed is None:
        return
    kind, about = closed.rule.kind, closed.rule.about
    if kind == "election":
        first, _, last = about.partition("/")
        message = Message(
            "outreach.election_day", {"day": tag.day, "first": first, "last": last}
        )
        yield from _violation("election", tag.day, tag.n, message)
    else:
        message = Message(
            "outreach.quiet_day", {"day": tag.day, "kind": kind, "name": about}
        )
        yield from _violation("quiet", tag.day, tag.n, message)


def _check_words(
    facts: PlanFacts, tag: PlanTag, link: TrackedLink
) -> Iterator[RuleViolation]:
    if tag.text is None:
        message = Message("outreach.words_forgotten", {"creator": tag.creator})
        yield from _violation("words", tag.day, tag.n, message)
        return
    address = next((w for w in tag.text.split() if w.endswith(f"/r/{link.code}")), "")
    if not address.startswith(("http://", "https://")):
        message = (
            Message("outreach.link_without_host")
            if address
            else Message("outreach.link_not_in_words", {"link": link.code})
        )
        yield from _violation("words", tag.day, tag.n, message)


# Of money ---------------------------------------------------------------------------


def _check_rates(facts: PlanFacts, tags: Sequence[Tag]) -> Iterator[RuleViolation]:
    months: dict[tuple[str, str, date], list[PlanTag]] = defaultdict(list)
    for tag, _ in tags:
        rate = facts.rates[tag.n]
        if tag.cost_micros and rate is not None and tag.cost_micros > rate:
            message = Message(
                "outreach.above_rate",
                {
                    "cost": _rupees(tag.cost_micros),
                    "creator": tag.creator,
                    "format": tag.format,
                    "rate": _rupees(rate),
                },
            )
            yield from _violation("rate", tag.day, tag.n, message)
        if tag.cost_micros:
            month = tag.day.replace(day=1)
            months[tag.creator, tag.channel, month].append(tag)
            yield from _check_rate_card(facts, tag)
    for (key, channel, month), month_tags in sorted(
        months.items(), key=lambda entry: entry[0]
    ):
        yield from _check_month(facts, key, channel, month, month_tags)


def _check_rate_card(facts: PlanFacts, tag: PlanTag) -> Iterator[RuleViolation]:
    creator = facts.creators.get(tag.creator)
    if creator is None or creator.rate_class is None:
        return
    card = dated_rules.find_rate_card(
        creator.rate_source, tag.day, facts.settings.rate_cards
    )
    about = {
        "creator": creator.id,
        "rate_class": creator.rate_class,
        "card": creator.rate_source,
    }
    if card is None or creator.rate_class not in card.classes:
        message = Message("outreach.rate_card_missing", {**about})
        yield from _violation("rate", tag.day, tag.n, message)
        return
    rate_class = card.classes[creator.rate_class]
    if rate_class.post is not None and tag.cost_micros > rate_class.post * _MICROS:
        message = Message(
            "outreach.above_class_rate",
            {
                **about,
                "cost": _rupees(tag.cost_micros),
                "rate": f"{rate_class.post:,}",
            },
        )
        yield RuleViolation("rate", tag.n, message, card.source)
    if rate_class.followers and (creator.followers or 0) < rate_class.followers:
        about["least"] = f"{rate_class.followers:,}"
        message = Message("outreach.followers_unknown", {**about})
        if creator.followers is not None:
            followers = f"{creator.followers:,}"
            message = Message(
                "outreach.few_followers", {**about, "followers": followers}
            )
        yield RuleViolation("rate", tag.n, message, card.source)


def _check_month(
    facts: PlanFacts, key: str, channel: str, month: date, tags: Sequence[PlanTag]
) -> Iterator[RuleViolation]:
    creator = facts.creators.get(key)
    if creator is None or creator.rate_class is None:
        return
    card = dated_rules.find_rate_card(
        creator.rate_source, tags[0].day, facts.settings.rate_cards
    )
    most = card and card.classes.get(creator.rate_class)
    if not most or channel not in most.month:
        return
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    cost = sum(tag.cost_micros for tag in tags)
    cost += facts.spent_elsewhere(key, channel, month, last)
    if card and cost > most.month[channel] * _MICROS:
        message = Message(
            "outreach.above_month_rate",
            {
                "creator": key,
                "cost": _rupees(cost),
                "channel": channel,
                "month": f"{month:%Y-%m}",
                "rate_class": creator.rate_class,
                "card": creator.rate_source,
                "rate": f"{most.month[channel]:,}",
            },
        )
        yield RuleViolation("rate", tags[-1].n, message, card.source)


def _violation(
    id_: str, day: date, n: int | None, message: Message
) -> Iterator[RuleViolation]:
    """The violation with the rule's source, if the rule is valid on the day."""
    rule = dated_rules.rule_on(id_, day)
    if rule is not None:
        yield RuleViolation(id_, n, message, rule.source)


def _rupees(micros: int) -> str:
    return f"{micros / _MICROS:,.0f}"
