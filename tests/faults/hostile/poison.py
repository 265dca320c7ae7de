"""Texts that break programs, each with what it is; and any text at all."""

from hypothesis import strategies as st

POISON: dict[str, str] = {
    "nul": "water\x00 pipe",
    "lone high surrogate": "water \ud800 pipe",
    "lone low surrogate": "water \udfff pipe",
    "swapped surrogates": "water \udc00\ud800 pipe",
    "vertical tab and escape": "water\x0b pipe \x1b broke",
    "ansi colours": "\x1b[31mred\x1b[0m \x1b]0;title\x07 water \x1b[2J",
    "c1 controls": "water\x9b31m \x85 pipe",
    "line ends": "Subject: water\r\nBcc: all@city.example\r\n\r\nbody",
    "bidi override": "water \u202egpj.exe\u202c \u2066pipe",
    "bidi that never ends": "\u202b\u202b\u202b\u2067 water",
    "zalgo": "w" + "\u0335\u0321\u031b" * 167 + "ater",
    "only combining marks": "\u0301\u0300\u093f\u0943" * 20,
    "a noncharacter": "water \uffff \ufdd0 \U0010ffff pipe",
    "byte order mark": "\ufeffwater \ufeffpipe",
    "joiners": "र्\u200dय स्वच्छ्\u200cता \u200d\u200c\u200b \u2060 तऱ्हा",
    "nothing to see": "\u200b\u200c\u200d\u2060\u00ad",
    "spaces of all kinds": "\u00a0\u2003\u3000\u2028\u2029water\u202f",
    "hyperlink formula": '=HYPERLINK("https://evil.example","water")',
    "formula with a command": "=cmd|' /C calc'!A0",
    "plus": "+cmd|' /C calc'!A0",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "full-width formula": "＝1＋1",
    "formula behind spaces": " \u3000\n\t=1+1",
    "formula behind a tab": "\t=1+1",
    "formula behind a return": "\r=1+1",
    "formula behind NUL": "\x00=1+1",
    "formula behind a joiner": "\u200b=1+1",
    "formula behind a mark": "\ufeff=1+1",
    "dde": 'DDE("cmd";"/C calc";"water")',
    "quotes of a sheet": '","=1+1","\n"=1+1',
    "emoji families": "👨‍👩‍👧‍👦 👩🏽‍🚒 🏳️‍🌈 🇮🇳 #️⃣ water",
    "html": "<b>water</b><script>alert(1)</script><img src=x onerror=alert(1)>",
    "html that closes": "</p></bdi></blockquote></main><h1>water</h1>",
    "attribute": "\" onmouseover=alert(1) x='",
    "entities": "&lt;script&gt; &#60;b&#62; &amp;amp; &#0; &#xd800;",
    "comment and cdata": "<!-- water --><![CDATA[ pipe ]]><?php echo 1 ?>",
    "jinja": "{{ 7*7 }} {% for x in y %} {# note #} {{ page.__class__ }}",
    "printf": "%s %d %n %(name)s %% 100% {0} {name!r} ${PATH} $(id)",
    "rich markup": "[red]water[/red] [/] [link=https://evil.example]x[/link] :smile:",
    "rich markup behind a backslash": "\\[/bold] \\\\[red] [/red]",
    "sql": "'; DROP TABLE mention; -- %' OR 1=1",
    "search syntax": '"water" NEAR(a b) AND OR NOT * : ^ - ( platform:x',
    "markdown": "[water](javascript:alert(1)) ![x](https://evil.example/p.png)",
    "a very long word": "व" * 30_000,
    "a very long latin word": "w" * 30_000,
    "many lines": "water\n" * 2_000,
    "many handles": "@a " * 2_000,
    "many signs": "@" * 5_000 + "." * 5_000,
    "many digits": "9" * 5_000,
    "a number in another script": "१२३४५६७८९० " * 50,
    "homoglyph handle": "@РМСРune @PMСPune ＠PMCPune",
    "csv in devanagari": 'पाणी;"नाही",\tआज',
    "json": '{"text": "water", "id": [1e999, NaN]}',
    "backslashes": "\\ \\n \\u0000 \\x00 C:\\new\\table",
    "nukta": "सड\u093cक ड़ \u093c\u093c",
    "decomposed": "e\u0301 A\u030a \u1100\u1161 \u0344",
    "deprecated tags": "\U000e0001\U000e0077\U000e0061 water \U000e007f",
    "private use": "\ue000\U000f0000 water",
    "one space": " ",
    "one character": "त",
    "emoji only": "😡😡😡",
}
assert len(POISON) > 50

# What means something to a sheet, a page, a terminal or a shaper of letters.
SPECIAL = (
    "=+-@＝＋－＠<>&\"'`{}%[]\\|;:,/#\t\r\n\x00\x1b\u200b\u200d\u202e\ufeff\uffff₹कि्ऱ़"
)
ANY_TEXT = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs", "Cc", "Cf", "Mn"]),
        st.sampled_from(SPECIAL),
    ),
    max_size=60,
)


def marked(n: int) -> str:
    """A word that only the n-th text has, so that it can be searched for."""
    return "zq" + "".join(chr(ord("a") + int(digit)) for digit in str(n)) + "qz"
