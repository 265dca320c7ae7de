"""The rules that a plan violates: disclosure, elections, consent, money."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlmodel import Session

from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.outreach import dated_rules, disclosure_rules
from socialcell.campaigns.outreach.plan_facts import (
    PERSON_KINDS,
    PlanFacts,
    RuleViolation,
    Tag,
    facts_of,
    settings_of,
)
from socialcell.campaigns.planning import draft_posts
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.json_types import as_text, as_whole
from socialcell.listening.people import protected_topics
from socialcell.settings.campaigns import Planning
from socialcell.text import index_form

_MICROS = 1_000_000


def find_violations(
    session: Session, plan: Plan, tags: Sequence[Tag], settings: Planning | None = None
) -> list[RuleViolation]:
    """Every rule that the plan violates with these tags, by tag; the plan's own first.

    `settings` are those of now; without them those that the plan was made with.
    """
    facts = facts_of(session, plan, tags, settings or settings_of(plan))
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
                f"the {name} {text!r} is about {topic.subject} ({topic.word}): "
                f"{topic.reason}",
            )


def _check_budget(facts: PlanFacts, tags: Sequence[Tag]) -> Iterator[RuleViolation]:
    cost = sum(tag.cost_micros for tag, _ in tags)
    budget = as_whole(facts.plan.brief["budget"])
    if cost > budget * _MICROS:
        yield from _violation(
            "budget",
            _start(facts),
            None,
            f"the tags cost {_rupees(cost)}, and the budget is {budget:,}",
        )


def _start(facts: PlanFacts) -> date:
    return date.fromisoformat(as_text(facts.plan.brief["start"]))


# Of a tag ---------------------------------------------------------------------------


def _check_creator(
    facts: PlanFacts, tag: PlanTag, link: TrackedLink
) -> Iterator[RuleViolation]:
    creator, key = facts.creators.get(tag.creator), tag.creator
    if creator is None:
        message = f"{key} is no longer in the registry of creators"
        yield from _violation("consent", tag.day, tag.n, message)
        return
    if not creator.may_be_asked(tag.day):
        days = creator.cool_off_days
        until = "for good"
        if days is not None and creator.consent_on is not None:
            until = f"until {creator.consent_on + timedelta(days=days)}"
        message = f"{key} refused on {creator.consent_on}, and that stands {until}"
        yield from _violation("consent", tag.day, tag.n, message)
    elif (
        tag.posted_by == "cell"
        and creator.consent != "agreed"
        and creator.kind in PERSON_KINDS
        and not facts.public[key]
    ):
        message = f"{key} has not agreed to be named by the cell"
        yield from _violation("consent", tag.day, tag.n, message)
    if key in facts.flagged:
        message = f"an account of {key} is flagged: {facts.flagged[key]}"
        yield from _violation("flag", tag.day, tag.n, message)


def _check_disclosure(
    facts: PlanFacts, tag: PlanTag, link: TrackedLink
) -> Iterator[RuleViolation]:
    creator = facts.creators.get(tag.creator)
    if creator is None or tag.text is None:
        return
    paid = tag.cost_micros > 0
    if creator.connection is None and not paid:
        message = (
            "nobody has said whether there is a material connection with "
            f"{creator.id}: "
            "socialcell influencers set --connection"
        )
        yield from _violation("statement", tag.day, tag.n, message)
    if creator.connection == "none" and not facts.connection_by[creator.id]:
        message = f"it is not known who said that nothing ties {creator.id} to the city"
        yield from _violation("statement", tag.day, tag.n, message)
    material_connection = disclosure_rules.connection_to_disclose(
        creator.connection, paid
    )
    for fault in disclosure_rules.label_faults(
        tag.text, material_connection, tag.language, tag.day
    ):
        yield RuleViolation("label", tag.n, fault.words, fault.source)
    label = draft_posts.label(creator.connection, paid, tag.language, tag.day)
    if label is not None and tag.label != label.text:
        message = (
            f"the connection is now {material_connection}: the label is "
            f"{label.text}. Plan again"
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
        message = f"{tag.day} is within an election ({about.replace('/', ' to ')})"
        yield from _violation("election", tag.day, tag.n, message)
    else:
        message = f"{tag.day} is a day to keep quiet: {kind} {about}"
        yield from _violation("quiet", tag.day, tag.n, message)


def _check_words(
    facts: PlanFacts, tag: PlanTag, link: TrackedLink
) -> Iterator[RuleViolation]:
    if tag.text is None:
        message = f"the words that name {tag.creator} were forgotten"
        yield from _violation("words", tag.day, tag.n, message)
        return
    address = next((w for w in tag.text.split() if w.endswith(f"/r/{link.code}")), "")
    if not address.startswith(("http://", "https://")):
        message = (
            "its link has no host: set links.address in config.yaml, and plan again"
            if address
            else f"its words lack the link {link.code}"
        )
        yield from _violation("words", tag.day, tag.n, message)


# Of money ---------------------------------------------------------------------------


def _check_rates(facts: PlanFacts, tags: Sequence[Tag]) -> Iterator[RuleViolation]:
    months: dict[tuple[str, str, date], list[PlanTag]] = defaultdict(list)
    for tag, _ in tags:
        rate = facts.rates[tag.n]
        if tag.cost_micros and rate is not None and tag.cost_micros > rate:
            message = (
                f"{_rupees(tag.cost_micros)} for {tag.creator}, and the rate of a "
                f"{tag.format} on that day is {_rupees(rate)}"
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
    about = f"class {creator.rate_class} of {creator.rate_source!r}"
    if card is None or creator.rate_class not in card.classes:
        message = (
            f"{creator.id} has {about}, and there is no such rate card or class on "
            "that "
            "day: enter it under planning.rate_cards in config.yaml"
        )
        yield from _violation("rate", tag.day, tag.n, message)
        return
    rate_class = card.classes[creator.rate_class]
    if rate_class.post is not None and tag.cost_micros > rate_class.post * _MICROS:
        message = (
            f"{_rupees(tag.cost_micros)} for {creator.id}; {about}: "
            f"{rate_class.post:,} a post"
        )
        yield RuleViolation("rate", tag.n, message, card.source)
    if rate_class.followers and (creator.followers or 0) < rate_class.followers:
        followers = (
            "not known" if creator.followers is None else f"{creator.followers:,}"
        )
        message = (
            f"{about} asks for {rate_class.followers:,} followers; of {creator.id}: "
            f"{followers}"
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
        message = (
            f"{key} comes to {_rupees(cost)} on {channel} in {month:%B %Y}; class "
            f"{creator.rate_class} of {creator.rate_source!r}: "
            f"{most.month[channel]:,} a month"
        )
        yield RuleViolation("rate", tags[-1].n, message, card.source)


def _violation(
    id_: str, day: date, n: int | None, message: str
) -> Iterator[RuleViolation]:
    """The violation with the rule's source, if the rule is valid on the day."""
    rule = dated_rules.rule_on(id_, day)
    if rule is not None:
        yield RuleViolation(id_, n, message, rule.source)


def _rupees(micros: int) -> str:
    return f"{micros / _MICROS:,.0f} rupees"
