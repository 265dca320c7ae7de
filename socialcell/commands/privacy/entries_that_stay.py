"""What an erasure has left of public people, said by the commands that erase."""

from collections.abc import Sequence

from socialcell.commands import output


def note_public_people(ids: Sequence[str]) -> None:
    """Say which entries of people.csv an erasure has left, and how they go."""
    if ids:
        output.note(
            "Stay in people.csv, since they are of an office or a body, or perhaps of "
            f"another person of this name or this handle: {', '.join(ids)}. What is "
            "theirs goes with: socialcell language people remove ID"
        )
