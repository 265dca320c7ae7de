"""The questions of `init`: each has an option, and Enter leaves things as they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import typer

from socialcell.commands import output
from socialcell.errors import UsageError

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Questions:
    """Answers come from options; what has none is asked for, if there is a terminal.

    What was typed is asked for again while it cannot be read; of an option UsageError.
    """

    is_asking: bool

    def alerts(self, words: Sequence[str] | None, lang: str) -> dict[str, list[str]]:
        """Who is told in an alert, by language."""
        from socialcell.services.workspace.first_settings import read_addresses

        return self._answer(
            words,
            "Who is told at once when life or limb is in danger? A mail address; "
            "empty: nobody yet",
            lambda addresses: read_addresses(addresses, lang),
            is_list=False,
        )

    def operators(self, names: list[str] | None) -> list[str]:
        """The names of the first two operators, both or none."""
        if names or not self.is_asking:
            return names or []
        output.say("Two people sign in at first: what one makes, the other approves.")
        answers = []
        for which in ("One of them", "The other"):
            answer = _typed(f"{which}, by name; empty: nobody yet")
            if not answer:
                return []
            answers.append(answer)
        return answers

    def handles(self, words: Sequence[str] | None) -> dict[str, str]:
        """The city's own accounts by platform."""
        from socialcell.services.workspace.first_settings import read_handles

        return self._answer(
            words,
            "The city's own accounts, as x=PMCPune instagram=pmcpune; empty: none yet",
            read_handles,
        )

    def languages(self, words: Sequence[str] | None) -> list[str]:
        """The languages of the reports; none: as the shipped config says."""
        from socialcell.services.workspace.first_settings import read_languages

        return self._answer(
            words,
            "The languages of the reports, of mr, hi and en; empty: mr and en",
            read_languages,
        )

    def weekly(self, words: Sequence[str] | None, lang: str) -> dict[str, list[str]]:
        """Who gets the weekly report, by language."""
        return self._recipients(words, "the weekly report", lang)

    def brief(self, words: Sequence[str] | None, lang: str) -> dict[str, list[str]]:
        """Who gets the daily brief, by language."""
        return self._recipients(words, "the daily brief", lang)

    def domains(self, words: Sequence[str] | None) -> list[str]:
        """The domains to which links may lead."""
        from socialcell.services.workspace.first_settings import read_domains

        return self._answer(
            words,
            "The city's own domains, to which links may lead, as pune.example; empty: "
            "any that is no look-alike",
            read_domains,
        )

    def _recipients(
        self, words: Sequence[str] | None, letter: str, lang: str
    ) -> dict[str, list[str]]:
        from socialcell.services.workspace.first_settings import read_addresses

        return self._answer(
            words,
            f"Who gets {letter} by mail, as mr=lead@city.example en=...; without a "
            f"language in {lang}; empty: nobody yet",
            lambda addresses: read_addresses(addresses, lang),
        )

    def _answer(
        self,
        words: Sequence[str] | None,
        question: str,
        read: Callable[[Sequence[str]], Answer],
        *,
        is_list: bool = True,
    ) -> Answer:
        from socialcell.services.workspace.first_settings import split

        if words or not self.is_asking:
            return read(words or ())
        while True:
            answer = _typed(question)
            try:
                return read(split(answer) if is_list else [answer] if answer else [])
            except UsageError as error:
                output.note(str(error))


def _typed(question: str) -> str:
    answer: str = typer.prompt(question, default="", show_default=False)
    return answer.strip()
