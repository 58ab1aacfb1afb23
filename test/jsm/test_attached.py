#!/usr/bin/env python3
"""Forms attached to request types, and their copies on tickets: the Forms API at the gateway.  usage: test_attached.py [-v]"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import WithSite  # noqa: E402

REQUEST = "/rest/servicedeskapi/request"
BASE = "/jira/forms/cloud/1324a887-45db-1bf4-1e99-ef0ff456d421"
TEMPLATE = "547812ea-0000-4000-8000-000000000001"
CHOICES = [{"id": "1", "label": "SAP FIN"}, {"id": "2", "label": "Workday"}]


def question(kind, label, **more):
    return {"type": kind, "label": label, "validation": {"rq": True}, **more}


DESIGN = {"settings": {"name": "Access"}, "sections": {}, "conditions": {}, "layout": [], "questions": {
    "1": question("cd", "Target system", choices=CHOICES), "2": question("ts", "Role"), "3": question("us", "Person")}}


class Attached(WithSite):
    def setUp(self):
        super().setUp()
        self.site.control("POST", "attached", {"31": {"id": TEMPLATE, "design": DESIGN}})

    def make(self, answers):
        return self.site.call("POST", REQUEST, {"serviceDeskId": "4", "requestTypeId": "31", "requestFieldValues": {"summary": "Role"},
                                                "form": {"answers": answers}}, "connector")

    def made(self, answers):
        status, body = self.make(answers)
        self.assertEqual(status, 201, body)
        return body["issueKey"]

    def forms(self, key, actor="connector"):
        return self.site.call("GET", f"{BASE}/issue/{key}/form", actor=actor)

    def test_a_ticket_has_a_copy_with_answers(self):
        person = next(a["accountId"] for a in [self.site.call("GET", "/rest/api/3/myself", actor="agent")[1]])
        key = self.made({"1": {"choices": ["2"]}, "2": {"text": "fin"}, "3": {"users": [person]}})
        status, listed = self.forms(key)
        self.assertEqual((status, len(listed)), (200, 1))
        self.assertEqual((listed[0]["formTemplate"]["id"], listed[0]["submitted"]), (TEMPLATE, True))
        status, form = self.site.call("GET", f"{BASE}/issue/{key}/form/{listed[0]['id']}", actor="connector")
        self.assertEqual(status, 200, form)
        self.assertEqual(form["state"]["answers"]["1"], {"choices": ["2"]})
        self.assertEqual(form["state"]["answers"]["3"]["users"][0]["id"], person)
        self.assertEqual(form["design"], DESIGN)

    def test_a_copy_stays_as_it_was_made(self):
        key = self.made({"2": {"text": "fin"}})
        changed = {**DESIGN, "questions": {"2": DESIGN["questions"]["2"]}}
        self.site.control("POST", "attached", {"31": {"id": TEMPLATE, "design": changed}})
        listed = self.forms(key)[1]
        self.assertEqual(self.site.call("GET", f"{BASE}/issue/{key}/form/{listed[0]['id']}", actor="connector")[1]["design"], DESIGN)

    def test_answers_that_are_slips(self):
        for answers in ({"9": {"text": "x"}}, {"1": {"choices": ["7"]}}, {"1": {"choices": ["1", "2"]}}, {"1": {"text": "SAP FIN"}},
                        {"2": {"text": 5}}, {"2": "fin"}, {"3": {"users": ["nobody"]}}):
            with self.subTest(answers):
                self.assertEqual(self.make(answers)[0], 400)

    def test_who_may_not_see_the_ticket_sees_no_form(self):
        key = self.made({"2": {"text": "fin"}})
        self.assertEqual(self.forms("IAM-999999")[0], 404)
        self.assertEqual(self.forms(key, "customer")[0], 404)
        self.site.control("POST", "config", {"forms_refused": True})
        self.assertEqual(self.forms(key)[0], 403)

    def test_the_template_of_a_request_type(self):
        read = f"{BASE}/servicedesk/4/requesttype"
        self.assertEqual(self.site.call("GET", f"{read}/31/form", actor="connector")[1]["id"], TEMPLATE)
        status, body = self.site.call("GET", f"{read}/30/form", actor="connector")
        self.assertEqual((status, body["errors"][0]["code"]), (404, "FORM_NOT_FOUND"))

    def test_people_answer_anew(self):
        key = self.made({"2": {"text": "fin"}})
        before = self.forms(key)[1][0]["updated"]
        act = {"do": "answer_form", "actor": "agent", "issue": key}
        self.site.control("POST", "act", act | {"answers": {"2": {"text": "other"}}, "status": "o"})
        form = self.forms(key)[1][0]
        self.assertFalse(form["submitted"])
        self.assertGreaterEqual(form["updated"], before)
        self.site.control("POST", "act", act | {"again": True, "answers": {"2": {"text": "third"}}})
        self.site.control("POST", "act", act | {"foreign": "another", "answers": {"2": {"text": "fourth"}}})
        self.assertEqual([(f["formTemplate"]["id"], f["submitted"]) for f in self.forms(key)[1]],
                         [(TEMPLATE, False), (TEMPLATE, True), ("another", True)])


if __name__ == "__main__":
    unittest.main()
