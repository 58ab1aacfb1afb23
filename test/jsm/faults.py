"""Faults that a test asks for: matched by method and path, used up after so many times."""
import re
import threading


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.rules: list[dict] = []

    def add(self, rule: dict) -> None:
        rule.setdefault("times", 1)
        rule.setdefault("skip", 0)
        with self.lock:
            self.rules.append(rule)

    def clear(self) -> None:
        with self.lock:
            self.rules.clear()

    def take(self, method: str, path: str) -> dict | None:
        """The first rule that fits, counted down; None when the call goes its way."""
        with self.lock:
            for rule in self.rules:
                if rule.get("method", method) != method or not re.search(rule.get("path", ""), path) or rule["times"] == 0:
                    continue
                if rule["skip"] > 0:
                    rule["skip"] -= 1
                    continue
                if rule["times"] > 0:
                    rule["times"] -= 1
                return rule
        return None
