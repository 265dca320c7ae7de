"""Files of the weekly letter: written beside the report, and written again with it."""

from socialcell import db
from socialcell.listening.alerts.model import Rumour
from socialcell.services.reporting import report_redaction, weekly_report
from tests.reports.weekly import weeks
from tests.reports.weekly.weeks import FRIDAY, SINHAGAD
from tests.reports.world import HOUR, MONDAY, World


def test_the_letter_is_written_again_with_its_report(world: World) -> None:
    weeks.flood(world)
    words = "Khadakwasla dam has burst, run for your lives"
    weeks.rumour(world, words)
    world.mention(FRIDAY + 5 * HOUR, words, topics=("flood",), wards=(SINHAGAD,))
    files = weekly_report.write_weekly(world.context)
    assert words in files.letter_text.read_text("utf-8")

    with db.writing(world.engine) as session:
        row = session.get(Rumour, 1)
        assert row is not None
        row.ended_at = FRIDAY
    written = report_redaction.rewrite_weeks(world.context, [MONDAY])

    assert str(files.letter_html) in written
    for file in (files.letter_text, files.letter_html):
        assert words not in file.read_text("utf-8")


def test_a_letter_quotes_no_post_and_is_never_stale(world: World) -> None:
    weeks.flood(world)
    text = "Water in the houses, people on the roof"
    files = weekly_report.write_weekly(world.context)
    assert text in files.text.read_text("utf-8")
    assert text not in files.letter_text.read_text("utf-8")
    with db.reading(world.engine) as session:
        assert list(report_redaction.stale_pages(session, world.context)) == []

    for post in range(4, 14):  # those of the flood; three are of the week before
        world.delete(post)

    with db.reading(world.engine) as session:
        stale = list(report_redaction.stale_pages(session, world.context))
    assert {file.name for file in stale} <= {files.html.name, files.text.name}
    assert stale
