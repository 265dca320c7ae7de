"""A life in danger is seen in five kinds of text, and figures of speech are not."""

import pytest

from socialcell.language import frames, lexicon, read
from socialcell.language.analysis import IN_DANGER
from socialcell.language.danger_rules import (
    WEIGHT,
    Danger,
    danger_of,
    is_exercise,
    is_of_bite,
    is_of_hurt,
    is_story,
    is_without_water,
)

LOUD = ("high", "critical")
DANGER = [
    # Accidents.
    "Accident near Warje bridge, two people unconscious",
    "वारजे पुलाजवळ भीषण अपघात",
    "हादसे में दो लोग बेहोश हैं",
    "apghat zala, 2 jan behosh ahet, Warje",
    "zad padlay gadivar, aat manus adaklay!",
    "Zaad padlay gadi var, aat maanus adklaay",
    "झाड पडलंय गाडीवर, आत माणूस अडकलाय!",
    "पेड़ गिरा, कार में आदमी फंसा है",
    "ped gira gadi pe, andar aadmi fansa hai",
    "बस उलटली, खूप जण जखमी, कात्रज घाट",
    "school bus palti zali, mule aat ahet",
    "tempo palat gaya hai flyover pe",
    "Truck overturned on the slope near Bavdhan",
    "चार घायल, हाईवे पर",
    # Violence.
    "A man with a knife at the bus stand",
    "चौकात चाकूने वार केला",
    "चौराहे पर चाकू से हमला हुआ",
    "chowkat chaku ne var kela",
    "chauraha par chaku se hamla hua",
    # Crowds.
    "Stampede at the ghat",
    "घाटावर चेंगराचेंगरी",
    "घाट पर भगदड़ मच गई",
    "ghatavar chengrachengri zali",
    "ghat par bhagdad mach gayi",
    # Collapse.
    "Building collapsed in Kondhwa",
    "कोंढव्यात इमारत कोसळली",
    "कोंढवा में इमारत ढह गई",
    "Kondhvyat imarat kosalli",
    "imarat gir gayi, log malbe mein dab gaye",
    # Fire.
    "Smoke and flames from a shop behind the market, send somebody",
    "godown madhun aagiche lot nightayt",
    "गोदाम से आग की लपटें निकल रही हैं",
    "महात्मा फुले मंडईत आग, दुकानात लोक आहेत",
    "dukanat aag, sagle palat ahet",
    "गोदाम में आग, कोई है क्या वहां",
    # Gas.
    "Gas leak in our lane",
    "गल्लीत गॅस गळती",
    "गली में गैस लीक हो रही है",
    "gallit gas cha vas yetoy",
    "gali mein gas ki badbu aa rahi hai",
    # Electricity.
    "A live wire fell on the road",
    "मुलाला शॉक लागला",
    "खंभे से बच्चे को करंट लग गया",
    "mulala shock laglay",
    "bacche ko current lag gaya",
]
HARMLESS = [
    "आंब्याच्या भावात आग, दुकानात गर्दी",
    "gharat aag lagel evdhi garmi, fan suddha garam",
    "Two players injured, we still won the match by ten runs",
    "mar gaya yaar, what a day",
    "I died laughing 😂",
    "This song is on fire",
    "हसून हसून मेलो",
    "bill baghun shock lagla",
    "बिल पाहून शॉक लागला",
    "Prices are on fire",
    "पेट्रोलच्या दराला आग लागली",
    "traffic madhe lok adakle",
    "log jam mein fanse hai",
    "People trapped in debt",
    "In that movie a building collapsed, good scene",
    "पिक्चर मधे इमारत कोसळली ते बघितलं का",
    "film mein building gir gayi, mast movie",
    "Our team was crushed in the match",
    "match madhe stampede at the gate of runs",
    "Mock drill: people trapped under debris at the school",
    "मॉक ड्रिल: इमारत कोसळली, माणसं अडकली",
    "mock drill hai, building gir gayi aisa samjho",
    "Years ago a wall collapsed here",
    "मागच्या वर्षी इमारत कोसळली होती",
    "pichle saal yahan imarat dhah gayi thi",
    "My crush smiled at me",
    "Gas cylinder price again up",
    "Signal off at Golibar Maidan",
    "lift madhe adaklo hoto, 10 min madhe kadhle, aabhari",
    "रस्त्याला भगदाड पडलंय",
]


