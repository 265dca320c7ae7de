"""A data protection officer at work, for tests of the law's registers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from socialcell.connectors.base import Record
from socialcell.desk import secret_seal
from socialcell.registers.request_rules import RequestKind
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.privacy import person_requests
from socialcell.services.privacy.person_requests import (
    NamedAccount,
    RequestDraft,
    RequestLine,
)
from socialcell.services.privacy.request_secrets import RequestSecrets
from tests.builders import make_author, make_record, store_records
from tests.operators import acting

OFFICER = "Meera Sample"
HOW = "wrote the word that we chose from that account"
WORDS = "All that the cell held of this account is erased."
MARK = "zebrawort"  # a word that only the person's posts have
ASHA = NamedAccount("x", handle="@asha_canary")
ASHA_THERE = NamedAccount("mastodon", uid="77001")


def officer(context: Context) -> Context:
    """The workspace with a data protection officer signed in, and the desk's key."""
    key = context.workspace.folder / "secrets" / secret_seal.KEY_NAME
    if not key.exists():
        key.write_text(secret_seal.new_key())
    return acting(context, OFFICER, Role.DPO)


def hers(platform: str = "x", external_id: str = "500100") -> Record:
    """A post of Asha's."""
    uid = "66001" if platform == "x" else "77001"
    return make_record(
        external_id,
        platform=platform,
        text=f"No water in Kothrud, {MARK}, since 3 days",
        author=make_author(uid, handle="asha_canary", name="Asha Canary"),
        raw={"id": external_id, "author_id": uid, "text": MARK},
    )


def store_hers(context: Context) -> None:
    """Posts of Asha's on two platforms, and one of somebody else."""
    store_records(context.engine, hers(), hers(external_id="500101"))
    store_records(context.engine, hers("mastodon", "900100"))
    store_records(context.engine, make_record("500900", text="Roads are fine"))


def receive(
    context: Context,
    kind: RequestKind = "erasure",
    accounts: Sequence[NamedAccount] = (ASHA, ASHA_THERE),
    received_at: datetime | None = None,
    **fields: Any,
) -> RequestLine:
    """A request of Asha's, received now unless it says when."""
    secrets = RequestSecrets(
        name=fields.pop("name", "Asha Canary"),
        words=fields.pop("words", "Erase me, please"),
        authority=fields.pop("authority", ""),
        nominee=fields.pop("nominee", ""),
    )
    draft = RequestDraft(
        kind, "letter", secrets, accounts, received_at=received_at, **fields
    )
    return person_requests.receive_request(context, draft)


def identified(
    context: Context, kind: RequestKind = "erasure", **fields: Any
) -> RequestLine:
    """The same, when it is known that the accounts are hers."""
    line = receive(context, kind, **fields)
    return person_requests.identify(context, line.number, HOW)
