"""Follow-ups of posts: answers, echoes, quotes, reposts, edits, removals."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from socialcell.clock import IST
from socialcell.sandbox.post import Person, SandboxDraft
from socialcell.sandbox.world import post_decoration
from socialcell.sandbox.world.people import CITY_HANDLE, Population
from socialcell.sandbox.world.phrases import Pattern, of_intent, write_sentence

_SLIP = {
    "mr": "दुरुस्ती: ",
    "hi": "सुधार: ",
    "en": "Corrected: ",
    "mr-Latn": "correction: ",
    "hi-Latn": "correction: ",
}


def follow(
    drafts: list[SandboxDraft], people: Population, end: datetime, rng: Random
) -> list[SandboxDraft]:
    """The posts that answer, quote, repost or edit these ones, all before `end`.

    Also draws which of all of them their authors remove later.
    """
    after = _FollowUps(people, rng)
    for draft in drafts:
        after.of(draft)
    later = [draft for draft in after.drafts if draft.at < end]
    for draft in [*drafts, *later]:
        _perhaps_remove(draft, rng)
    return later


class _FollowUps:
    def __init__(self, people: Population, rng: Random) -> None:
        self.people, self.rng = people, rng
        self.drafts: list[SandboxDraft] = []

    def of(self, draft: SandboxDraft) -> None:
        rng, intent = self.rng, draft.labels.intent
        if draft.author.kind in ("spammer", "city"):
            return
        if intent == "complaint":
            self.echoes(draft)
            if rng.random() < (0.35 if mentions_city(draft) else 0.06):
                self.answer(draft)
        if rng.random() < 0.012 and draft.repeats is None:
            self.edit(draft)
        if rng.random() < 0.03 * draft.reach:
            self.quote(draft)
        if rng.random() < 0.05 * draft.reach:
            self.repost(draft)

    def echoes(self, draft: SandboxDraft) -> None:
        for _ in range(self.rng.choice((0, 0, 0, 0, 0, 0, 1))):
            person = self.people.draw_writer(draft.labels.language, self.rng)
            if person is not draft.author:
                same = _similar("reply_same", draft, self.rng)
                self.reply(draft, person, same, 2, 400)

    def answer(self, draft: SandboxDraft) -> None:
        rng = self.rng
        kind = "city_refer" if draft.labels.owner not in ("pmc", None) else "city_token"
        if kind == "city_token" and not draft.labels.places:
            kind = "city_ask"
        words = {"token": f"SB{rng.randint(10_000, 99_999)}"}
        pattern = _similar(kind, draft, rng)
        reply = self.reply(draft, self.people.city, pattern, 20, 900, words)
        reply.at = office_hours(reply.at)
        if rng.random() < 0.4:
            kind = "reply_thanks" if rng.random() < 0.35 else "reply_angry"
            self.reply(reply, draft.author, _similar(kind, draft, rng), 10, 3000)

    def reply(
        self,
        to: SandboxDraft,
        author: Person,
        pattern: Pattern,
        soonest: int,
        latest: int,
        words: dict[str, str] | None = None,
    ) -> SandboxDraft:
        text, _ = write_sentence(pattern, self.rng, words=words)
        called = [f"@{to.author.handle}"]
        if mentions_city(to) and author.kind != "city":
            called.append(f"@{CITY_HANDLE}")
        at = to.at + timedelta(seconds=self.rng.randint(soonest * 60, latest * 60))
        unique = " ".join(dict.fromkeys(called))
        labels = pattern.labels(topic=to.labels.topic)
        if labels.intent == "complaint":
            labels = replace(labels, owner=to.labels.owner)
        reply = SandboxDraft(at, author, f"{unique} {text}", labels, story=to.story)
        reply.reply_to = to
        self.drafts.append(reply)
        return reply

    def quote(self, draft: SandboxDraft) -> None:
        pattern = self.rng.choice(of_intent("quote"))
        author = self.people.draw_writer(pattern.language, self.rng)
        text, _ = write_sentence(pattern, self.rng)
        at = draft.at + timedelta(minutes=self.rng.randint(5, 900))
        labels = pattern.labels(topic=draft.labels.topic)
        quote = SandboxDraft(at, author, text, labels, story=draft.story, quotes=draft)
        post_decoration.link(
            quote, self.rng, f"https://x.com/{draft.author.handle}/status/{{quoted}}"
        )
        self.drafts.append(quote)

    def repost(self, draft: SandboxDraft) -> None:
        author = self.people.draw_writer(draft.labels.language, self.rng)
        text = f"RT @{draft.author.handle}: {draft.text}"
        if len(text) > 140:
            text = text[:139] + "…"
        at = draft.at + timedelta(minutes=self.rng.randint(3, 700))
        repost = SandboxDraft(
            at, author, text, draft.labels, story=draft.story, reposts=draft
        )
        self.drafts.append(repost)

    def edit(self, draft: SandboxDraft) -> None:
        """A corrected version within the hour that the platform allows."""
        text = _SLIP[draft.labels.language] + draft.text
        if len(text) > 280:
            return
        at = draft.at + timedelta(seconds=self.rng.randint(60, 3300))
        edited = SandboxDraft(
            at,
            draft.author,
            text,
            draft.labels,
            story=draft.story,
            edits=draft,
            links=draft.links,
            point=draft.point,
        )
        self.drafts.append(edited)


def mentions_city(draft: SandboxDraft) -> bool:
    return f"@{CITY_HANDLE}".lower() in draft.text.lower()


def office_hours(moment: datetime) -> datetime:
    """The same moment, or the same minute of the next office hour."""
    local = moment.astimezone(IST)
    if local.hour < 9:
        return moment + timedelta(hours=9 - local.hour)
    if local.hour >= 20:
        return moment + timedelta(hours=33 - local.hour)
    return moment


def _similar(intent: str, to: SandboxDraft, rng: Random) -> Pattern:
    """An answer in the language of the question where there is one."""
    patterns = of_intent(intent)
    same = [p for p in patterns if p.language == to.labels.language]
    if not same and to.labels.language == "hi":
        same = [p for p in patterns if p.language == "mr"]
    return rng.choice(same or [p for p in patterns if p.language == "en"] or patterns)


def _perhaps_remove(draft: SandboxDraft, rng: Random) -> None:
    kind = draft.author.kind
    if kind in ("city", "paper") or rng.random() > 0.028:
        return
    draft.removed = draft.at + timedelta(minutes=rng.randint(90, 9000))
