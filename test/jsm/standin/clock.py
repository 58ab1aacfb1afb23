"""Time as Jira writes it: epoch milliseconds inside, four notations outside."""
import time
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def now_ms():
    return time.time_ns() // 1_000_000


@lru_cache(maxsize=64)
def zone(name):
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return timezone.utc


def _at(ms, tz):
    return datetime.fromtimestamp(ms // 1000, tz) + timedelta(milliseconds=ms % 1000)


@lru_cache(maxsize=65536)
def jira(ms, zone_name="UTC"):
    """2026-11-24T10:00:00.123+0000, in the reader's time zone."""
    at = _at(ms, zone(zone_name))
    return f"{at:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}{at:%z}"


def iso(ms):
    """2026-11-24T10:00:00.123Z, as the Forms API writes it."""
    return f"{_at(ms, timezone.utc):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def parse(text):
    """Milliseconds of a moment in ISO 8601; None when it is none. Without a zone it is in UTC."""
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00").replace("+0000", "+00:00"))
    except ValueError:
        return None
    return round((at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp() * 1000)


def four_ways(ms, zone_name="UTC"):
    """The date object of the request API."""
    at = _at(ms, zone(zone_name))
    return {
        "iso8601": f"{at:%Y-%m-%dT%H:%M:%S%z}",
        "jira": jira(ms, zone_name),
        "friendly": f"{at:%d/%b/%y %I:%M %p}",
        "epochMillis": ms,
    }


def span(ms):
    """A duration object of the request API."""
    sign, minutes = ("-" if ms < 0 else ""), abs(ms) // 60000
    text = f"{minutes // 60}h {minutes % 60}m" if minutes >= 60 else f"{minutes}m"
    return {"millis": ms, "friendly": sign + text}
