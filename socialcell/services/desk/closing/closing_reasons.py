"""Why the program itself closes or reopens a case, as it stands in the steps."""

EVERYBODY_SAID_YES = "every contact: yes"
SAID_YES_LATE = "a late yes"
SAID_NO = "a contact says no"
COMPLAINED = "a complaint after the closing"
SAID_YES_AND_NOTHING = "yes, and no objection in seven days"
SAID_NOTHING = "no answer in seven days"