@pytest.mark.parametrize("text", DANGER)
def test_a_life_in_danger_is_high_at_least_and_says_so(text: str) -> None:
    (reading,) = read([text])

    assert reading.urgency.level in LOUD
    assert IN_DANGER in reading.urgency.reasons


CRITICAL = [
    # Somebody who wants to die.
    "I do not want to live any more, this is goodbye",
    "आता जगायचं नाही मला, माफ करा सगळे",
    "अब जीना नहीं चाहता, सबको माफ करना",
    "mala aata jagaych nahi, sorry mitrano",
    "marne ja raha hu, koi mat rokna",
    # Breath, and what stops it.
    "Uncle is not breathing, Bibwewadi, what do I do",
    "बाबा श्वास घेत नाहीत, लवकर या",
    "दादी की सांस रुक रही है",
    "kaka shuddhivar nahi ahet, tondatun fes yetoy",
    "papa hosh me nahi hai, muh se jhaag",
    # Poison.
    "My nephew drank kerosene, he is two",
    "बाळाने फिनाईल प्यायलं",
    "बच्ची ने कीटनाशक पी लिया",
    "mulane rockel pyayla, kay karu",
    "bacche ne phenyl pi liya",
    # Snakes.
    "Gardener bitten by a snake, Undri",
    "शेतात आजोबांना साप चावला",
    "भाई को सांप ने काटा",
    "shetat mavshila saap chavla",
    "bhai ko saap ne kaat liya",
    # Blood, a bed, an ambulance.
    "AB negative blood needed urgently, Sassoon",
    "ओ निगेटिव्ह रक्त तातडीने हवंय",
    "आईसीयू बेड तुरंत चाहिए",
    "rakt tatdine pahije, O negative, ratri",
    "ambulance nahi aa rahi, ek ghanta ho gaya",
    # Water, and a current.
    "Water up to our neck on the ground floor",
    "घरात गळ्यापर्यंत पाणी आलंय",
    "घर में गले तक पानी है",
    "panyachya motorla haat lavla ani kaka chikatle, current ahe",
    "bhai current se chipka hai",
    # What fell on somebody, and illness that is not named.
    "chacha dab gaye diwar ke niche",
    "भिंतीखाली दोघे दबलेत",
    "The baby's lips are blue, she makes a strange sound",
    "दादा के होंठ नीले पड़ रहे हैं",
    "Grandpa's mouth is drooping on the left since ten minutes",
    "मुन्नी ने छोटी बैटरी निगल ली",
    "chhoti ne battery nigal li, aap aao",  # "aap" (you) is no app
]


@pytest.mark.parametrize("text", CRITICAL)
def test_a_life_at_stake_is_critical(text: str) -> None:
    (reading,) = read([text])

    assert danger_of(text) is Danger.CRITICAL
    assert reading.urgency.level == "critical"


@pytest.mark.parametrize(
    "text",
    [
        "Blood donation camp on Sunday, donors needed",
        "रविवारी रक्तदान शिबिर, रक्तदाते हवेत",
        "रक्त हवंय उद्याच्या ऑपरेशनसाठी",
        "shibir madhe rakt pahije",
        "Netflix serial, the hero drank poison in the last episode",
    ],
)
def test_what_can_wait_or_is_played_is_not_critical(text: str) -> None:
    assert danger_of(text) is not Danger.CRITICAL


