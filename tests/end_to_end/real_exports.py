"""Files in the form in which platforms and offices give them, typed by hand.

Nothing here was exported: people, numbers and posts are invented. The forms are those
of November 2026, headings in English where the platform's page was English.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl

WHATSAPP_ANDROID = """\
28/11/2026, 8:02 am - Messages and calls are end-to-end encrypted. Only people in this \
chat can read, listen to, or share them. Learn more.
28/11/2026, 8:02 am - Sanjay Sample created group "Ward 12 Sahakarnagar"
28/11/2026, 8:05 am - Sanjay Sample: Pani nahi aaya aaj bhi. Kal bola tha 6 baje ayega
28/11/2026, 8:07 am - Meena Sample: आमच्याकडे सुद्धा नाही.
टँकर मागवायचा का?
28/11/2026, 8:07 am - +91 98765 43210: <Media omitted>
28/11/2026, 8:11 am - Sanjay Sample: This message was deleted
28/11/2026, 8:15 am - +91 98765 43210: Valve near the temple is broken, water on the \
road since 5 am <This message was edited>
28/11/2026, 1:40 pm - Meena Sample: आले पाणी, धन्यवाद
"""

WHATSAPP_IPHONE = (
    "[27/11/26, 9:58:03\u202fPM] Ward 12 Sahakarnagar: \u200eMessages and calls are "
    "end-to-end encrypted.\n"
    "[27/11/26, 9:58:41\u202fPM] Rekha Sample: Street light band hai do din se, "
    "school ke samne\n"
    "\u200e[27/11/26, 10:01:12\u202fPM] Rekha Sample: \u200eimage omitted\n"
    "[13/11/26, 7:30:00\u202fAM] ~\u202fAnil Sample: कचरा गाडी चार दिवस आली नाही\n"
)

X_ANALYTICS = """\
Date,Post id,Post text,Post Link,Impressions,Likes,Engagements,Bookmarks,Shares,\
New follows,Replies,Reposts,Profile visits,Detail Expands,URL Clicks,Hashtag Clicks,\
Permalink Clicks
"Thu, Nov 26, 2026",1999000000000000011,"Water closure in Kothrud and Warje on 27 \
November, 10:00 to 17:00.",https://x.com/samplecell/status/1999000000000000011,48210,\
312,1904,41,77,9,58,120,201,940,133,2,8
"Fri, Nov 27, 2026",1999000000000000022,"पाणीपुरवठा पूर्ववत सुरू झाला आहे.",\
https://x.com/samplecell/status/1999000000000000022,20114,188,702,12,19,3,21,44,80,301,\
0,0,2
"""

META_BUSINESS = """\
\ufeffPost ID,Page ID,Page name,Title,Description,Duration (sec),Publish time,\
Caption type,Permalink,Is crosspost,Is share,Post type,Languages,Custom labels,\
Funded content status,Data comment,Date,Impressions,Reach,\
"Reactions, Comments and Shares",Reactions,Comments,Shares,Total clicks,Link Clicks
122100000000000011,100000000000001,Sample City Cell,"डेंगीपासून बचाव: घराजवळ पाणी साठू \
देऊ नका",,0,11/26/2026 04:30,,https://www.facebook.com/100000000000001/posts/\
122100000000000011,0,0,Photos,,,,,Lifetime,15402,12210,418,301,72,45,880,0
122100000000000022,100000000000001,Sample City Cell,"Pay property tax online by \
31 December",,0,11/27/2026 09:05,,https://www.facebook.com/100000000000001/posts/\
122100000000000022,0,0,Links,,,,,Lifetime,9120,8004,139,90,33,16,610,402
"""

YOUTUBE_STUDIO = """\
Content,Video title,Video publish time,Duration,Views,Watch time (hours),Subscribers,\
Impressions,Impressions click-through rate (%)
Total,,,,4810,131.2,37,61200,4.9
aBcDeFgHi01,How to lodge a complaint in PMC Care,"Nov 12, 2026",95,3902,101.7,31,\
48110,5.2
aBcDeFgHi02,मुठा नदी सुधार: प्रश्न आणि उत्तरे,"Nov 20, 2026",214,908,29.5,6,13090,3.8
"""

GOOGLE_ADS = """\
Campaign report
26 November 2026 - 27 November 2026
Day,Customer ID,Campaign,Campaign ID,Currency code,Impressions,Clicks,Cost,Conversions
2026-11-26,123-456-7890,PMC Care installs,21000000001,INR,"12,340",410,"1,845.50",61.00
2026-11-27,123-456-7890,PMC Care installs,21000000001,INR,"11,905",388,"1,790.25",57.00
Total: Campaigns, --, --, --, INR,"24,245",798,"3,635.75",118.00
Total: Account, --, --, --, INR,"24,245",798,"3,635.75",118.00
"""

SEARCH_CONSOLE_DATES = """\
Date,Clicks,Impressions,CTR,Position
2026-11-26,1204,30117,4%,11.2
2026-11-27,1310,31004,4.23%,10.9
"""

PLAY_INSTALLS = """\
Date,Package name,Daily Device Installs,Daily Device Uninstalls,Daily Device Upgrades,\
Total User Installs,Daily User Installs,Daily User Uninstalls,Active Device Installs,\
Install events,Update events,Uninstall events
2026-11-26,org.example.punecare,212,88,41,0,205,80,48210,230,41,95
2026-11-27,org.example.punecare,240,79,12,0,231,75,48371,251,12,83
"""

APP_STORE_SALES = """\
Provider,Provider Country,SKU,Developer,Title,Version,Product Type Identifier,Units,\
Developer Proceeds,Begin Date,End Date,Customer Currency,Country Code,\
Currency of Proceeds,Apple Identifier,Customer Price,Promo Code,Parent Identifier,\
Subscription,Period,Category,CMB,Device,Supported Platforms,Proceeds Reason,\
Preserved Pricing,Client,Order Type
APPLE,US,punecare,Sample Corporation,Pune Care,4.2,1F,58,0,11/26/2026,11/26/2026,INR,\
IN,INR,1500000001,0,,,,,Utilities,,iPhone,iOS,,,,
APPLE,US,punecare,Sample Corporation,Pune Care,4.2,7F,12,0,11/26/2026,11/26/2026,INR,\
IN,INR,1500000001,0,,,,,Utilities,,iPhone,iOS,,,,
""".replace(",", "\t")

REGISTER_ROWS = [
    ["पुणे महानगरपालिका"],
    ["तक्रार नोंदवही, नोव्हेंबर २०२६"],
    [],
    [
        "अ.क्र.",
        "तक्रार क्रमांक",
        "दिनांक",
        "तक्रारीचा तपशील",
        "क्षेत्रीय कार्यालय",
        "विभाग",
        "स्थिती",
        "निकाली काढल्याचा दिनांक",
    ],
    [
        "१",
        "T-२६११०१",
        "१३-११-२०२६",
        "गल्ली क्र. ४ मध्ये ड्रेनेज तुंबले आहे",
        "कोथरूड - बावधन",
        "मलनिःसारण",
        "निकाली",
        "१५-११-२०२६",
    ],
    [
        "२",
        "T-२६११०२",
        "१४-११-२०२६",
        "शाळेसमोरील दिवे बंद आहेत",
        "औंध - बाणेर",
        "विद्युत",
        "प्रलंबित",
        None,
    ],
    [
        "३",
        "T-२६११०३",
        "२५-११-२०२६",
        "पाणी कमी दाबाने येते",
        "सिंहगड रोड",
        "पाणीपुरवठा",
        "प्रलंबित",
        None,
    ],
]


def _text(content: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: content.encode(encoding)


def _register() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in REGISTER_ROWS:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@dataclass(frozen=True)
class Export:
    """A file, what has to be said beside it, and the rows that a reader counts in it.

    `stored` are rows that become mentions, or the figures of a day in them; `filtered`
    are rows that are left out by name.
    """

    name: str
    content: Callable[[], bytes]
    stored: int
    filtered: int = 0
    settings: tuple[str, ...] = ()


ZONE = ("--set", "zone=Asia/Kolkata")
EXPORTS = [
    # Four messages with words; the media, the deleted one and two lines of the program
    # say nothing.
    Export(
        "WhatsApp Chat with Ward 12 Sahakarnagar.txt", _text(WHATSAPP_ANDROID), 4, 4
    ),
    Export("_chat.txt", _text(WHATSAPP_IPHONE), 2, 2),
    Export("account_analytics_content.csv", _text(X_ANALYTICS), 2),
    Export("Nov-26-2026_Nov-27-2026.csv", _text(META_BUSINESS), 2, settings=ZONE),
    Export("Table data.csv", _text(YOUTUBE_STUDIO), 2, 1),
    Export("Campaign report.csv", _text(GOOGLE_ADS), 2, 2, ZONE),
    Export(
        "Dates.csv",
        _text(SEARCH_CONSOLE_DATES),
        2,
        settings=("--set", "site=sc-domain:pune.example"),
    ),
    Export(
        "installs_org.example.punecare_202611_overview.csv",
        _text(PLAY_INSTALLS, "utf-16"),
        20,
    ),
    Export("S_D_80000001_20261126.txt", _text(APP_STORE_SALES), 2),
    Export("तक्रार नोंदवही.xlsx", _register, 3),
]
