"""What a citizen is told of a service by right: its days, and who hears an appeal."""

from dataclasses import replace

from socialcell.desk.rts_services import appeal_text, list_services
from socialcell.i18n import language

SERVICE = replace(list_services()[0], name_en="Birth certificate", days=None)


def test_where_the_charter_is_not_known_no_days_are_named() -> None:
    assert appeal_text(SERVICE, language("en")) == (
        "Birth certificate is a service by right under the Maharashtra Right to Public "
        "Services Act 2015; its time limit stands in the municipal charter. If it is "
        "late or refused without a reason, you may appeal to the first appellate "
        "officer named there, then to the second, and after that to the State "
        "Commission for Right to Service."
    )


def test_the_days_of_the_charter_are_named() -> None:
    told = appeal_text(replace(SERVICE, days=7), language("en"))
    assert told.startswith("Birth certificate is a service by right under the ")
    assert "Services Act 2015, due within 7 days. If it is late" in told
