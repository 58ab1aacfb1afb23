"""Rules that make the site misbehave, for calls and for webhooks.

A call rule is matched by method, path, actor and a piece of the body, and by which of the matching calls it is. Its
effect is one of KINDS; see the README for what each does.
"""
import re

CALL_KINDS = {"delay", "reply", "rate_limit", "unavailable", "close", "half", "truncate", "lose_reply", "execute_late",
              "html", "anonymous", "unauthenticated", "slow", "expire_tokens"}
HOOK_KINDS = {"drop", "duplicate", "delay", "reorder", "corrupt_signature"}
MEMBERS = {"name", "on", "method", "path", "actor", "body", "event", "nth", "every", "after", "count", "effect"}
HOW = {"close", "reset", "stall"}


class Rule:
    def __init__(self, number, spec):
        self.number, self.spec = number, spec
        self.on = spec.get("on", "call")
        self.effect = spec["effect"]
        kinds = CALL_KINDS if self.on == "call" else HOOK_KINDS
        if self.on not in ("call", "webhook") or self.effect.get("kind") not in kinds:
            raise ValueError(f"no effect {self.effect.get('kind')!r} on {self.on!r}; known: {', '.join(sorted(kinds))}")
        if self.effect.get("how", "close") not in HOW:
            raise ValueError(f"no way {self.effect['how']!r} to lose a reply; known: {', '.join(sorted(HOW))}")
        unknown = set(spec) - MEMBERS
        if unknown:
            raise ValueError(f"unknown members: {', '.join(sorted(unknown))}")
        self._path = re.compile(spec.get("path") or "")
        self._event = re.compile(spec.get("event") or "")
        self.seen = self.fired = 0

    def _due(self):
        """One more matching event: is it one of those that are hit?"""
        self.seen += 1
        left = self.seen - self.spec.get("after", 0)
        if left <= 0 or (self.spec.get("count") is not None and self.fired >= self.spec["count"]):
            return False
        if "nth" in self.spec and left != self.spec["nth"]:
            return False
        if "every" in self.spec and left % self.spec["every"]:
            return False
        self.fired += 1
        return True

    def hits_call(self, method, target, actor, body):
        spec = self.spec
        if self.on != "call" or spec.get("method", method) != method or not self._path.search(target):
            return False
        if spec.get("actor", actor) != actor or (spec.get("body") and spec["body"].encode() not in body):
            return False
        return self._due()

    def hits_hook(self, event, body):
        if self.on != "webhook" or not self._event.search(event):
            return False
        if self.spec.get("body") and self.spec["body"].encode() not in body:
            return False
        return self._due()

    def shown(self):
        return {"id": self.number, "seen": self.seen, "fired": self.fired} | self.spec


def for_call(rules, method, target, actor, body):
    """The first rule that hits; counting goes on in the others only when none did."""
    return next((rule.effect for rule in rules if rule.hits_call(method, target, actor, body)), None)


def for_hook(rules, event, body):
    return [rule.effect for rule in rules if rule.hits_hook(event, body)]
