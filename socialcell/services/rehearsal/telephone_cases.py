"""What people told a rehearsal's cell on the telephone before it read any platform, and
what the sample crew does with each call."""

from dataclasses import dataclass

from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_opening import NewCase
from socialcell.services.rehearsal.crew_acts import CrewAct, PlannedAct

_A = CrewAct
OPENED = 31
"""So many days before the end people called: in the week whose outcome the last weekly
report tells."""
_NEXT, _LATER, CLOSED, DRAWN, _CALLED = 30, 20, 13, 7, 6
DAYS = (OPENED, _NEXT, _LATER, CLOSED, DRAWN, _CALLED)
"""The days on which something happens to these cases. Those that are claimed done later
are closed over seven days of silence; then the calls by lot are drawn and made."""
_WORK = ((OPENED, _A.ASSIGN), (OPENED, _A.ANSWER), (OPENED, _A.WORK))
_SOLVED = (*_WORK, (_NEXT, _A.CLAIM), (_NEXT, _A.CONFIRM))
_SILENT = (*_WORK, (_LATER, _A.CLAIM))


@dataclass(frozen=True)
class TelephoneCall:
    """A call, and the acts that follow it: each so many days before the end."""

    words: str
    language: str
    topic: str
    place: str
    acts: tuple[PlannedAct, ...]

    @property
    def case(self) -> NewCase:
        """The case as an operator enters it during the call."""
        spoken = SpokenWords("phone", self.words, self.language)
        return NewCase(spoken, "complaint", topic=self.topic, place=self.place)


CALLS = (
    TelephoneCall(
        "The streetlight at the bus stop has been dark for a week",
        *("en", "streetlights", "Kothrud", _SOLVED),
    ),
    TelephoneCall(
        "आठ दिवसांपासून कचरा उचलला नाही, दुर्गंधी सुटली आहे",
        *("mr", "waste", "Aundh", _SOLVED),
    ),
    TelephoneCall(
        "A slab of the storm water drain is broken in front of the school",
        *("en", "drainage", "Hadapsar", (*_SILENT, (_CALLED, _A.CONTRADICT))),
    ),
    TelephoneCall(
        "रस्त्यावर मोठा खड्डा आहे, गाड्या घसरत आहेत",
        *("mr", "roads", "Baner", (*_SILENT, (_CALLED, _A.CONFIRM))),
    ),
    TelephoneCall(
        "The tree on the footpath leans over the road since the storm",
        *("en", "parks", "Kothrud", (*_SILENT, (_CALLED, _A.CONFIRM))),
    ),
    TelephoneCall(
        "बगीचे की दीवार टूट गई है, बच्चे वहीं खेलते हैं",
        *("hi", "parks", "Warje", _WORK),
    ),
    TelephoneCall(
        "There has been no electricity in our lane since the morning",
        *("en", "electricity", "Kothrud", ((OPENED, _A.REFER),)),
    ),
    TelephoneCall(
        "The public toilet near the market is locked",
        *("en", "toilets", "Hadapsar", ((_NEXT, _A.CANCEL),)),
    ),
)
