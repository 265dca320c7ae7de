"""Commands of the noun `influencers`: candidates ranked, the registry of creators."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.creators import creators
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import approver_context
from socialcell.commands.options import Config, Csv, Json
from socialcell.text import displayed

if TYPE_CHECKING:
    from socialcell.services.creators.candidate_documents import (
        AuthenticityDocument,
        CandidateDocument,
        EngagementDocument,
        RankedCandidate,
        ReachDocument,
        ShareDocument,
        ShownDocument,
        StandingDocument,
    )

app = typer.Typer(
    help="Influencers: who could carry a message, and what was agreed with whom.",
    no_args_is_help=True,
)

Initiative = Annotated[
    list[str] | None,
    typer.Option(
        "--initiative",
        help="What it is about: a name or word of it, in any spelling; again for more.",
        show_default=False,
    ),
]
Topic = Annotated[
    list[str] | None,
    typer.Option(help="A topic of it, such as water; again for more."),
]
Ward = Annotated[
    list[str] | None, typer.Option(help="A ward it is for; again for more.")
]
Language = Annotated[
    list[str] | None, typer.Option(help="A language it speaks: mr, hi, en …")
]
Days = Annotated[int, typer.Option(help="Of posts that scores rest on.", min=7)]


@app.command(cls=ListCommand)
def rank(
    initiative: Initiative = None,
    topic: Topic = None,
    ward: Ward = None,
    language: Language = None,
    days: Days = 90,
    limit: Annotated[
        int | None, typer.Option(help="The most to show.", min=1, show_default=False)
    ] = None,
    config: Config = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Rank the accounts that could carry a message, each score with its parts.

    Only accounts of public standing: registered, verified as a business or a
    government, or with influencers.follower_floor followers. For approvers only; the
    look is noted in the audit log. docs/influencers.md has the formulas.

    Example: socialcell influencers rank --initiative "PMC Care" --ward Kothrud-Bavdhan
    """
    from socialcell.services.creators import influencer_ranking
    from socialcell.services.creators.candidate_facts import RankingRequest

    request = RankingRequest(
        words=tuple(initiative or ()),
        topics=tuple(topic or ()),
        wards=tuple(ward or ()),
        languages=tuple(language or ()),
        days=days,
    )
    document = influencer_ranking.rank_candidates(
        approver_context(config), request, limit
    )
    if json:
        output.as_json(document)
        return
    rows = [_row(candidate) for candidate in document["candidates"]]
    if csv:
        output.as_csv(tuple(_COLUMNS), rows)
        return
    output.table(_COLUMNS, [[row[name] for name in _COLUMNS] for row in rows])
    if n := document["not_shown"]["refused"]:
        output.note(f"Not shown, for they refused and are not asked again yet: {n}")
    output.note(
        "Why a place: socialcell influencers show ID, with the same options. A score "
        "in brackets rests on what is assumed, not seen."
    )


