"""Candidates in order for approvers, each access audited before anything is shown."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.candidate_ranking import ScoredCandidate
from socialcell.campaigns.creators.candidate_scores import (
    InitiativeSubject,
)
from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.creators.store import creators as creator_store
from socialcell.campaigns.creators.store import flags
from socialcell.campaigns.creators.store.creator_rows import StoredCreator
from socialcell.campaigns.links import utm_naming
from socialcell.clock import IST
from socialcell.errors import SocialcellError
from socialcell.json_types import DocumentValue, JsonValue
from socialcell.listening.guard import judgement
from socialcell.listening.guard.judgement import Objection
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.people import masking
from socialcell.services import query_guard
from socialcell.services.context import Context
from socialcell.services.creators import candidate_facts, creator_results
from socialcell.services.creators.candidate_documents import (
    FlagDocument,
    RankingDocument,
    ShownDocument,
    candidate_document,
    flag_document,
    subject_document,
)
from socialcell.services.creators.candidate_facts import RankingRequest
from socialcell.services.creators.creator_registry import (
    parse_account,
    pseudonym,
    require_approver,
    today,
)
from socialcell.services.creators.creator_results import CreatorResultDocument
from socialcell.services.query_guard import AskedAt


@dataclass(frozen=True)
class RankedScore:
    """A candidate with its scores, its creator (None: in no registry) and the flags
    that stand."""

    score: ScoredCandidate
    creator: Creator | None
    flags: Sequence[FlagDocument]


@dataclass(frozen=True)
class Ranking:
    """Candidates in order. `refused` are not shown, for their refusal stands;
    `after_limit` come behind the last one."""

    as_of: datetime
    about: InitiativeSubject
    ranked: Sequence[RankedScore]
    refused: int
    after_limit: int


@dataclass(frozen=True)
class CandidateDetail:
    """A creator or an account with all that is held: the entry of the registry (None:
    in none), its accounts that are candidates, flags that stand and stood, results."""

    entry: dict[str, DocumentValue] | None
    accounts: Sequence[RankedScore]
    of_candidates: int
    flags: Sequence[FlagDocument]
    results: CreatorResultDocument | None


def rank(
    context: Context, request: RankingRequest, limit: int | None = None
) -> Ranking:
    """The candidates in order. Flagged ones come last, whatever their points; those
    whose refusal stands are counted and not shown. Noted.

    SocialcellError: whoever asks is no approver. UsageError: an unknown topic or ward,
    or something that nobody may be sought by.
    """
    now = context.clock.now()
    _require_words(context, request)
    with db.reading(context.engine) as session:
        about = candidate_facts.resolve_request(context, session, request)
    require_approver(context, "influencers.rank", "candidates", _audit_detail(request))
    with db.reading(context.engine) as session:
        scored, creators = candidate_facts.score_candidates(
            context, session, request, about
        )
        standing = flags.standing_flags(session)
    flagged: dict[str, list[FlagDocument]] = {}
    for row in standing:
        flagged.setdefault(f"{row.platform}:{row.handle}", []).append(
            flag_document(row)
        )
    open_, refused = [], 0
    for score in scored:
        creator = creators.get(score.candidate.creator or "")
        if creator is not None and not creator.may_be_asked(today(context)):
            refused += 1
            continue
        open_.append(RankedScore(score, creator, flagged.get(score.candidate.id, [])))
    open_.sort(key=lambda ranked: bool(ranked.flags))
    return Ranking(
        as_of=now.astimezone(IST),
        about=about,
        ranked=open_[:limit],
        refused=refused,
        after_limit=len(open_[limit:]) if limit else 0,
    )


def rank_candidates(
    context: Context, request: RankingRequest, limit: int | None = None
) -> RankingDocument:
    """The same as a document."""
    ranking = rank(context, request, limit)
    return {
        "as_of": ranking.as_of,
        "days": request.days,
        "about": subject_document(ranking.about),
        "candidates": [
            {
                "place": place,
                **candidate_document(ranked.score, ranked.creator),
                "flags": list(ranked.flags),
            }
            for place, ranked in enumerate(ranking.ranked, 1)
        ],
        "not_shown": {
            "refused": ranking.refused,
            "after_limit": ranking.after_limit,
        },
    }


def find_candidate(
    context: Context, name: str, request: RankingRequest
) -> CandidateDetail:
    """One creator (by key) or account (platform:handle), with all that is held of it.
    Noted.

    SocialcellError: it is no candidate and not in the registry; or no approver asks.
    """
    _require_words(context, request)
    with db.reading(context.engine) as session:
        about = candidate_facts.resolve_request(context, session, request)
        row, accounts = _resolve_name(session, name)
    object_ = (
        f"creator:{row.id}" if row is not None else pseudonym(context, *accounts[0])
    )
    require_approver(context, "influencers.show", object_, _audit_detail(request))
    with db.reading(context.engine) as session:
        scored, creators = candidate_facts.score_candidates(
            context, session, request, about
        )
        history = flags.flag_history(session, accounts)
    entry = None if row is None else _entry(context, row, creators[row.key])
    account_ids = {f"{platform}:{handle}" for platform, handle in accounts}
    matches = [score for score in scored if score.candidate.id in account_ids]
    if entry is None and not matches:
        raise SocialcellError("creators.no_candidate", name=name)
    return CandidateDetail(
        entry=entry,
        accounts=[
            RankedScore(score, creators.get(score.candidate.creator or ""), ())
            for score in matches
        ],
        of_candidates=len(scored),
        flags=[flag_document(flag_row) for flag_row in history],
        results=None
        if row is None
        else creator_results.results_of(context, [row.key]).get(row.key),
    )


def show_candidate(
    context: Context, name: str, request: RankingRequest
) -> ShownDocument:
    """The same as a document."""
    detail = find_candidate(context, name, request)
    return {
        "creator": detail.entry,
        "accounts": [
            candidate_document(ranked.score, ranked.creator)
            for ranked in detail.accounts
        ],
        "of_candidates": detail.of_candidates,
        "flags": list(detail.flags),
        "results": detail.results,
    }


def _resolve_name(
    session: Session, who: str
) -> tuple[StoredCreator | None, list[tuple[str, str]]]:
    """The creator's row, if any, and the accounts that are meant."""
    if ":" not in who:
        key = utm_naming.normalise_name(who, "key")
        registered = creator_store.registered_creators(session, [key])
        if not registered:
            raise SocialcellError("creators.no_creator", key=who)
        accounts = registered[0].accounts
        return registered[0].row, [(own.platform, own.handle) for own in accounts]
    account = parse_account(who)
    return entries.account_owner(session, *account), [account]


