"""Commands of the noun `influencers`: candidates ranked, the registry of creators."""

from typing import Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.creators import creators
from socialcell.commands.options import Config, Csv, Json, open_context
from socialcell.text import displayed

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


@app.command()
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
    document = influencer_ranking.rank_candidates(open_context(config), request, limit)
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
    document = influencer_ranking.show_candidate(open_context(config), who, request)
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


def _row(candidate: dict[str, Any]) -> dict[str, Any]:
    reach, genuine = candidate["reach"], candidate["authenticity"]
    low, high = genuine["interval"]
    engagement = candidate["engagement"]
    return {
        **{name: candidate[name] for name in ("place", "id", "creator", "consent")},
        "points": f"{candidate['points']:.1f}",
        "followers": candidate["followers"],
        "reach": reach and _sure(f"{reach['value']:.0f}", reach["by"] != "followers"),
        "effective_reach": _number(candidate["effective_reach"], ".0f"),
        "relevance": _number(
            candidate["relevance"] and candidate["relevance"]["value"], ".1%"
        ),
        "locality": f"{candidate['locality']['value']:.1%}",
        "engagement": engagement
        and _sure(f"{engagement['value']:.2%}", not engagement["few_posts"]),
        "authenticity": f"{low:.2f}–{high:.2f}",
        "standing": _number(
            candidate["standing"] and candidate["standing"]["pagerank"], ".1f"
        ),
        "flags": ", ".join(flag["flag"] for flag in candidate["flags"]),
    }


def _number(number: float | None, form: str) -> str | None:
    return None if number is None else format(number, form)


def _sure(text: str, is_seen: bool) -> str:
    return text if is_seen else f"({text})"


def _lines(document: dict[str, Any]) -> list[str]:
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
    for result in (document["results"] or {}).get("campaigns", ()):
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


def _account_lines(account: dict[str, Any], of: int) -> list[str]:
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
        lines += [f"    {line}" for line in _score_lines(name, account[name])]
    mix = ", ".join(
        f"{name} {share:.0%}" for name, share in account["languages"].items()
    )
    return [*lines, f"languages of its posts: {mix or 'none was read'}"]


def _score_lines(name: str, score: dict[str, Any] | None) -> list[str]:
    if score is None:
        return []
    if name == "reach":
        return [f"{score['value']:.0f} by {score['by']}"]
    if name == "engagement":
        low, high = score["interval"]
        share_seen = "none" if score["seen"] is None else f"{score['seen']:.2%}"
        weight = score["prior_posts"]
        tier = "all of it" if weight is None else f"{weight:.1f} posts"
        return [
            f"{score['value']:.2%} a post ({low:.2%} to {high:.2%}); "
            f"seen: {share_seen} on {score['posts']} posts; "
            f"tier: {score['tier_mean']:.2%} "
            f"of {score['tier_accounts']} accounts, weighing {tier}"
        ]
    if name == "authenticity":
        low, high = score["interval"]
        lines = [f"between {low:.2f} and {high:.2f}", *score["evidence"]]
        return [*lines, *(f"cannot say {gap}" for gap in score["cannot_say"])]
    if name == "standing":
        return [
            f"{score['pagerank']:.2f} times the average of {score['accounts']} "
            f"accounts; turned to by {score['people']}, {score['times']} times in all"
        ]
    parts = ", ".join(f"{what}: {n}" for what, n in score["parts"].items())
    return [
        f"{score['value']:.1%} by {score['by']}; {score['hits']} of {score['posts']} "
        f"posts ({parts}); of everybody's posts {score['everybody']:.1%}"
    ]
