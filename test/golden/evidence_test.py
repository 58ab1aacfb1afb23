#!/usr/bin/python3
"""The evidence page of requests in every state, against what it said before; nobody is named to whoever may not see names; whatever
people call themselves is text; and a page that is a file needs nothing else.

usage: evidence_test.py RENDER_EVIDENCE [--update]
"""
import html.parser
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

CASES = pathlib.Path(__file__).parent / "evidence"
NAMES = ["okafor", "reyes", "lind", "novak", "example.com", "ledger is down", "the vendor must", "logins are watched", "two entries", "being moved"]
PLACES = ["acme.example.com", "evidence.example.com"]  # not people
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u202egnp.exe\u2066\u0007\u0000".replace("\u0000", "") + "javascript:x " \
    + "w" * 10000
VOID = {"meta", "link", "br", "hr", "input"}
RENDER = UPDATE = None


def drawn(change):
    """The picture of a removal, of a document that was changed: its bars by class, in order."""
    document = json.loads((CASES / "removal.json").read_text())
    change(document["facts"])
    path = pathlib.Path("/tmp/cs-evidence-drawn.json")
    path.write_text(json.dumps(document))
    page = render(path)
    path.unlink()
    lane = page[page.index(">SAP FIN</text>"):page.index(">Clock</text>")]
    return re.findall(r'class="(hatched|bar [a-z ]+)"', lane)


