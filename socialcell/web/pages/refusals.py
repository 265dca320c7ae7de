"""Why a request is refused, as a status and a message."""

from dataclasses import dataclass

from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.message_catalog import Message

RETRY_SECONDS = 5
_OF_STATUS = {
    400: Message("web.status_400"),
    401: Message("web.status_401"),
    403: Message("web.status_403"),
    404: Message("web.status_404"),
    405: Message("web.status_405"),
    408: Message("web.status_408"),
    413: Message("web.status_413"),
    500: Message("web.status_500"),
    503: Message("web.status_503"),
}


@dataclass(frozen=True)
class Refusal(Exception):  # noqa: N818 - named for what happened
    """A request that is answered with a page that says why not."""

    status: int
    message: Message


class FormRefused(Exception):  # noqa: N818 - named for what happened
    """A form is not right in some fields: (name, sentence) each. The page is shown
    again."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__(*problems)
        self.problems = problems


class NotFound(SocialcellError):  # noqa: N818 - named for what happened
    """There is no such page, or none that this person may know of."""

    def __init__(self) -> None:
        super().__init__("web.status_404")


def refusal_of(status: int) -> Refusal:
    """The refusal of an HTTP status, with its usual sentence."""
    return Refusal(status, _OF_STATUS.get(status, _OF_STATUS[400]))


def explain(error: SocialcellError) -> Refusal:
    """The refusal that an error of a service is to whoever asked."""
    if isinstance(error, NotFound):
        return Refusal(404, error.message)
    if error.message.code.startswith("database."):
        return refusal_of(503)
    if isinstance(error, NeedsAPerson):
        return Refusal(403, error.message)
    return Refusal(400 if isinstance(error, UsageError) else 409, error.message)