@app.command()
def show(
    who: Annotated[str, typer.Argument(help="A creator's key, or platform:handle.")],
    initiative: Initiative = None,
    topic: Topic = None,
    ward: Ward = None,
    language: Language = None,
    days: Days = 90,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show a candidate or creator: contacts, rates, every score explained, flags,
    results. For approvers only; the look is noted in the audit log.

    Example: socialcell influencers show x:asha_creates
    """
    from socialcell.services.creators import influencer_ranking
    from socialcell.services.creators.candidate_facts import RankingRequest

    request = RankingRequest(
        words=tuple(initiative or ()),
        topics=tuple(topic or ()),
        wards=tuple(ward or ()),
        languages=tuple(language or ()),
        days=days,
    )
    document = influencer_ranking.show_candidate(approver_context(config), who, request)
    if json:
        output.as_json(document)
        return
    for line in _lines(document):
        output.say(line)


creators.add_to(app)

_COLUMNS = (
    *("place", "id", "creator", "consent", "points", "followers", "reach"),
    *("effective_reach", "relevance", "locality", "engagement"),
    *("authenticity", "standing", "flags"),
)


def _row(candidate: "RankedCandidate") -> dict[str, str | float | None]:
    reach, genuine = candidate["reach"], candidate["authenticity"]
    low, high = genuine["interval"]
    engagement, relevance = candidate["engagement"], candidate["relevance"]
    standing = candidate["standing"]
    return {
        "place": candidate["place"],
        "id": candidate["id"],
        "creator": candidate["creator"],
        "consent": candidate["consent"],
        "points": f"{candidate['points']:.1f}",
        "followers": candidate["followers"],
        "reach": _sure(f"{reach['value']:.0f}", reach["by"] != "followers")
        if reach
        else None,
        "effective_reach": _number(candidate["effective_reach"], ".0f"),
        "relevance": f"{relevance['value']:.1%}" if relevance else None,
        "locality": f"{candidate['locality']['value']:.1%}",
        "engagement": _sure(f"{engagement['value']:.2%}", not engagement["few_posts"])
        if engagement
        else None,
        "authenticity": f"{low:.2f}–{high:.2f}",
        "standing": f"{standing['pagerank']:.1f}" if standing else None,
        "flags": ", ".join(flag["flag"] for flag in candidate["flags"]),
    }


def _number(number: float | None, form: str) -> str | None:
    return None if number is None else format(number, form)


def _sure(text: str, is_seen: bool) -> str:
    return text if is_seen else f"({text})"


def _lines(document: "ShownDocument") -> list[str]:
    lines: list[str] = []
    if document["creator"] is not None:
        lines += _entry_lines(document["creator"])
    for account in document["accounts"]:
        lines += ["", *_account_lines(account, document["of_candidates"])]
    for flag in document["flags"]:
        ended = (
            f"; lifted {output.local_day(flag['lifted_at'])} by {flag['lifted_by']}: "
            f"{flag['lifted_reason']}"
            if flag["lifted_at"]
            else ""
        )
        lines.append(
            f"flag {flag['flag']} on {flag['account']}, "
            f"{output.local_day(flag['at'])} by {flag['by']}: {flag['reason']}{ended}"
        )
    results = document["results"]
    for result in results["campaigns"] if results else ():
        lines.append(
            f"in {result['campaign']}: {result['human']} clicks of people, "
            f"{result['installs']} installs that name one"
        )
    return [displayed(line) for line in lines]


def _entry_lines(entry: dict[str, Any]) -> list[str]:
    apart = ("rates", "insights", "engaged")
    lines = [
        f"{name}: {field_value}"
        for name, field_value in entry.items()
        if name not in apart
        and field_value is not None
        and not name.startswith("rate_")
    ]
    for name, rate in entry["rates"].items():
        rupees = rate["amount_micros"] / 1_000_000
        lines.append(
            f"rate of a {name}: {rupees:.2f} {rate['currency']} since {rate['since']} "
            f"({rate['source']})"
        )
    for insight in entry["insights"]:
        what = f"{insight['dimension']} {insight['value']}".strip()
        lines.append(
            f"insight of {insight['platform']}: {what} {insight['number']:g}, "
            f"{insight['day']} ({insight['source']})"
        )
    if engaged := entry["engaged"]:
        lines.append(
            f"engaged: about {engaged['people']} people on {engaged['posts']} posts "
            f"(± {engaged['relative_error']:.1%})"
        )
    return lines


def _account_lines(account: "CandidateDocument", of: int) -> list[str]:
    lines = [
        f"{account['id']}: {account['points']} of 100 points, among {of} candidates",
        f"a candidate because: {'; '.join(account['why'])}",
        f"followers: {account['followers']}; posts that were read: {account['posts']}",
    ]
    for name, part in account["points_by"].items():
        unknown_note = "" if part["known"] else " (not known: taken as the middle)"
        lines.append(
            f"{name}: {part['points']} of {part['of']} points, above "
            f"{part['place']:.0%} of the others{unknown_note}"
        )
        lines += [f"    {line}" for line in _score_lines(name, account)]
    mix = ", ".join(
        f"{name} {share:.0%}" for name, share in account["languages"].items()
    )
    return [*lines, f"languages of its posts: {mix or 'none was read'}"]


def _score_lines(name: str, account: "CandidateDocument") -> list[str]:
    """What a score rests on; nothing where it is not known."""
    if name == "reach":
        return _reach_lines(account["reach"])
    if name == "engagement":
        return _engagement_lines(account["engagement"])
    if name == "authenticity":
        return _authenticity_lines(account["authenticity"])
    if name == "standing":
        return _standing_lines(account["standing"])
    shares = {
        "relevance": account["relevance"],
        "locality": account["locality"],
        "language": account["language"],
    }
    return _share_lines(shares[name])


def _reach_lines(reach: "ReachDocument | None") -> list[str]:
    return [f"{reach['value']:.0f} by {reach['by']}"] if reach else []


def _engagement_lines(rate: "EngagementDocument | None") -> list[str]:
    if rate is None:
        return []
    low, high = rate["interval"]
    share_seen = "none" if rate["seen"] is None else f"{rate['seen']:.2%}"
    weight = rate["prior_posts"]
    tier = "all of it" if weight is None else f"{weight:.1f} posts"
    return [
        f"{rate['value']:.2%} a post ({low:.2%} to {high:.2%}); "
        f"seen: {share_seen} on {rate['posts']} posts; "
        f"tier: {rate['tier_mean']:.2%} "
        f"of {rate['tier_accounts']} accounts, weighing {tier}"
    ]


def _authenticity_lines(estimate: "AuthenticityDocument") -> list[str]:
    low, high = estimate["interval"]
    lines = [f"between {low:.2f} and {high:.2f}", *estimate["evidence"]]
    return [*lines, *(f"cannot say {gap}" for gap in estimate["cannot_say"])]


def _standing_lines(standing: "StandingDocument | None") -> list[str]:
    if standing is None:
        return []
    return [
        f"{standing['pagerank']:.2f} times the average of {standing['accounts']} "
        f"accounts; turned to by {standing['people']}, {standing['times']} times in all"
    ]


def _share_lines(share: "ShareDocument | None") -> list[str]:
    if share is None:
        return []
    parts = ", ".join(f"{what}: {n}" for what, n in share["parts"].items())
    return [
        f"{share['value']:.1%} by {share['by']}; {share['hits']} of {share['posts']} "
        f"posts ({parts}); of everybody's posts {share['everybody']:.1%}"
    ]
