"""The command line or the sample row that shows each table of the commands."""

from collections.abc import Sequence

# Which command line prints each table: file, function and place in it.
LINES = {
    "ads.show 1": "ads show --daily",
    "alert_rules.list_ 1": "alerts rules list",
    "alerts.backtest 1": "alerts backtest {series} --threshold 0",
    "alerts.list_ 1": "alerts list --all",
    "areas.list_ 1": "areas list",
    "audit.list_ 1": "audit list --limit 1000",
    "budget.budget 1": "sources budget",
    "budget.budget 2": "sources budget",
    "campaign.list_ 1": "campaigns list",
    "campaign.attribution 1": "campaigns attribution monsoon26 --by creator",
    "campaign.attribution 2": "campaigns attribution monsoon26 --by creator",
    "creators.list_ 1": "influencers list",
    "daemon._show_jobs 1": "daemon status",
    "daemon._show_sources 1": "daemon status",
    "gazetteer.list_ 1": "language gazetteer list",
    "influencers.rank 1": "influencers rank",
    "installs.print_store_figures 1": "installs show --daily",
    "language.models 1": "language models",
    "links.list_ 1": "links list",
    "links.stats 1": "links stats --by campaign,day,creator",
    "listing._print_table 1": "mentions list --limit 200",
    "mention_page.print_mention 1": "mentions show 1",
    "mention_page.print_mention 2": "mentions show 1",
    "messages.status 1": "messages status",
    "consent.list_ 1": "consent list",
    "notice_templates.list_ 1": "posts templates list",
    "outcomes.list_ 1": "outcomes list",
    "outcomes.show 1": "outcomes show activated_users --history",
    "outreach.list_ 1": "campaigns outreach list ideas27",
    "owners.list_ 1": "owners list --all",
    "routing.days 1": "routing days",
    "routing.list_ 1": "routing list",
    "public_people.list_ 1": "language people list",
    "operators.list_ 1": "operators list",
    "posts.print_posts 1": "posts list",
    "commitments.list_ 1": "commitments list",
    "registry.list_ 1": "registry list",
    "seo.show 1": "seo show --daily",
    "source_edit.history 1": "sources history x.search",
    "sources.list_ 1": "sources list",
}
# What the demo has nothing of, or what takes long: a row as it may be, in the columns
# of that table.
SAMPLES: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "answers.list_ 1": (
        ("message", "answer", "to", "way", "state", "by", "words", "what holds it"),
        ("31", "26-004211.2", "7: x", "public", "waiting", "Asha", "पाणी आले", ""),
    ),
    "photos.photos 1": (
        ("no.", "what", "kB", "added", "by", "public"),
        ("3", "photo", "214", "2026-11-21 09:05", "Asha", "yes"),
    ),
    "links.waiting 1": (
        ("code", "campaign", "field", "now", "then", "reason", "by", "at"),
        (
            *("k7mq2xd", "monsoon26", "web", "https://care.pune.example/monsoon"),
            *("https://care.pune.example/new", "moved", "Asha", "2026-11-21 09:05"),
        ),
    ),
    "breaches.list_ 1": (
        ("number", "title", "noticed", "persons", "to tell", "closed"),
        ("B26-01", "Lost laptop", "2026-11-21 09:05", "40", "board 2026-11-24", ""),
    ),
    "breaches._say 1": (
        ("to tell", "by", "state", "told", "by whom", "note"),
        ("cert_in", "2026-11-21 15:05", "told", "2026-11-21 12:00", "Asha", "by mail"),
    ),
    "notices.list_ 1": (
        ("purpose", "version", "language", "from", "consents", "by", "sha256"),
        ("messages", "2", "mr", "2026-11-21 09:05", "12", "Asha", "5f2c" * 16),
    ),
    "officer_report.accesses 1": (
        ("at (IST)", "who", "OS user", "what", "of", "records", "reason"),
        (
            *("2026-11-21 09:05", "Asha", "cell", "original", "mention 17", "1"),
            "पत्ता विचारला",
        ),
    ),
    "officer_report.tables 1": (
        ("table", "of whom", "what for", "basis", "until"),
        ("author", "who writes", "to answer", "State function", "400 days"),
    ),
    "officer_report._say_report 1": (
        ("kind", "received", "answered", "in time", "by law", "refused", "for others"),
        ("erasure", "3", "2", "2", "2", "0", "1"),
    ),
    "officer_report._say_report 2": (
        ("number", "title", "noticed", "persons", "told late or not yet"),
        ("B26-01", "Lost laptop", "2026-11-21 09:05", "40", "board (late)"),
    ),
    "officer_report._say_report 3": (
        ("who", "what", "times", "records"),
        ("Asha", "original", "3", "3"),
    ),
    "requests.list_ 1": (
        (
            *("number", "kind", "for", "state", "clock"),
            *("received", "due", "at the latest", "accounts"),
        ),
        (
            *("R26-01", "erasure", "child", "received", "due soon"),
            *("2026-11-21 09:05", "2026-12-05", "2026-12-21", "x, facebook"),
        ),
    ),
    "care.differences 1": (
        ("difference", "token", "case", "there", "here", "since", "owner"),
        ("open_there", "T81", "26-000004", "Open", "new", "2026-11-21 09:05", "roads"),
    ),
    "care.statuses 1": (
        ("status", "meaning", "own"),
        ("Resolved by the department and closed", "closed", "yes"),
    ),
    "case_output.print_list 1": (
        ("no.", "priority", "state", "due", "topic", "area", "assignee", "words"),
        ("26-000004", "P2", "new", "2026-11-21 09:05", "water", "Kothrud", "", "नळ"),
    ),
    "closures._print_closures 1": (
        ("case", "state", "contact", "channel", "language", "asked", "way", "call"),
        ("26-000004", "claimed", "7", "x", "mr", "2026-11-21 09:05", "public", "yes"),
    ),
    "closures._print_reopened 1": (
        ("case", "state", "reopened", "level", "owner", "claimed by"),
        ("26-000004", "assigned", "3", "4", "dept:water", "Asha Sample"),
    ),
    "closures._print_unread 1": (
        ("case", "state", "contact", "at", "words"),
        ("26-000004", "resolved_claimed", "7", "2026-11-21 09:05", "बघतो उद्या"),
    ),
    "field_links.list_ 1": (
        ("id", "case", "for", "made by", "until", "opened", "answered", "answer"),
        ("3", "26-000004", "Engineer", "Asha", "2026-11-21 09:05", "", "", "revoked"),
    ),
    "grouping.suggestions 1": (
        ("no.", "other", "at", "why"),
        ("26-000002", "26-000001", "2026-11-21 09:05", "nearly the same words"),
    ),
    "grouping.unclear 1": (
        ("id", "at", "platform", "intent", "text"),
        ("3021", "2026-11-21 09:05", "x", "complaint", "पाणी कधी येणार कोणास ठाऊक"),
    ),
    "macros.list_ 1": (
        ("key", "language", "version", "purpose", "until", "approved by", "text"),
        ("received", "mr", "2", "answer", "2027-03-31", "Asha", "आपला संदेश मिळाला."),
    ),
    "referrals.list_ 1": (
        ("case", "body", "way", "referred", "due", "overdue", "answer"),
        ("26-000004", "msedcl", "tag", "2026-11-21 09:05", "2026-11-28 09:05", "", ""),
    ),
    "situation._say_past_claims 1": (
        ("claim", "verdict", "asked", "decided", "corrected (min)"),
        ("The bridge at the temple fell", "false", "12", "40", "55"),
    ),
    "situation._say_urgent_cases 1": (
        ("case", "state", "answered (min)"),
        ("26-000004", "in_progress", "12"),
    ),
    "situation.look_back 1": (
        ("step", "at", "min after the first post"),
        ("acknowledged", "2026-11-21 09:05", "12"),
    ),
    "area_shapes.list_ 1": (
        ("area", "polygons", "from", "to", "sketch", "source"),
        ("ward:kothrud-bavdhan", "2", "2026-11-23", "", "sketch", "drawn by hand"),
    ),
    "alerts.rising 1": (
        ("phrase", "people", "normally", "score", "mentions"),
        ("पाणी सोडलं पहाटे", "41", "0.5", "0.98", "3021, 3022, 3040"),
    ),
    "creators.audience 1": (
        ("key", "posts", "people"),
        ("a_key_of_a_creator_that_is_long", "120", "too few"),
    ),
    "credentials.credentials 1": (
        ("connector", "accepted", "days left", "tried", "note"),
        ("instagram_messages", "NO", "not told", "2026-11-23 09:00", "ask " * 40),
    ),
    "language.evaluate 1": (
        ("label", "precision", "recall", "f1", "posts"),
        ("complaint", "0.9123", "0.8123", "0.8594", "12345"),
    ),
    "language.train 1": (
        ("model", "held out", "posts", "macro F1 or F1", "bytes"),
        ("sentiment", "l3cube-mahasent-test", "2250", "0.8123", "1234567"),
    ),
    "language.export_labels 1": (("file", "posts"), ("own/sentiment.jsonl", "17")),
    "rumours.list_ 1": (
        ("id", "since", "rumour", "note"),
        ("12", "2026-11-23 09:00", "The dam has burst " * 10, "The dam is safe " * 9),
    ),
    "messages.templates 1": (
        ("name", "language", "category", "status", "text"),
        ("water_closure_of_thursday", "mr", "UTILITY", "APPROVED", "पाणी बंद " * 30),
    ),
    "replies.waiting 1": (
        ("id", "message", "to", "answer", "written by", "may be sent until", "state"),
        ("12", "12345", "नागरिक-M7B7GQ5I", "A boat is on its way. Go up to the roof.",
         "cell.lead", "2026-11-23 09:00", "waiting"),
    ),
    "replies.waiting 2": (
        ("template", "language", "people", "entered by", "may be sent until", "state"),
        ("water_closure_of_thursday", "mr", "1200", "cell.lead", "2026-11-23 09:00",
         "waiting"),
    ),
    "outbox.list_ 1": (
        ("id", "made", "kind", "to", "subject", "state", "answer"),
        ("12345", "2026-11-23 09:00", "incident", "control-room@city.example",
         "Incident 3: flood in Sinhagad Road", "waiting", "451 try again later"),
    ),
    "plan._print_table 1": (
        ("day", "at", "creator", "channel", "asset", "language", "adds",
         "planned cost", "link"),
        ("2026-12-02", "18:30", "asha_creates", "instagram", "send_an_idea", "mr",
         "12,345", "25,000.00 INR", "https://go.city.example/r/7nftd2b"),
    ),
    "demo._print 1": (
        ("source", "received", "stored", "updated", "unchanged", "state"),
        ("instagram_messages.inbox", "1200", "1100", "50", "50", "rate_limited"),
    ),
    "public_people.waiting 1": (
        ("number", "file", "proposed_by", "id", "name", "Marathi", "evidence"),
        (
            *("1", "holders.csv", "asha", "person:sample-holder"),
            *("Namuna Udaharane", "नमुना उदाहरणे", "https://www.city.example/orders"),
        ),
    ),
    "registry.waiting 1": (
        ("platform", "handle", "name", "class", "evidence", "ground", "proposed_by"),
        ("mastodon", "citydesk", "The city's desk", "public_office",
         "https://www.city.example/accounts names it", "", "Asha Sample"),
    ),
    "similar.similar 1": (
        ("id", "nearness", "copy", "at (IST)", "platform", "author", "text"),
        ("12345", "0.8123", "yes", "2026-11-23 09:00", "google_play",
         "नागरिक-M7B7GQ5I", "कोथरूडमध्ये तीन दिवस पाणी नाही " * 3),
    ),
    "similar.stories 1": (
        ("mentions", "copies", "first id", "at (IST)", "platform", "author", "text"),
        ("120", "40", "12345", "2026-11-23 09:00", "instagram",
         "नागरिक-M7B7GQ5I", "कोथरूडमध्ये तीन दिवस पाणी नाही " * 3),
    ),
    "tokens.list_ 1": (
        ("token", "state", "reads", "place", "until", "last used", "made by"),
        ("dashboard", "in force", "mentions:read, figures:read",
         "ward:kothrud-bavdhan", "2027-11-22 09:00", "2026-11-23", "Asha Sample"),
    ),
    "top.show_pulled 1": (
        ("source", "state", "received", "stored", "updated", "unchanged", "other"),
        ("instagram_messages.inbox", "rate_limited", "120", "100", "10", "8", "2"),
    ),
    "recheck.reprocess 1": (
        ("source", "read", "readable now", "not readable", "differs"),
        ("instagram_messages.inbox", "120", "100", "20", "text 12, author 8, at 3"),
    ),
    "recheck.mapping_errors 1": (
        ("platform", "items", "first", "last", "what ails them"),
        ("google_play", "120", "2026-11-20 09:00", "2026-11-23 09:00",
         "a status whose content is no text " * 4),
    ),
    "visits.show 1": (
        ("day", "site", "source", "visits"),
        ("2026-11-22", "https://care.city.example", "a source with a long name", "120"),
    ),
    "recheck._tell 1": (
        ("source", "state", "asked", "snapshots", "note"),
        ("instagram_messages.inbox", "rate_limited", "1200", "1100", "later " * 20),
    ),
}  # fmt: skip
