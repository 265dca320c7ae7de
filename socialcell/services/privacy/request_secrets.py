"""Names, words and accounts in requests of persons: encrypted with the desk's key."""

import json
from dataclasses import asdict, dataclass

from socialcell.desk import secret_seal
from socialcell.json_types import dumps
from socialcell.registers.model import RightsAccount, RightsRequest
from socialcell.services.context import Context
from socialcell.services.desk import case_secrets


@dataclass(frozen=True)
class RequestSecrets:
    """Who asks and what, as they said it. `authority` is what a guardian or nominee
    showed, `nominee` whom a nomination names, and how to reach them."""

    name: str = ""
    reach: str = ""
    words: str = ""
    authority: str = ""
    nominee: str = ""


@dataclass(frozen=True)
class AccountSecret:
    """An account as the person named it."""

    uid: str | None
    handle: str | None


def seal_text(context: Context, text: str) -> str:
    """A text as the database stores it. Errors as of `case_secrets.keys`."""
    return secret_seal.seal(text, case_secrets.keys(context))


def unseal_text(context: Context, sealed: str | None) -> str:
    """The text again; empty where it was forgotten."""
    if sealed is None:
        return ""
    return secret_seal.unseal(sealed, case_secrets.keys(context))


def seal_request(context: Context, secrets: RequestSecrets) -> str:
    """Who asks and what, sealed."""
    return seal_text(context, dumps(asdict(secrets)))


def unseal_request(context: Context, row: RightsRequest) -> RequestSecrets | None:
    """Who asks and what; None where it was forgotten."""
    if row.sealed is None:
        return None
    return RequestSecrets(**json.loads(unseal_text(context, row.sealed)))


def seal_account(context: Context, account: AccountSecret) -> str:
    """An account's number and handle, sealed."""
    return seal_text(context, dumps(asdict(account)))


def unseal_account(context: Context, row: RightsAccount) -> AccountSecret | None:
    """An account's number and handle; None where they were forgotten."""
    if row.sealed is None:
        return None
    return AccountSecret(**json.loads(unseal_text(context, row.sealed)))
