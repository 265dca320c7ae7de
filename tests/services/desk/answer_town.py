"""A city on loopback that writes to us, and cases of what it wrote."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from socialcell import config, connectors, db, sandbox
from socialcell.clock import FixedClock
from socialcell.desk.closing_model import AnswerMacro
from socialcell.desk.model import CaseContact, CaseMessage, CaseStep, DeskCase
from socialcell.listening.model import Mention
from socialcell.listening.store import integrity
from socialcell.ops import integrity as ops_integrity
from socialcell.ops.outbox_model import Outgoing
from socialcell.roles import Role
from socialcell.sandbox import City, Sandbox
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_drafts, answers
from socialcell.services.desk.answers.answer_drafts import AnswerDraft
from socialcell.services.webhooks import webhook_ingest
from socialcell.web import webhook_server
from tests.builders import make_author, make_record, make_source, store_records
from tests.conftest import MONDAY_MORNING
from tests.desk_builders import make_case, make_contact, make_message
from tests.operators import acting
from tests.rows import in_order

CITY = City(seed=11, end=MONDAY_MORNING, days=9)
KINDS = ("whatsapp", "messenger", "x")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WRITER, SECOND = "Asha Sample", "Meera Sample"
MARATHI = "आपली तक्रार मिळाली आहे. पथक आज सायंकाळपर्यंत पाणीगळती दुरुस्त करेल."
ENGLISH = "We have your complaint. A team repairs the leak by this evening."


@dataclass
class AnswerTown:
    """The platforms as people read them, and the workspace that answers there."""

    sandbox: Sandbox
    context: Context
    clock: FixedClock

    def acting(self, name: str, *roles: Role, scope: str = "all") -> Context:
        return acting(self.context, name, *roles, scope=scope)

    @property
    def writer(self) -> Context:
        """An operator, who drafts and may answer from approved answers."""
        return self.acting(WRITER, Role.OPERATOR)

    @property
    def second(self) -> Context:
        """Another person, who approves."""
        return self.acting(SECOND, Role.APPROVER)

    def hear(self, channel: str, text: str) -> int:
        """A citizen writes to the city now; the mention's id."""
        platform: Any = self.sandbox.platform(channel)
        platform.publish(text)
        with webhook_server.serving(self.context, with_worker=False) as address:
            assert set(platform.send_pushes(address)) <= {200}
        webhook_ingest.process_pushes(self.context)
        with db.reading(self.context.engine) as session:
            query = select(Mention.id).where(
                Mention.text == text, Mention.platform == channel
            )
            return session.scalars(query.order_by(Mention.id.desc())).first() or 0

    def reports(self, channel: str) -> None:
        """What the platform reports of our messages is pushed and read."""
        platform: Any = self.sandbox.platform(channel)
        with webhook_server.serving(self.context, with_worker=False) as address:
            assert set(platform.send_pushes(address)) <= {200}
        webhook_ingest.process_pushes(self.context)

    def open_case(self, *heard: tuple[str, int], **fields: Any) -> str:
        """A case with a contact for each channel and mention; its number."""
        with db.writing(self.context.engine) as session:
            case = make_case(session, self.clock.now(), **fields)
            for channel, mention_id in heard:
                contact = make_contact(session, case, channel)
                make_message(session, case, contact, mention_id=mention_id)
            return case.number

    def sent(self, channel: str) -> list[str]:
        """The texts that a platform took from us."""
        platform: Any = self.sandbox.platform(channel)
        texts = [message["text"] for message in platform.sent]
        if channel == "whatsapp":
            return [str(json.loads(text)["body"]) for text in texts]
        return texts

    def draft(self, number: str, **fields: Any) -> str:
        """An answer in Marathi of the writer's; its key."""
        fields = {"texts": {"mr": MARATHI}} | fields
        return answer_drafts.draft_answer(
            self.writer, number, AnswerDraft(**fields)
        ).key

    def approved(self, number: str, **fields: Any) -> str:
        """The same, approved by a second person."""
        key = self.draft(number, **fields)
        answers.approve_answer(self.second, key)
        return key

    def rows(self, table: type[Any]) -> list[Any]:
        with db.reading(self.context.engine) as session:
            rows = list(session.scalars(in_order(table)))
            session.expunge_all()
        return rows

    def messages(self) -> list[CaseMessage]:
        return [row for row in self.rows(CaseMessage) if row.direction == "out"]

    def states(self) -> list[str]:
        return [row.state for row in self.messages()]

    def case(self) -> DeskCase:
        """The case that was opened first: the city has others to say, too."""
        case = self.rows(DeskCase)[0]
        assert isinstance(case, DeskCase)
        return case

    def contacts(self) -> list[CaseContact]:
        return self.rows(CaseContact)

    def steps(self) -> list[str]:
        return [step.kind for step in self.rows(CaseStep)]

    def outbox(self) -> list[Outgoing]:
        return self.rows(Outgoing)

    def macros(self) -> list[AnswerMacro]:
        return self.rows(AnswerMacro)

    def change(self, table: type[Any], **fields: Any) -> None:
        """Set fields of the only row of a table."""
        with db.writing(self.context.engine) as session:
            (row,) = session.scalars(select(table))
            for name, value in fields.items():
                setattr(row, name, value)

    def change_case(self, **fields: Any) -> None:
        self.change(DeskCase, **fields)

    def see_post(self, text: str = "No water in Kothrud since morning") -> int:
        """A post on X of a citizen is stored; the mention's id."""
        post = next(
            post
            for post in CITY.posts
            if post.platform == "x" and post.is_visible(self.clock.now())
        )
        record = make_record(
            post.id, text=text, authored_at=post.at, author=make_author("77")
        )
        store_records(self.context.engine, record, at=self.clock.now())
        with db.reading(self.context.engine) as session:
            query = select(Mention.id).where(Mention.external_id == post.id)
            return session.scalars(query).one() or 0


@pytest.fixture
def town(folder: Path, context: Context, clock: FixedClock) -> Iterator[AnswerTown]:
    with serving_town(folder, context, clock) as town:
        yield town


@contextmanager
def serving_town(
    folder: Path,
    context: Context,
    clock: FixedClock,
    kinds: Sequence[str] = KINDS,
    publishes: Sequence[str] = ("x",),
) -> Iterator[AnswerTown]:
    """A city with these platforms, of which some take posts in the city's name."""
    with sandbox.serve(CITY, clock, kinds) as running:
        place = folder / "config.yaml"
        settings = yaml.safe_load(place.read_text()) or {}
        accounts = sandbox.accounts(CITY)
        settings["publishing"] = {name: accounts[name] for name in publishes}
        settings["sandbox"] = {"base_urls": running.base_urls}
        place.write_text(yaml.safe_dump(settings))
        for name, value in running.secrets.items():
            (folder / "secrets" / name).write_text(value)
        for source in running.sources:
            own = connectors.settings_in(source["connector"], source)
            make_source(context.engine, source["name"], source["connector"], **own)
        workspace = config.load(place)
        acting_context = replace(
            context, workspace=workspace, base_urls=running.base_urls
        )
        yield AnswerTown(running, acting_context, clock)
        with db.reading(context.engine) as session:
            assert integrity.problems(session) == []
            assert list(ops_integrity.outbox(session)) == []
