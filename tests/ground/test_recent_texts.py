"""What was made of a text is made once, while it is new and no longer than a post."""

from socialcell.recent_texts import remembered


def test_a_text_is_looked_at_once_while_it_is_new() -> None:
    looked_at: list[str] = []
    words = remembered(lambda text: looked_at.append(text) or text.split())

    assert words("no water") == words("no water") == ["no", "water"]
    for number in range(200):
        words(str(number))
    words("no water")

    assert looked_at.count("no water") == 2


def test_a_text_longer_than_a_post_is_not_held() -> None:
    looked_at: list[int] = []
    length = remembered(lambda text: looked_at.append(len(text)) or len(text))

    assert length("a" * 5000) == length("a" * 5000) == 5000
    assert looked_at == [5000, 5000]
