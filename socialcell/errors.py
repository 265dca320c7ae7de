"""One exception class per thing to do about it; every message says what, where, how.

SocialcellError        show the message and stop (exit 1)
├── ChangedMeanwhile   look at what others did, then do it again (exit 1)
├── UsageError         the command was called wrongly: call it again (exit 2)
├── NeedsAPerson       a person must sign in or renew a credential (exit 4)
├── AlreadyRunning     another daemon or command holds the workspace: later (exit 75)
└── ConfigError        configuration, secret or database version is wrong (exit 78)
    └── MissingSecret  a secret that config.yaml names is nowhere (exit 78)

An error carries a code and parameters; its sentence stands in the catalogs
(`message_catalog`) and is put together where it is shown.
"""

from socialcell.message_catalog import Message, Parameter


class SocialcellError(Exception):
    """Something a person must read: show the message, stop.

    `message` is its code with the parameters; `str()` gives the English sentence.
    """

    exit_code = 1

    def __init__(self, code: str, /, **parameters: Parameter) -> None:
        super().__init__(code)
        self.message = Message(code, parameters)

    def __str__(self) -> str:
        return str(self.message)


class ChangedMeanwhile(SocialcellError):  # noqa: N818 - named for what happened
    """Somebody else changed what is acted on, or works on it: look at it again."""


class UnreadableValue(ValueError):  # noqa: N818 - named for what is wrong
    """A value that is not what it must be, said by code and parameters: caught where
    it is known whose value it is, and shown as a parameter (`reason`) of that error."""

    def __init__(self, code: str, /, **parameters: Parameter) -> None:
        super().__init__(code)
        self.message = Message(code, parameters)

    def __str__(self) -> str:
        return str(self.message)


class UsageError(SocialcellError):
    """The command was called in a way it does not understand."""

    exit_code = 2


class NeedsAPerson(SocialcellError):  # noqa: N818 - named for what to do
    """Nothing can be done until a person signs in or renews a credential."""

    exit_code = 4


class AlreadyRunning(SocialcellError):  # noqa: N818 - named for what happened
    """Another process holds what this one needs."""

    exit_code = 75


class ConfigError(SocialcellError):
    """config.yaml, a secret or the database's version is wrong: fix it first."""

    exit_code = 78


class MissingSecret(ConfigError):  # noqa: N818 - named for what happened
    """A secret has no value anywhere: a person must put it there."""
