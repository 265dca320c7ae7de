"""Google's credentials where a key is not enough: a service account, or a person."""

import json
from collections.abc import Mapping, Sequence

from socialcell.connectors.base import ConnectorContext
from socialcell.connectors.google.google_api import (
    TOKEN_URI,
    GoogleCredentials,
    import_google,
)
from socialcell.errors import ConfigError
from socialcell.json_types import JsonObject, JsonValue
from socialcell.message_catalog import Message

REMEDY = Message("google.renew_sign_in")


def credentials(context: ConnectorContext, scopes: Sequence[str]) -> GoogleCredentials:
    """google-auth's credentials as config.yaml names them, without an access token.

    The token address is fixed to Google's own: a key file could name another.
    ConfigError when a secret is missing or the key file is none.
    """
    settings = context.config.connectors.google
    if settings.access == "service_account":
        name = settings.service_account.secret
        key = _key(name, context.secret(name).get_secret_value())
        service_account = import_google("google.oauth2.service_account")
        try:
            account: GoogleCredentials = (
                service_account.Credentials.from_service_account_info(
                    key, scopes=list(scopes)
                )
            )
        except (ValueError, TypeError, AttributeError, KeyError):
            # The library's own message may quote a part of the key.
            raise _not_a_key(name) from None
        return account
    person: GoogleCredentials = import_google("google.oauth2.credentials").Credentials(
        None,
        refresh_token=context.secret(settings.refresh_token.secret).get_secret_value(),
        token_uri=TOKEN_URI,
        client_id=context.secret(settings.client_id.secret).get_secret_value(),
        client_secret=context.secret(settings.client_secret.secret).get_secret_value(),
    )
    return person


def _key(name: str, text: str) -> JsonObject:
    try:
        key: JsonValue = json.loads(text)
    except ValueError:
        raise _not_a_key(name) from None
    if not isinstance(key, Mapping):
        raise _not_a_key(name)
    return {**key, "token_uri": TOKEN_URI}


def _not_a_key(name: str) -> ConfigError:
    return ConfigError("google.not_a_key", secret=name)
