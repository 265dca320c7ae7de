"""A city whose desk has a case of two conversations, and another."""

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.desk import secret_seal
from socialcell.desk.model import DeskCase
from socialcell.desk.store import cases
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_owners
from socialcell.listening.model import Mention
from socialcell.listening.store import areas, owners
from socialcell.services.context import Context
from socialcell.services.mentions import tagging
from tests.builders import make_record, store_records
from tests.desk_builders import make_case, make_contact, make_message

RAVI, MEERA = "Ravi Sample", "Meera Sample"
BURST = "The pipe at the temple burst, call me on 98220 12345"


@pytest.fixture
def city(context: Context, engine: Engine) -> Context:
    """A case about a burst pipe with a public post and a phone call, and another."""
    secrets = context.workspace.folder / "secrets"
    (secrets / secret_seal.KEY_NAME).write_text(secret_seal.new_key())
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
        owners.replace(session, read_owners())
    store_records(engine, make_record("1", text=BURST), make_record("2", text="Thanks"))
    tagging.tag_waiting(context)
    with db.writing(engine) as session:
        post = session.scalars(
            select(Mention.id).where(Mention.external_id == "1")
        ).one()
        case = make_case(session, summary="Burst pipe", priority="P1")
        contact = make_contact(session, case, person="नागरिक-ABCD2345")
        make_message(session, case, contact, mention_id=post)
        caller = make_contact(session, case, "phone")
        make_message(session, case, caller, "No water since 6, 98221 23456")
        make_case(session, summary="Leaking tap", area="ward:hadapsar-mundhwa")
    return context


def case_of(context: Context, number: str) -> DeskCase:
    with db.reading(context.engine) as session:
        case = cases.find_case(session, number)
        session.expunge(case)
    return case


def number_of(context: Context, summary: str) -> str:
    with db.reading(context.engine) as session:
        query = select(DeskCase.number).where(DeskCase.summary == summary)
        return session.scalars(query).one()


@pytest.fixture
def burst(city: Context) -> str:
    return number_of(city, "Burst pipe")