def _entry(
    context: Context, row: StoredCreator, creator: Creator
) -> dict[str, DocumentValue]:
    """What the registry holds of a creator, contacts too."""
    on, engaged = today(context), creator.engaged
    accounts = [(account.platform, account.handle) for account in creator.accounts]
    return {
        **entries.as_fields(row, accounts, creator.rates),
        "rates": {
            format_: {
                "amount_micros": rate.micros,
                "currency": rate.currency,
                "since": rate.since,
                "source": rate.source,
            }
            for format_, rate in creator.rates.items()
        },
        "may_be_asked": creator.may_be_asked(on),
        "insights": [asdict(insight) for insight in creator.insights],
        "engaged": None
        if engaged is None
        else {
            "people": round(creator_results.people_count(engaged)),
            "relative_error": creator_results.relative_error(engaged),
            "posts": engaged.posts,
            "since": engaged.since,
            "until": engaged.until,
        },
        "added_by": row.added_by,
        "added_at": row.added_at,
        "changed_at": row.changed_at,
    }


def _require_words(context: Context, request: RankingRequest) -> None:
    """UsageError for words that nobody is sought by. Audited."""
    for words in request.words:
        judge = partial(_objection_to, words)
        query_guard.require(context, AskedAt.INFLUENCERS, words, judge)


def _objection_to(
    words: str, _session: Session, accounts: Accounts
) -> Objection | None:
    return judgement.judge_words(words, accounts)


def _audit_detail(request: RankingRequest) -> dict[str, JsonValue]:
    """What was asked for, for the audit log: without names of people."""
    parameters = {
        key: given_value for key, given_value in asdict(request).items() if given_value
    }
    return {**parameters, "words": [masking.unnamed(word) for word in request.words]}
