"""The name under which the letters of the cell are sent."""

from socialcell.services.context import Context
from socialcell.services.letter_sender import letter_sender


def test_letters_come_from_the_cell_of_the_city(context: Context) -> None:
    assert letter_sender(context, "en") == "Social media cell, Pune"
