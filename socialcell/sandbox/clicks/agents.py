"""User-Agent headers of the sandbox city: browsers of people, and programs.

The formats are the real ones; versions and models are such as were in use in 2026.
"""

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_IPHONE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"

ANDROID = (
    f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 14; SM-M146B) {_WEBKIT} SamsungBrowser/27.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    # A phone whose brand name contains "bot".
    f"Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 21) {_WEBKIT} Chrome/139.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; U; Android 12; mr-in; Redmi 10) {_WEBKIT} UCBrowser/13.8.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 14; Pixel 7a; wv) {_WEBKIT} Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36 Instagram 402.0.0.44.83 Android",
    f"Mozilla/5.0 (Linux; Android 13; vivo 1904; wv) {_WEBKIT} Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/530.0.0.48.74;]",
)
IPHONE = (
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {_IPHONE} Version/18.6 Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {_IPHONE} Mobile/15E148 Instagram 401.1.0.37.65 (iPhone15,2)",
)
OTHER = (
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Mobile; LYF/F320B/LYF-F320B-003-01-15-110120; Android; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
)
PEOPLE = {"android": ANDROID, "ios": IPHONE, "other": OTHER[:2]}

PREVIEWS = (
    "WhatsApp/2.25.21.80 A",
    "WhatsApp/2.25.20.79 i",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "TelegramBot (like TwitterBot)",
    "Twitterbot/1.0",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)",
)
CRAWLERS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
)
TOOLS = (
    "curl/8.14.1",
    "python-requests/2.32.5",
    "okhttp/4.12.0",
    "Go-http-client/1.1",
    None,
)
