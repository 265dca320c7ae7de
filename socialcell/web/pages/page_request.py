"""What the function of a screen is given: who asks, in which language, for what."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import QueryParams

from socialcell.i18n import Language
from socialcell.message_catalog import Message, in_words
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.operators.browser_sessions import BrowserVisitor
from socialcell.web.pages.sent_file import SentFile
from socialcell.web.pages.state_words import with_states_in_words

MOST_DIGITS = 18
"""Of a number in an address: a database takes any such number."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field of a form; of the form as a whole: `name` is ""."""

    name: str
    text: str


@dataclass(frozen=True)
class PageRequest:
    """A request for a page. `context.actor` is whoever is signed in.

    `places`: the ward offices and departments for which the screen's permission counts;
    None: the whole city. `path` is without the language. `typed` and `problems` are
    those of a form that was refused; `kept_form` is the encrypted form of a session
    that had ended.
    """

    context: Context
    lang: Language
    path: str
    params: Mapping[str, int | str]
    query: QueryParams
    visitor: BrowserVisitor | None
    token: str  # of the session, or of a browser that has none
    is_new_browser: bool  # it brought no token
    client: str  # the address of the browser
    user_agent: str
    places: frozenset[str] | None = None
    notice: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    kept_form: str = ""
    page_path: str = ""  # of the page that a form stands on
    file: SentFile | None = None  # that came with a form

    def may(self, permission: Permission) -> bool:
        """Whether whoever is signed in has a permission anywhere."""
        return self.visitor is not None and self.visitor.may(permission)

    def number(self, name: str) -> int:
        """A parameter of the path that is a `{name:number}`."""
        return int(self.params[name])

    def query_number(self, name: str) -> int | None:
        """A number of at most 18 digits in the query; None: there is none."""
        text = self.query.get(name, "")
        is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
        return int(text) if is_number else None

    def say(self, message: Message) -> str:
        """A message in the language of the page, not yet escaped."""
        message = with_states_in_words(message, self.lang)
        return in_words(message, self.lang.code, str, self.lang.digits, self.lang.when)
