"""Automation: rules whose action is "Send web request". No signature, no identifier, no second try; ids are numbers."""
import json
import re

FORMATS = ("empty", "automation", "jira", "custom")


def rule(spec):
    """{"url", "headers", "format", "body"}; {{issue.id}} and {{issue.key}} may stand in url and body."""
    made = {"url": spec["url"], "headers": dict(spec.get("headers") or {}), "format": spec.get("format", "automation"),
            "body": spec.get("body", ""), "rule": True, "id": 0, "dynamic": False, "secret": None}
    if made["format"] not in FORMATS:
        raise ValueError(f"format is one of {', '.join(FORMATS)}")
    return made


def delivery(made, event, issue, kind):
    told = made | {"url": _filled(made["url"], issue)}
    return kind(told, event, issue["key"], _body(made, issue).encode(), "")


def _body(made, issue):
    if made["format"] == "empty":
        return ""
    if made["format"] == "custom":
        return _filled(made["body"], issue)
    shown = _numbered(issue) | {"changelog": {"startAt": 0, "maxResults": 0, "total": 0, "histories": None}}
    return json.dumps(shown if made["format"] == "automation" else {"issue": _numbered(issue)}, ensure_ascii=False)


def _filled(text, issue):
    return re.sub(r"\{\{issue\.(id|key)\}\}", lambda found: str(issue[found[1]]), text)


def _numbered(shown):
    """Ids as numbers, at every depth."""
    if isinstance(shown, dict):
        return {k: int(v) if k == "id" and isinstance(v, str) and v.isdigit() else _numbered(v) for k, v in shown.items()}
    return [_numbered(v) for v in shown] if isinstance(shown, list) else shown
