"""Host names: which of them is an address, and which part of one somebody registered."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

# Second labels under which countries register (co.jp, go.jp, co.uk, com.au). The public suffix list knows thousands
# more, and its licence keeps it out of what we ship; to miss one makes us more polite than we need to be.
SECOND_LEVEL = frozenset(
    {"ac", "ad", "co", "com", "ed", "edu", "go", "gov", "gr", "lg", "mil", "ne", "net", "nom", "or", "org"}
)
COUNTRY_LENGTH = 2
# Japan registers below its prefectures as well: acme.tokyo.jp.
PREFECTURES = frozenset(
    {
        "aichi", "akita", "aomori", "chiba", "ehime", "fukui", "fukuoka", "fukushima", "gifu", "gunma",
        "hiroshima", "hokkaido", "hyogo", "ibaraki", "ishikawa", "iwate", "kagawa", "kagoshima", "kanagawa",
        "kochi", "kumamoto", "kyoto", "mie", "miyagi", "miyazaki", "nagano", "nagasaki", "nara", "niigata",
        "oita", "okayama", "okinawa", "osaka", "saga", "saitama", "shiga", "shimane", "shizuoka", "tochigi",
        "tokushima", "tokyo", "tottori", "toyama", "wakayama", "yamagata", "yamaguchi", "yamanashi",
    }
)  # fmt: skip
# Below these, strangers live side by side, and what is published for the whole belongs to none of them. Only the best
# known ones, like above.
SHARED = frozenset(
    {
        "amazonaws.com", "appspot.com", "azureedge.net", "azurewebsites.net", "cloudfront.net",
        "firebaseapp.com", "fly.dev", "github.io", "gitlab.io", "googleapis.com", "hatenablog.com",
        "herokuapp.com", "jimdofree.com", "myshopify.com", "netlify.app", "notion.site", "onrender.com",
        "pages.dev", "studio.site", "vercel.app", "web.app", "windows.net", "wixsite.com", "wordpress.com",
        "workers.dev",
    }
)  # fmt: skip


def is_address(host: str) -> bool:
    """Whether it is an IP address and no name."""
    if ":" not in host and not host[-1:].isdigit():
        return False  # as most are, and each look asks: an exception costs ten times as much
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=8192)
def registrable(host: str) -> str:
    """The part of a host name that somebody registered; an address is its own."""
    if is_address(host):
        return host
    labels = host.split(".")
    deep = len(labels) > 2 and len(labels[-1]) == COUNTRY_LENGTH and _is_register(labels[-2], labels[-1])  # noqa: PLR2004
    return ".".join(labels[-3 if deep else -2 :])


def _is_register(label: str, country: str) -> bool:
    return label in SECOND_LEVEL or (country == "jp" and label in PREFECTURES)


def is_shared(host: str) -> bool:
    """Whether the registered part of the name belongs to a platform and not to whoever is behind the name."""
    whole = registrable(host)
    return whole != host and whole in SHARED


def host_of(url: str) -> str:
    """The host of a URL that was read before: lower case, no trailing dot; empty where there is none."""
    return (urlsplit(url).hostname or "").rstrip(".")


def origin_of(url: str) -> str:
    """Scheme, host and port as they stand: what a path is put behind."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