def render(path, who="auditor", what="page"):
    done = subprocess.run([RENDER, path, who, what], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def without_names(page):
    for place in PLACES:
        page = page.replace(place, "")
    return page


class Shape(html.parser.HTMLParser):
    """Elements that are open, and what was seen of them."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.attributes, self.text, self.rows = [], set(), [], [], 0
        self.feed(page)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.rows += tag == "tr"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text.append(data)


def spoiled(value, name=""):
    """The document with every name and word of people's a hostile one."""
    if isinstance(value, dict):
        return {k: spoiled(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [spoiled(v, name) for v in value]
    free = {"account", "entitlement", "source", "who", "whom", "requester", "beneficiary", "owner", "approved_by", "reason", "control",
            "justification", "held", "note", "ticket", "site", "zone", "database", "origin", "url", "verdict", "channel", "via", "policy"}
    return HOSTILE if isinstance(value, str) and name in free else value


class Evidence(unittest.TestCase):
    maxDiff = None

    def cases(self):
        found = sorted(CASES.glob("*.json"))
        self.assertGreaterEqual(len(found), 10)
        return found

    def test_every_state_says_what_it_said(self):
        for case in self.cases():
            for who in ("auditor", "viewer") if case.stem in ("removal", "emergency") else ("auditor",):
                page = re.sub(r"console-[0-9a-f]{16}\.css", "console.css", render(case, who))
                golden = case.with_name(f"{case.stem}{'' if who == 'auditor' else '-' + who}.html")
                if UPDATE:
                    golden.write_text(page)
                self.assertEqual(golden.read_text(), page, f"{golden}: evidence_test.py RENDER_EVIDENCE --update, then read the diff")

    def test_the_verdict_is_in_words(self):
        """By no colour alone: the heading says it, and so does every fact."""
        said = {"worked": "Not proven yet", "refused": "Not done: okafor still has", "removal": "Proven: okafor no longer has",
                "came-back": "Was proven, and is not so any more", "grant": "Proven: reyes has", "exception": "Not proven: closed under an exception",
                "emergency": "Proven: novak has", "emergency-owed": "Proven, not approved yet", "one-person": "Proven: reyes has",
                "unknown": "Not known", "several": "Over: it was withdrawn", "unsaid": "Not proven: the log does not say so",
                "retained": "Not shown here: its log was retained away"}
        self.assertEqual(set(said), {c.stem for c in self.cases()})
        for name, words in said.items():
            page = render(CASES / f"{name}.json")
            heading = re.search(r"<h1>.*?<bdi>(.*?)</bdi>", page, re.S).group(1)
            self.assertTrue(heading.startswith(words), (name, heading))
        page = render(CASES / "one-person.json")
        self.assertIn("agent@example.com is also the fulfiller", page)
        self.assertIn("customer@example.com is also the requester", page)
        self.assertRegex(page, r'class="cell bad">\s*<dt>Approver</dt>')
        self.assertRegex(page, r"(?s)Duties kept apart</dt>.{0,120}<bdi>No</bdi>")

    def test_access_that_was_left_is_no_quiet_end(self):
        document = json.loads((CASES / "several.json").read_text())
        document["facts"]["drift"] = [{"answer": "recorded", "found_ms": 1795690833100, "since_ms": 1795689694600, "why": "AccessLeft"}]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "left.json"
            for ended, heading in ((None, "Over, and access was left"), (1795690999000, "Over: it was withdrawn")):
                document["facts"]["drift"][0]["ended_ms"] = ended
                path.write_text(json.dumps(document))
                page = render(path)
                self.assertIn(heading, page)
                self.assertIn("Access left", page)
                self.assertIn("the access is there, and nobody asks for it any more", page)

    def test_who_may_not_see_names_sees_none(self):
        for case in self.cases():
            shown, hidden = render(case), without_names(render(case, "viewer"))
            self.assertTrue(any(name in shown for name in NAMES))
            for name in NAMES:
                self.assertNotIn(name, hidden, case)
            self.assertIn("person 1", hidden)
            self.assertIn("account 1", hidden)

    def test_hostile_words_are_text(self):
        for case in self.cases():
            plain = Shape(render(case))
            path = pathlib.Path(f"/tmp/cs-evidence-{case.stem}.json")
            path.write_text(json.dumps(spoiled(json.loads(case.read_text()))))
            try:
                page = render(path)
            finally:
                path.unlink()
            shape = Shape(page)
            self.assertLessEqual(shape.elements, plain.elements | {"span"}, case)
            self.assertNotIn("script", shape.elements)
            self.assertFalse([a for a in shape.attributes if a[1].startswith("on") or a[1] == "style"], case)
            self.assertFalse([a for a in shape.attributes if a[1] in ("href", "src") and not re.match(r"\.\./|#|/", a[2])], case)
            self.assertNotRegex(page, "[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b-\u001f]")
            self.assertEqual(shape.rows, plain.rows)
            self.assertIn("[U+202E]", page)
            self.assertLess(len(page), 120_000, "what is written is cut")

    def test_time_in_which_nobody_looked_is_hatched(self):
        """What two reads said alike was so between them, unless they are further apart than a proof may be old, or one could not tell."""
        def unreadable(facts):
            facts["reads"]["rows"][-2].update(outcome="unknown", account="unknown")
        self.assertEqual(drawn(lambda facts: None), ["hatched", "bar bad", "hatched", "bar hollow good", "hatched"])
        self.assertEqual(drawn(lambda facts: facts["items"][0].update(max_age_ms=1)), ["hatched"])
        self.assertEqual(drawn(lambda facts: facts["items"][0].update(max_age_ms=1000_000)),
                         ["hatched", "bar bad", "hatched", "bar hollow good", "hatched"])
        self.assertEqual(drawn(unreadable), ["hatched", "bar bad", "hatched", "bar hollow good", "hatched"])

    def test_a_file_needs_nothing_else(self):
        page = render(CASES / "removal.json", what="file")
        shape = Shape(page)
        self.assertFalse({"script", "link", "img", "iframe", "object"} & shape.elements)
        addresses = [a for a in shape.attributes if a[1] in ("href", "src", "action")]
        self.assertEqual([a[2] for a in addresses], ["https://acme.example.com/browse/IAM-1"])  # to click, not to load
        self.assertNotRegex(page, r"@import|url\((?!#)")
        self.assertIn("default-src 'none'", page.replace("&#39;", "'"))
        for part in ("select governance.evidence_page($1)", "SHA-256 of the facts", "SHA-256 of the pack", "Inclusion", "evidence.example.com/acme",
                     "countersign_service", "its zone is UTC"):
            self.assertIn(part, page)

    def test_what_is_no_request_is_refused(self):
        for text in ("", "{}", '{"facts":{}}', '{"facts":{"id":"x"},"made":{"at_ms":1}}'):
            path = pathlib.Path("/tmp/cs-evidence-none.json")
            path.write_text(text)
            self.assertNotEqual(subprocess.run([RENDER, path, "auditor", "page"], capture_output=True).returncode, 0, text)
            path.unlink()


if __name__ == "__main__":
    UPDATE = "--update" in sys.argv and not sys.argv.remove("--update")
    RENDER = sys.argv.pop(1)
    unittest.main()
