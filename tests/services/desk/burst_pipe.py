"""A burst pipe of which four people tell the city, each by a door of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.desk import secret_seal
from socialcell.desk.model import CaseContact, CaseMessage, CaseSuggestion, DeskCase
from socialcell.desk.store import opening_queue
from socialcell.json_types import JsonObject
from socialcell.listening.model import Mention
from socialcell.sandbox.post import SandboxPost
from socialcell.services.collection import collector
from socialcell.services.context import Context
from socialcell.services.desk import case_opening
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_opening import NewCase
from socialcell.services.mentions.tagging import tag_waiting
from tests.desk_builders import make_registers
from tests.services.desk.answer_town import MINUTE, AnswerTown, serving_town

PLATFORMS = ("facebook", "whatsapp", "rss")
PAPER = "ledger"
POINT = (18.50740, 73.80750)  # where the caller says that it is
PIN = (18.50812, 73.80750)  # 80 m to the north
POSTED = "Kothrud madhye panyachi pipeline futli aahe, koni yet nahi"
WRITTEN = "आमच्या गल्लीत पाण्याची पाइपलाइन फुटली आहे, पाणी वाहून जात आहे"
CALLED = "कोथरूड में पानी की पाइपलाइन फट गई है और सड़क पर पानी भर गया है"
HEADLINE = "Water pipeline bursts in Kothrud"
ARTICLE = "Residents of Kothrud complain: the water pipeline burst and nobody came."
PHONE = "98220 12345"
"""Of the caller; nobody but the assignee sees it."""


class BurstPipe:
    """The town, and what each of the four says."""

    def __init__(self, town: AnswerTown) -> None:
        self.town = town

    def on_facebook(self, text: str = POSTED) -> int:
        """Somebody writes below a post of the city's page; the mention's id."""
        self._platform("facebook").comment(text)
        self.collect("facebook.comments")
        return self._mention(text)

    def below_the_post(self, words: str) -> None:
        """Whoever wrote on Facebook writes again in the same thread."""
        post = self._posted()
        self._platform("facebook").publish(
            words, group="comment", conversation=post.conversation, reply_to=post.id
        )
        self.collect("facebook.comments")

    def by_whatsapp(self, text: str = WRITTEN) -> int:
        """Somebody writes by WhatsApp; the mention's id."""
        return self.town.hear("whatsapp", text)

    def pin(self) -> None:
        """The same person sets a pin on the map."""
        latitude, longitude = PIN
        place = ("", longitude, latitude)
        self._platform("whatsapp").publish("", group="location", point=place)
        self.town.reports("whatsapp")
        self.read()

    def by_phone(self, operator: Context) -> str:
        """Somebody calls; the number of the case that the operator opens."""
        words = SpokenWords("phone", CALLED, "hi", name="Ravi Sample", phone=PHONE)
        new = NewCase(words, "complaint", topic="water", place="Kothrud", point=POINT)
        return case_opening.open_by_hand(operator, new)

    def in_a_newspaper(self) -> int:
        """A paper brings it in its feed; the mention's id."""
        self._platform("rss").print_article(PAPER, HEADLINE, ARTICLE)
        self.collect(f"rss.{PAPER}")
        return self._mention(ARTICLE)

    def answer_by_whatsapp(self, words: str) -> None:
        """The same person writes again."""
        self.town.hear("whatsapp", words)

    def collect(self, *sources: str) -> None:
        """What the daemon does in its turn: collect these sources, or all."""
        for result in collector.collect(self.town.context, sources):
            assert result.state in ("ok", "waiting"), (result.source, result.reason)

    def read(self) -> None:
        """What the daemon does then: read what came, open and join cases."""
        tag_waiting(self.town.context)
        case_opening.open_pending(self.town.context)

    def under_the_post(self) -> list[str]:
        """What the city wrote below the post on Facebook, as people read it."""
        posts, post = self._platform("facebook").visible_posts(), self._posted()
        city = self.town.sandbox.city.people.city
        return [p.text for p in posts if p.reply_to == post.id and p.author is city]

    def suggestions(self) -> list[JsonObject]:
        """Why cases were suggested as one, whatever was decided."""
        return [row.reasons for row in self.town.rows(CaseSuggestion)]

    def case_of(self, mention: int) -> DeskCase:
        """The case that a mention is in now."""
        (message,) = [m for m in self.town.rows(CaseMessage) if m.mention_id == mention]
        (contact,) = [
            c for c in self.town.rows(CaseContact) if c.id == message.contact_id
        ]
        (case,) = [c for c in self.town.rows(DeskCase) if c.id == contact.case_id]
        assert isinstance(case, DeskCase)
        return case

    def _posted(self) -> SandboxPost:
        posts = self._platform("facebook").visible_posts()
        (post,) = [post for post in posts if post.text == POSTED]
        assert isinstance(post, SandboxPost)
        return post

    def _platform(self, name: str) -> Any:
        return self.town.sandbox.platform(name)

    def _mention(self, text: str) -> int:
        (mention,) = [
            mention
            for mention in self.town.rows(Mention)
            if text in (mention.text or "")
        ]
        assert mention.id is not None
        return mention.id


@contextmanager
def serving_pipe(
    folder: Path, context: Context, clock: FixedClock
) -> Iterator[BurstPipe]:
    """The town of the pipe, with the registers of areas and owners; what was said
    before in it opens no case."""
    (folder / "secrets" / secret_seal.KEY_NAME).write_text(secret_seal.new_key())
    with serving_town(folder, context, clock, PLATFORMS, ("facebook",)) as town:
        make_registers(town.context)
        pipe = BurstPipe(town)
        pipe.collect()
        town.reports("whatsapp")
        tag_waiting(town.context)
        with db.writing(context.engine) as session:
            opening_queue.set_start(session, session.scalar(func.max(Mention.id)) or 0)
        clock.advance(MINUTE)
        yield pipe
