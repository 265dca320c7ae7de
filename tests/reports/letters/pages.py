"""A letter that has one block of every kind."""

from dataclasses import replace

from socialcell.reports.letters.letter_page import (
    BulletList,
    DayBar,
    DayBars,
    Entries,
    Entry,
    Hyperlink,
    KeyFigure,
    KeyFigures,
    LetterPage,
    LetterSection,
    LetterTable,
    Lines,
    Quote,
    Strong,
)

CONSOLE = "https://console.invalid/incidents/14"
BARS = DayBars(
    "Posts by day",
    [
        DayBar("Mon", 152, "152"),
        DayBar("Tue", None, "?"),
        DayBar("Wed", 0, "0"),
        DayBar("Sat", 608, "608", is_alarming=True),
    ],
    "Source: 11 platforms; Instagram missing 14 hours.",
)


def letter_page(language: str = "en", **changes: object) -> LetterPage:
    entries = Entries(
        [
            Entry(
                "Two people on a roof",
                ("Sinhagad Road. Since 07:19. ", Hyperlink("No. 4211", CONSOLE)),
                Quote("आजी रात्रीपासून गच्चीवर आहेत", "mr", ("X",), "not confirmed"),
            ),
            Entry("A live wire in water", ("Vitthalwadi.",)),
        ]
    )
    page = LetterPage(
        language=language,
        subject="Flood at Sinhagad Road: no one is assigned",
        preheader="Three things to decide by noon.",
        sender="Social media cell",
        occasion="Weekly letter, 16 to 22 November 2026",
        lead=[("345 posts on Saturday.",), (Hyperlink("Open incident 14", CONSOLE),)],
        unknown=(Strong("Not known:"), " whether everyone was found."),
        sections=[
            LetterSection("Danger to life", [entries]),
            LetterSection(
                "To decide",
                [
                    LetterTable(
                        "To decide",
                        ["What", "Who", "By"],
                        [[("A night officer",), ("Commissioner",), ("Mon 23",)]],
                    )
                ],
            ),
            LetterSection(
                "Numbers",
                [
                    KeyFigures(
                        [
                            KeyFigure("62 %", "say solved", "55 to 68"),
                            KeyFigure("193", "past their time", "108", True),
                        ]
                    ),
                    BARS,
                ],
            ),
            LetterSection(
                "Done",
                [BulletList([("One answer.",)]), Lines([("Grey.",)], quiet=True)],
            ),
        ],
        closing=[("How sure: six of ten.",)],
        links=[Hyperlink("Full report", CONSOLE), Hyperlink("In the attachment")],
    )
    return replace(page, **changes)
