"""Which rules a plan breaks, in words: disclosure, elections, consent, money."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.outreach import dated_rules, disclosure_rules
from socialcell.campaigns.outreach.plan_facts import (
    PEOPLE,
    Broken,
    Facts,
    Tag,
    facts_of,
    settings_of,
)
from socialcell.campaigns.planning import draft_posts
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.listening.people import protected_topics
from socialcell.settings.campaigns import Planning
from socialcell.text import index_form

_MICROS = 1_000_000


def broken(
    session: Session,
    plan: Plan,
    tags: Sequence[Tag],
    settings: Planning | None = None,
) -> list[Broken]:
    """Every rule that the plan breaks with these tags, by tag; the plan's own first.

    `settings` are those of now; without them those that the plan was made with.
    """
    facts = facts_of(session, plan, tags, settings or settings_of(plan))
    found = [*_targeting(facts), *_budget(facts, tags)]
    for tag, link in tags:
        for rule in (_creator, _disclosure, _days, _words):
            found += rule(facts, tag, link)
    return found + list(_rates(facts, tags))


# Of the plan ------------------------------------------------------------------------


def _targeting(facts: Facts) -> Iterator[Broken]:
    for name in ("audience", "initiative"):
        said = facts.plan.brief[name]
        found = protected_topics.found_in(index_form(said))
        if found is not None:
            yield from _broken(
                "targeting",
                _start(facts),
                None,
                f"the {name} {said!r} is about {found.subject} ({found.word}): "
                f"{found.reason}",
            )


def _budget(facts: Facts, tags: Sequence[Tag]) -> Iterator[Broken]:
    cost, budget = sum(tag.cost_micros for tag, _ in tags), facts.plan.brief["budget"]
    if cost > budget * _MICROS:
        yield from _broken(
            "budget",
            _start(facts),
            None,
            f"the tags cost {_rupees(cost)}, and the budget is {budget:,}",
        )


def _start(facts: Facts) -> date:
    return date.fromisoformat(facts.plan.brief["start"])


# Of a tag ---------------------------------------------------------------------------


def _creator(facts: Facts, tag: PlanTag, link: TrackedLink) -> Iterator[Broken]:
    one, key = facts.creators.get(tag.creator), tag.creator
    if one is None:
        said = f"{key} is no longer in the registry of creators"
        yield from _broken("consent", tag.day, tag.n, said)
        return
    if not one.may_be_asked(tag.day):
        days = one.cool_off_days
        until = "for good"
        if days is not None and one.consent_on is not None:
            until = f"until {one.consent_on + timedelta(days=days)}"
        said = f"{key} refused on {one.consent_on}, and that stands {until}"
        yield from _broken("consent", tag.day, tag.n, said)
    elif (
        tag.posted_by == "cell"
        and one.consent != "agreed"
        and one.kind in PEOPLE
        and not facts.public[key]
    ):
        said = f"{key} has not agreed to be named by the cell"
        yield from _broken("consent", tag.day, tag.n, said)
    if key in facts.flagged:
        said = f"an account of {key} is flagged: {facts.flagged[key]}"
        yield from _broken("flag", tag.day, tag.n, said)


def _disclosure(facts: Facts, tag: PlanTag, link: TrackedLink) -> Iterator[Broken]:
    one = facts.creators.get(tag.creator)
    if one is None or tag.text is None:
        return
    paid = tag.cost_micros > 0
    if one.connection is None and not paid:
        said = (
            f"nobody has said whether there is a material connection with {one.id}: "
            "socialcell influencers set --connection"
        )
        yield from _broken("statement", tag.day, tag.n, said)
    if one.connection == "none" and not facts.connection_by[one.id]:
        said = f"it is not known who said that nothing ties {one.id} to the city"
        yield from _broken("statement", tag.day, tag.n, said)
    tie = disclosure_rules.tie_of(one.connection, paid)
    for fault in disclosure_rules.faults(tag.text, tie, tag.language, tag.day):
        yield Broken("label", tag.n, fault.words, fault.source)
    needed = draft_posts.label(one.connection, paid, tag.language, tag.day)
    if needed is not None and tag.label != needed.text:
        said = f"the connection is now {tie}: the label is {needed.text}. Plan again"
        yield Broken("label", tag.n, said, needed.source)


def _days(facts: Facts, tag: PlanTag, link: TrackedLink) -> Iterator[Broken]:
    closed = facts.closed.get(tag.day)
    if closed is None:
        return
    kind, about = closed.rule.kind, closed.rule.about
    if kind == "election":
        said = f"{tag.day} is within an election ({about.replace('/', ' to ')})"
        yield from _broken("election", tag.day, tag.n, said)
    else:
        said = f"{tag.day} is a day to keep quiet: {kind} {about}"
        yield from _broken("quiet", tag.day, tag.n, said)


def _words(facts: Facts, tag: PlanTag, link: TrackedLink) -> Iterator[Broken]:
    if tag.text is None:
        said = f"the words that name {tag.creator} were forgotten"
        yield from _broken("words", tag.day, tag.n, said)
        return
    address = next((w for w in tag.text.split() if w.endswith(f"/r/{link.code}")), "")
    if not address.startswith(("http://", "https://")):
        said = (
            "its link has no host: set links.address in config.yaml, and plan again"
            if address
            else f"its words lack the link {link.code}"
        )
        yield from _broken("words", tag.day, tag.n, said)


# Of money ---------------------------------------------------------------------------


def _rates(facts: Facts, tags: Sequence[Tag]) -> Iterator[Broken]:
    months: dict[tuple[str, str, date], list[PlanTag]] = defaultdict(list)
    for tag, _ in tags:
        rate = facts.rates[tag.n]
        if tag.cost_micros and rate is not None and tag.cost_micros > rate:
            said = (
                f"{_rupees(tag.cost_micros)} for {tag.creator}, and the rate of a "
                f"{tag.format} on that day is {_rupees(rate)}"
            )
            yield from _broken("rate", tag.day, tag.n, said)
        if tag.cost_micros:
            month = tag.day.replace(day=1)
            months[tag.creator, tag.channel, month].append(tag)
            yield from _card(facts, tag)
    for (key, channel, month), held in sorted(months.items(), key=lambda one: one[0]):
        yield from _month(facts, key, channel, month, held)


def _card(facts: Facts, tag: PlanTag) -> Iterator[Broken]:
    one = facts.creators.get(tag.creator)
    if one is None or one.rate_class is None:
        return
    card = dated_rules.card(one.rate_source, tag.day, facts.settings.rate_cards)
    about = f"class {one.rate_class} of {one.rate_source!r}"
    if card is None or one.rate_class not in card.classes:
        said = (
            f"{one.id} has {about}, and there is no such rate card or class on that "
            "day: enter it under planning.rate_cards in config.yaml"
        )
        yield from _broken("rate", tag.day, tag.n, said)
        return
    held = card.classes[one.rate_class]
    if held.post is not None and tag.cost_micros > held.post * _MICROS:
        said = f"{_rupees(tag.cost_micros)} for {one.id}; {about}: {held.post:,} a post"
        yield Broken("rate", tag.n, said, card.source)
    if held.followers and (one.followers or 0) < held.followers:
        known = "not known" if one.followers is None else f"{one.followers:,}"
        said = f"{about} asks for {held.followers:,} followers; of {one.id}: {known}"
        yield Broken("rate", tag.n, said, card.source)


def _month(
    facts: Facts, key: str, channel: str, month: date, held: Sequence[PlanTag]
) -> Iterator[Broken]:
    one = facts.creators.get(key)
    if one is None or one.rate_class is None:
        return
    card = dated_rules.card(one.rate_source, held[0].day, facts.settings.rate_cards)
    most = card and card.classes.get(one.rate_class)
    if not most or channel not in most.month:
        return
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    cost = sum(tag.cost_micros for tag in held)
    cost += facts.elsewhere(key, channel, month, last)
    if card and cost > most.month[channel] * _MICROS:
        said = (
            f"{key} comes to {_rupees(cost)} on {channel} in {month:%B %Y}; class "
            f"{one.rate_class} of {one.rate_source!r}: {most.month[channel]:,} a month"
        )
        yield Broken("rate", held[-1].n, said, card.source)


def _broken(id_: str, day: date, n: int | None, said: str) -> Iterator[Broken]:
    """The rule with its source, if it holds on the day."""
    rule: Any = dated_rules.on(id_, day)
    if rule is not None:
        yield Broken(id_, n, said, rule.source)


def _rupees(micros: int) -> str:
    return f"{micros / _MICROS:,.0f} rupees"