@pytest.mark.parametrize(
    "text",
    [
        "नंबर हो तो बताइए",
        "समय हो तो आ जाना",
        "How do they pay the workers?",
    ],
)
def test_an_ordinary_word_makes_no_exercise(text: str) -> None:
    assert not is_exercise(text)


@pytest.mark.parametrize(
    "text",
    [
        "They ran to the terrace in 1961 and the river took the shop",
        "बीजीएमआई में उसने छत से गोली चलाई",
        "dada sangayche tya ratri gavat kay zala te",
        "After leg day both my legs are gone, stairs are my enemy",
        "आघाडीची भिंत खचली म्हणे",
        "म्हणतात ना, जळत्या घराचा वासा",
        "वाड्याला आग लागली ती १८२८ साली",
        "2005 ki baadh me wo chhat pe the, tab se pune me hai",
        "पूल पडल्याचा मेसेज खोटा आहे, ही अफवा आहे",
        "वीस वर्षांपूर्वी घाटात आमची जीप उलटली होती, आज आम्ही गप्पा मारतोय",
        "does anybody remember the july when we were stuck in neck deep water",
        "Update on the transformer fire: it is put out, fire is out, nobody hurt",
    ],
)
def test_long_ago_a_game_a_boast_and_a_proverb_are_stories(text: str) -> None:
    assert is_story(text)


