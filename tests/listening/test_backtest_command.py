"""`alerts backtest`: what it prints, and what it refuses."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from socialcell.cli import app
from socialcell.listening.alerts.burst_detector import ALERT_AT, SeriesError
from socialcell.listening.alerts.spikes import spikes


def run(*arguments, stdin=None):
    command = ["alerts", "backtest", *map(str, arguments)]
    return CliRunner().invoke(app, command, input=stdin)


def answer(*arguments, stdin=None) -> dict:
    result = run(*arguments, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refusal(path) -> str:
    result = run(path, "--json")
    assert isinstance(result.exception, SeriesError)
    assert result.exception.exit_code == 1
    return str(result.exception)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "series.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def hourly(counts, header="timestamp,value") -> str:
    rows = [
        f"2026-01-{5 + i // 24:02} {i % 24:02}:00Z,{c}" for i, c in enumerate(counts)
    ]
    return "\n".join([header, *rows, ""])


def test_the_backtest_alerts_when_the_daemon_does(tmp_path):
    # Five-minute counts of one mention in two hours, then 3, 6 and 90 at once.
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    counts = [int(at % 24 == 0) for at in range(13 * 288)] + [3, 6, 0, 90]
    step = timedelta(minutes=5)
    ends = [begin + step * (at + 1) for at in range(len(counts))]
    rows = [f"{end.isoformat()},{n}" for end, n in zip(ends, counts, strict=True)]
    times = [
        end - step + timedelta(seconds=1 + n)
        for end, count in zip(ends, counts, strict=True)
        for n in range(count)
    ]

    text = "\n".join(["timestamp,value", *rows, ""])
    printed = answer(written(tmp_path, text))
    found = spikes({"all": times}, begin, ends[-1])

    told = [(alert["at"], alert["score"]) for alert in printed["alerts"]]
    assert told == [(one.at.isoformat(), one.score) for one in found]
    assert [at for at, _ in told] == [ends[-3].isoformat(), ends[-1].isoformat()]


BURST = hourly([10] * 200 + [90] + [10] * 9)


def test_it_prints_the_promised_document(tmp_path):
    printed = answer(written(tmp_path, BURST))
    assert set(printed) == {"points", "alerts", "scores"}
    assert printed["points"] == len(printed["scores"]) == 210
    (alert,) = printed["alerts"]
    assert alert["at"] == "2026-01-13T08:00:00+00:00"
    assert alert["observed"] == 90
    assert alert["expected"] == pytest.approx(10, rel=0.05)
    assert alert["score"] == printed["scores"][200]["score"] >= ALERT_AT
    assert printed["scores"][200]["at"] == alert["at"]


def test_scores_come_in_the_order_of_the_rows(tmp_path):
    printed = answer(written(tmp_path, BURST))
    times = [point["at"] for point in printed["scores"]]
    assert times == sorted(times)
    assert times[0] == "2026-01-05T00:00:00+00:00"


def test_another_threshold_gives_other_alerts(tmp_path):
    path = written(tmp_path, hourly([10] * 200 + [30, 90] + [10] * 9))
    usual, strict, never = (
        [one["observed"] for one in answer(path, "--threshold", limit)["alerts"]]
        for limit in ("0.66", "0.85", "1")
    )
    assert (usual, strict, never) == ([90], [90], [])


def test_standard_input_is_read_and_people_get_a_table(tmp_path):
    assert answer("-", stdin=BURST) == answer(written(tmp_path, BURST))
    assert "2026-01-13 13:30\t90.0\t10." in run("-", stdin=BURST).stdout


def test_the_same_moment_in_another_zone_scores_the_same(tmp_path):
    plain = "timestamp,value\n2026-01-05 05:30:00,3\n2026-01-05T01:00:00Z,9\n"
    indian = (
        "timestamp,value\n2026-01-05T05:30:00+05:30,3\n2026-01-05T06:30:00+05:30,9\n"
    )
    assert answer("-", stdin=plain) == answer("-", stdin=indian)


def test_the_day_of_a_daily_file_stays_the_day_in_pune():
    days = "timestamp,value\n2026-01-05,3\n2026-01-06,9\n"
    printed = run("-", "--threshold", "0", stdin=days).stdout
    assert "2026-01-05 00:00\t3.0" in printed
    assert "2026-01-06 00:00\t9.0" in printed


def test_missing_intervals_are_answered(tmp_path):
    rows = BURST.splitlines()
    printed = answer(written(tmp_path, "\n".join(rows[:50] + rows[90:])))
    assert printed["points"] == 170
    assert [alert["observed"] for alert in printed["alerts"]] == [90]


def test_a_single_row_is_answered_without_an_alert(tmp_path):
    printed = answer(written(tmp_path, "timestamp,value\n2026-01-05 00:00:00,4\n"))
    assert printed["points"] == 1
    assert printed["alerts"] == []
    assert printed["scores"][0]["score"] == 0


def test_a_series_of_zeros_is_answered_without_an_alert(tmp_path):
    printed = answer(written(tmp_path, hourly([0] * 100)))
    assert {point["score"] for point in printed["scores"]} == {0}


def test_other_columns_a_mark_at_the_start_and_blank_lines_do_no_harm(tmp_path):
    text = "\ufeffsource,Value,Timestamp\nx,3,2026-01-05\n\nx,4,2026-01-06\n"
    assert answer(written(tmp_path, text))["points"] == 2


HEAD = "timestamp,value\n2026-01-05 00:00:00,4\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("timestamp,value\n", "no row below the header"),
        ("2026-01-05 00:00:00,4\n", "one column 'timestamp'"),
        (",".join(["timestamp"] + ["x"] * 1999) + "\n", "one column 'value'"),
        ("timestamp,value,value\n", "names 2 among 3"),
        (HEAD + "5 January 2026,3\n", "line 3: '5 January 2026' is not a time"),
        (HEAD + "17,3\n", "line 3: '17' is not a time"),
        (HEAD + "0001-01-01T00:00:00+05:30,3\n", "line 3: '0001-01-01"),
        (HEAD + "2026-01-05 00:00:00,4\n", "line 3 repeats the time"),
        (HEAD + "2026-01-04 00:00:00,4\n", "line 3 goes back"),
        (HEAD + "2026-01-05 01:00:00,\n", "line 3: '' is not a count"),
        (HEAD + "2026-01-05 01:00:00,nan\n", "line 3: 'nan' is not a count"),
        (HEAD + "2026-01-05 01:00:00,inf\n", "line 3: 'inf' is not a count"),
        (HEAD + "2026-01-05 01:00:00,-2\n", "line 3: '-2' is not a count"),
        (HEAD + "2026-01-05 01:00:00,many\n", "line 3: 'many' is not a count"),
        (HEAD + "2026-01-05 01:00:00\n", "line 3 has 1 cells"),
        (HEAD + "2026-01-05 01:00:00,1,2\n", "line 3 has 3 cells"),
        (b"timestamp,value\n\xff\xfe", "not UTF-8"),
        (HEAD + "x" * 2_000 + ",1\n", "line 3 has a cell of over 1000 characters"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_the_place(tmp_path, text, said):
    assert said in refusal(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert "none.csv cannot be read" in refusal(tmp_path / "none.csv")
    assert "cannot be read" in refusal(tmp_path)