@pytest.mark.parametrize(
    "text",
    [
        "Since 2019 this wall leans over the lane",
        "The mechanic is under the car and does not answer",
        "bus chi chaka riksha var geli",
        "OT madhe light geli, operation chalu ahe",
        # Words that sound like one of a story: owner and serial, snake and dreams,
        # brother and price, lake and applause, all and practice, came and taken out.
        "हाथ मशीन में है, मालिक गेट बंद करवा रहा",
        "सापाने पकडलं पाय",
        "bhavala shwas gheta yet nahi",
        "talya madhe don pora budali",
        "सर्वात खालच्या मजल्यावर पाणी",
        "cobra nikla hai aanganwadi me",
        "The trailer leans over the footpath",
        "Water 2000 litres gone, wall leaning",
        "1800 22 50 is not answered, the wire hangs",
        "2015 से दीवार झुकी है",
        "वीस वर्षांपूर्वीची भिंत आत्ता पडली, माणसं अडकलीत",
        # The past in the same breath: a complaint, a warning, when it was built.
        "Wrote about this slab two years ago, it came down, the cook is under it",
        "चार साल पहले बनी बालकनी गिरी, दादी नीचे दबी हैं",
        "मागच्या महिन्यात तक्रार केली होती, झाड पडलं, रिक्षावाला अडकलाय",
        "gelya varshi pan sangitla hota, vij chi tar padli, mulga chikatlay",
        "2019 me shikayat ki thi, naala toot gaya, bachcha beh gaya",
        "Water in the house as last year, same height, we are on the loft, send a boat",
    ],
)
def test_what_happens_now_is_no_story(text: str) -> None:
    assert not is_story(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_like_danger_rings_no_bell(text: str) -> None:
    (reading,) = read([text])

    assert not danger_of(text)
    assert reading.urgency.level not in LOUD
    assert IN_DANGER not in reading.urgency.reasons


@pytest.mark.parametrize(
    "text",
    [
        "वाहतूक कोंडीत लोक अडकले",
        "traffic mein bacche fanse hai",
        "stuck in a meeting, man",
    ],
)
def test_to_be_stuck_in_traffic_is_no_danger_to_life(text: str) -> None:
    assert not danger_of(text)


@pytest.mark.parametrize("label", ["spam", "not_civic"])
def test_danger_counts_whatever_the_text_is_taken_for(label: str) -> None:
    texts = {
        "spam": "Free passes offer! Gas leak in hall, call 9000000000, win prizes",
        "not_civic": "चहू बाजूंनी गोळीबार सुरु आहे",
    }
    (reading,) = read([texts[label]])

    assert reading.intent.label == label
    assert reading.urgency.level in LOUD


def test_words_of_haste_alone_make_no_spam_urgent() -> None:
    (reading,) = read(["Urgent! Earn 5000 daily from home, call immediately, limited"])

    assert reading.intent.label == "spam"
    assert reading.urgency.level == "low"


def test_many_who_vomit_are_a_danger_and_the_wrong_way_round_is_none() -> None:
    assert danger_of("mess ka khana khake bacchon ko ultiyan") is Danger.SERIOUS
    assert danger_of("bacche ulti side se road cross karte hain") is Danger.NONE


@pytest.mark.parametrize(
    "text",
    [
        "Not a drill, people trapped under debris",
        "मॉक ड्रिल नाही, इमारत कोसळली",
        "Last year too, and today again a building collapsed",
        "Stampede at the match, send ambulance",
    ],
)
def test_what_is_meant_in_earnest_is_danger_in_spite_of_a_story(text: str) -> None:
    assert danger_of(text)


def test_a_story_in_another_sentence_of_a_long_post_takes_nothing_away() -> None:
    film = "We came home from a movie and had dinner with friends of ours. "
    assert not danger_of(f"{film} Building collapsed.")
    assert danger_of(f"{film * 4} Building collapsed.")


def test_a_word_of_danger_that_is_not_urgent_is_named_as_possible() -> None:
    (reading,) = read(["गंभीर विषयावर चांगला लेख"])

    assert reading.urgency.level not in LOUD
    assert reading.urgency.reasons == ("possible danger to life",)


def test_danger_weighs_as_the_reason_of_the_lexicon_does() -> None:
    assert float(lexicon.data("urgency")["cues"][IN_DANGER]["weight"]) == WEIGHT


@pytest.mark.parametrize(
    "text",
    [
        "No water for 5 days now in our lane, is anyone listening",
        "आमच्याकडे water supply चार दिवस बंद आहे, कोणी बघणार का?",
        "पाच दिवस झाले पाणी नाही, टँकरही नाही",
        "4 din se pani nahi aa raha, koi sunta nahi",
        "char divas zale pani nahi, takrar karun kahi nahi",
    ],
)
def test_no_water_for_three_days_is_high(text: str) -> None:
    (reading,) = read([text])

    assert is_without_water(text)
    assert reading.urgency.level == "high"


@pytest.mark.parametrize(
    "text",
    [
        "Low pressure for 5 days, the tank fills slowly",
        "पाइप फुटून चार दिवस झाले, पाणी रस्त्यावर वाहतंय",
        "hamare yahan pani 4 din se matmaila hai",
    ],
)
def test_bad_water_is_not_no_water(text: str) -> None:
    assert not is_without_water(text)


@pytest.mark.parametrize(
    "text",
    [
        "That pothole again, my brother fell and fractured his wrist, fix it",
        "आमच्या गल्लीत कुत्र्याने मुलाला चावा घेतला, बंदोबस्त करा",
        "टूटे फुटपाथ पर दादी गिरीं, हड्डी टूट गई, कब सुधरेगा",
        "khaddyamule padlo, haad modla, rasta kadhi honar",
        "awara kutto ne kaata bachche ko, shikayat ki thi, koi action nahi",
    ],
)
def test_a_complaint_that_somebody_was_hurt_is_high(text: str) -> None:
    (reading,) = read([text])

    assert reading.intent.label in ("complaint", "help")
    assert reading.urgency.level in LOUD


@pytest.mark.parametrize(
    "text",
    [
        "I do not want to live, no one will miss me",
        "जगण्यात अर्थ नाही, आज सगळं संपवणार",
        "अब जीने का मन नहीं है",
        "jagavasa vatat nahi ata",
        "khud ko khatam kar lu kya",
    ],
)
def test_who_means_to_die_is_taken_at_their_word(text: str) -> None:
    (reading,) = read([text], semantic=True)

    assert reading.urgency.level == "critical"


def test_who_means_to_die_in_a_joke_is_not() -> None:
    (reading,) = read(["Monday, I do not want to live 😂😂 lol"], semantic=True)

    assert reading.urgency.level not in LOUD


@pytest.mark.parametrize(
    "text",
    [
        "A monkey bit my aunt, who has the vaccine today?",
        "मांजर चावली पोराला, लस कुठे मिळेल",
        "बंदर ने नानी को काट लिया, टीका कहाँ लगेगा",
        "undir chavla balala ratri, konta dawakhana ughda ahe",
        "kutte ne kata hai muje, injection kaha lagega",
    ],
)
def test_who_was_bitten_is_heard_in_a_question_too(text: str) -> None:
    (reading,) = read([text])

    assert reading.urgency.level in LOUD


@pytest.mark.parametrize(
    "text",
    [
        "Which hospital has the vaccine if a dog bit somebody",
        "कुत्रा चावल्यावर इंजेक्शन कुठे मिळतं?",
        "fiber kata hai chuhe ne, kal tak hotspot pe",
        "our dog is a bit noisy",
        "kutton ka jhund hai par kisi ko kabhi kata nahi",
    ],
)
def test_a_bite_that_was_none_is_not_heard(text: str) -> None:
    assert not is_of_bite(text)


def test_a_hurt_that_is_told_as_a_story_is_none() -> None:
    assert is_of_hurt("He fractured his arm at the broken footpath")
    assert not is_of_hurt("In that movie he fractured his arm")


@pytest.mark.parametrize(
    "text",
    [
        "an old lady fell off her scooter at this crater",
        "a rider fell here again this morning",
        "इस गड्ढे में परसों स्कूटी वाला गिरा",
        "ढीली रेत है, दो बाइक सवार गिर गए",
        "खडी पसरली आहे, दुचाकी घसरली",
        "काल शेजारची आजी पडली इथे",
        "khadi var bike ghasarli",
        "khade itne ki dost bike se gir gaya",
    ],
)
def test_who_fell_from_a_vehicle_or_into_a_pit_was_hurt(text: str) -> None:
    assert is_of_hurt(text)


@pytest.mark.parametrize(
    "text", ["the price fell again", "भाव गिरा", "bhav padla", "this road fell apart"]
)
def test_what_fell_that_is_nobody_hurt_nobody(text: str) -> None:
    assert not is_of_hurt(text)


@pytest.mark.parametrize(
    "text",
    [
        "Live wire fell on the road near the school, please repair it. Thank you",
        "बिजली की तार टूटकर गिर गई है, कृपया ठीक करवाएं। धन्यवाद।",
    ],
)
def test_polite_thanks_make_no_old_story_of_a_danger(text: str) -> None:
    core = frames.core(text)

    assert danger_of(core) is not Danger.NONE
    assert not is_story(core)


def test_the_people_in_danger_may_be_named_after_others_of_the_sentence() -> None:
    text = "People of our lane say that people of the next lane saw two people trapped"

    assert danger_of(text) is Danger.CRITICAL


@pytest.mark.parametrize(
    "text",
    [
        "two men went down the manhole and are not responding",
        "ek kamgar chamber madhe utarla, pratisad nahi",
        "सीवर में उतरे मजदूर बेहोश हैं",
    ],
)
def test_who_climbed_down_a_drain_and_is_silent_is_in_danger_of_their_life(text):
    assert danger_of(text) is Danger.CRITICAL


@pytest.mark.parametrize(
    "text",
    [
        "two men went down the manhole, the officers do not answer our complaint",
        "सफाई कर्मचारी जवाब नहीं दे रहे",
        "kamgar gutter madhe utarle, saf kele ani gele",
    ],
)
def test_who_climbed_down_a_drain_and_is_well_is_in_none(text):
    assert danger_of(text) is Danger.NONE
