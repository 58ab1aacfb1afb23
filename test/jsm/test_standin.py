#!/usr/bin/env python3
"""The stand-in behaves like Jira: tickets, workflow, service desk.  usage: test_standin.py [-v]"""
import base64
import os
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import client  # noqa: E402
from cases import DOC, ISSUE, WithSite, fields  # noqa: E402


class Quiet(WithSite):
    def test_an_edit_in_silence_wants_project_administration_and_a_comment_does_not(self):
        key = self.create()
        edit = {"fields": {"summary": "Role, again"}, "properties": [{"key": "countersign.state", "value": {"v": 1}}]}
        self.refused(self.site.call("PUT", f"{ISSUE}/{key}?notifyUsers=false", edit), 403, "To discard the user notification")
        self.assertEqual(self.read(key, "?properties=countersign.state")["properties"], {})
        self.site.control("POST", "accounts", {"connector": {"project_admin": True}})
        self.assertEqual(self.site.call("PUT", f"{ISSUE}/{key}?notifyUsers=false", edit)[0], 204)
        self.assertEqual(self.read(key, "?properties=countersign.state")["properties"], {"countersign.state": {"v": 1}})
        self.site.control("POST", "accounts", {"connector": {"project_admin": False}})
        status, made = self.site.call("POST", f"{ISSUE}/{key}/comment", {"body": DOC})
        self.assertEqual(status, 201)
        self.assertEqual(self.site.call("PUT", f"{ISSUE}/{key}/comment/{made['id']}?notifyUsers=false", {"body": DOC})[0], 200)

    def test_what_is_archived_is_read_by_id_and_found_by_no_search(self):
        key = self.create()
        self.assertEqual(self.keys(f"key = {key}"), [key])
        self.site.control("POST", "act", {"do": "archive", "actor": "admin", "issue": key})
        self.assertEqual(self.keys(f"key = {key}"), [])
        self.assertTrue(self.read(key)["fields"]["archiveddate"])
        self.site.control("POST", "act", {"do": "archive", "actor": "admin", "issue": key, "on": False})
        self.assertEqual(self.keys(f"key = {key}"), [key])
        self.assertIsNone(self.read(key)["fields"]["archiveddate"])


class Credentials(WithSite):
    def test_who_am_i(self):
        status, body = self.site.call("GET", "/rest/api/3/myself")
        self.assertEqual((status, body["timeZone"], body["emailAddress"]), (200, "UTC", "connector@example.com"))

    def test_wrong_and_absent_credentials(self):
        for headers in ({}, {"Authorization": "Basic ????"}, {"Authorization": "Bearer nobody"}):
            status, got, body = self.site.full("GET", "/rest/api/3/myself", actor=None, headers=headers)
            self.assertEqual((status, body), (401, "Client must be authenticated to access this resource."))
            self.assertIn("Basic", got["WWW-Authenticate"])

    def test_bearer(self):
        self.assertEqual(self.site.call("GET", "/rest/api/3/myself", actor=None,
                                        headers={"Authorization": "Bearer agent-token"})[0], 200)

    def test_revoked_and_restored(self):
        self.site.control("POST", "accounts", {"connector": {"token": "other"}})
        self.assertEqual(self.site.call("GET", "/rest/api/3/myself")[0], 401)
        self.site.control("POST", "accounts", {"connector": {"token": "connector-token"}})
        self.assertEqual(self.site.call("GET", "/rest/api/3/myself")[0], 200)

    def test_a_token_with_scopes_counts_at_the_gateway_only(self):
        cloud = self.site.call("GET", "/_edge/tenant_info", actor=None)[1]["cloudId"]
        basic = {"Authorization": "Basic " + base64.b64encode(b"connector@example.com:connector-scoped-token").decode()}
        plain = {"Authorization": "Basic " + base64.b64encode(b"connector@example.com:connector-token").decode()}

        def who(prefix, headers):
            return self.site.call("GET", prefix + "/rest/api/3/myself", actor=None, headers=headers)[0]
        self.assertEqual((who("", basic), who(f"/ex/jira/{cloud}", basic)), (401, 200))
        self.assertEqual((who("", plain), who(f"/ex/jira/{cloud}", plain)), (200, 401))
        self.assertEqual(who("/ex/jira/another-cloud", basic), 404)

    def test_a_service_account_gets_a_token_that_ends(self):
        self.site.control("POST", "config", {"access_token_s": 1})
        cloud = self.site.call("GET", "/_edge/tenant_info", actor=None)[1]["cloudId"]
        ask = {"grant_type": "client_credentials", "client_id": "connector-client", "client_secret": "connector-client-secret"}
        status, body = self.site.call("POST", "/oauth/token", ask, actor=None)
        self.assertEqual((status, body["expires_in"], body["token_type"]), (200, 1, "Bearer"))
        bearer = {"Authorization": "Bearer " + body["access_token"]}

        def who(prefix):
            return self.site.call("GET", prefix + "/rest/api/3/myself", actor=None, headers=bearer)[0]
        self.assertEqual((who(""), who(f"/ex/jira/{cloud}")), (401, 200))
        time.sleep(1.1)
        self.assertEqual(who(f"/ex/jira/{cloud}"), 401)
        self.assertEqual(self.site.call("POST", "/oauth/token", ask | {"client_secret": "no"}, actor=None)[0], 401)
        self.assertEqual(self.site.call("POST", "/oauth/token", ask | {"grant_type": "password"}, actor=None)[0], 400)

    def test_anonymous_search_is_empty_not_refused(self):
        self.create()
        self.site.control("POST", "config", {"anonymous_search": True})
        status, got, body = self.site.full("POST", "/rest/api/3/search/jql", {"jql": "project = IAM"}, "nobody")
        self.assertEqual((status, body["issues"]), (200, []))
        self.assertEqual(got["X-Seraph-LoginReason"], "AUTHENTICATED_FAILED")
        self.assertEqual(self.site.call("GET", "/rest/api/3/myself", actor="nobody")[0], 401)

    def test_without_a_desk_licence(self):
        self.assertEqual(self.site.call("GET", "/rest/servicedeskapi/servicedesk", actor="unlicensed"), (403, ""))

    def test_customers_see_the_portal_only(self):
        key = self.site.act(do="request", actor="customer", fields={"summary": "Mine"})["issue"]["key"]
        other = self.create()
        self.assertEqual(self.site.call("GET", f"{ISSUE}/{key}", actor="customer")[0], 404)
        self.assertEqual(self.site.call("GET", f"/rest/servicedeskapi/request/{key}", actor="customer")[0], 200)
        self.assertEqual(self.site.call("GET", f"/rest/servicedeskapi/request/{other}", actor="customer")[0], 404)


class Tickets(WithSite):
    def test_create_with_everything(self):
        status, made = self.site.call("POST", ISSUE, {
            "fields": fields(description=DOC, labels=["gar-1"], customfield_10050={"value": "SAP FIN"},
                             customfield_10090="r-1", customfield_10061="p@example.com"),
            "properties": [{"key": "gar.bind", "value": {"request": "r-1"}}]})
        self.assertEqual((status, made["key"], made["id"].isdigit()), (201, "IAM-1", True))
        got = self.read("IAM-1", "?properties=gar.bind&expand=changelog")
        self.assertEqual(got["properties"], {"gar.bind": {"request": "r-1"}})
        self.assertEqual(got["fields"]["customfield_10050"]["value"], "SAP FIN")
        self.assertEqual(got["fields"]["customfield_10010"]["requestType"]["id"], "30")
        self.assertEqual(got["fields"]["description"], DOC)
        self.assertEqual(got["changelog"]["histories"], [])
        self.assertRegex(got["fields"]["updated"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$")

    def test_create_refuses(self):
        for given, member in ((fields(summary=""), "summary"), (fields(summary="a\nb"), "summary"),
                              (fields(description="text"), "description"), (fields(labels=["a b"]), "labels"),
                              (fields(customfield_10080={"value": "Verified"}), "customfield_10080"),
                              (fields(customfield_10050="SAP FIN"), "customfield_10050"),
                              (fields(customfield_10050={"value": "Nowhere"}), "customfield_10050"),
                              (fields(customfield_10052="x" * 256), "customfield_10052"),
                              (fields(customfield_10010="40"), "customfield_10010"),
                              (fields(customfield_99999="x"), "customfield_99999"),
                              (fields(reporter={"id": "nobody"}), "reporter"),
                              (fields(project={"key": "NO"}), "project"), (fields(issuetype={"id": "1"}), "issuetype")):
            status, body = self.site.call("POST", ISSUE, {"fields": given})
            self.assertEqual((status, list(body["errors"])), (400, [member]), given)
        self.assertEqual(self.site.call("POST", ISSUE, {"fields": fields(), "bogus": 1})[0], 400)
        self.assertEqual(self.site.call("POST", ISSUE, {"fields": fields(), "properties": [{"key": "k"}]})[0], 400)
        self.assertEqual(self.site.call("POST", ISSUE, b"{", headers={"Content-Type": "application/json"})[0], 400)
        self.assertEqual(self.site.call("POST", ISSUE, b"{}", headers={"Content-Type": "text/plain"})[0], 415)
        self.assertEqual(self.site.call("POST", ISSUE, {"fields": fields()}, "customer")[0], 403)
        self.assertEqual(self.site.oracle()["issues"], 0)

    def test_read_chosen_fields(self):
        key = self.create()
        self.assertEqual(list(self.read(key, "?fields=summary,status")["fields"]), ["summary", "status"])
        self.assertNotIn("comment", self.read(key, "?fields=*all,-comment")["fields"])
        self.assertEqual(self.site.call("GET", f"{ISSUE}/IAM-99")[0], 404)

    def test_edit(self):
        key = self.create(labels=["a"])
        status, _ = self.site.call("PUT", f"{ISSUE}/{key}", {
            "fields": {"customfield_10081": "Why"}, "update": {"labels": [{"add": "b"}, {"remove": "a"}]}})
        self.assertEqual(status, 204)
        got = self.read(key, "?expand=changelog")
        self.assertEqual((got["fields"]["labels"], got["fields"]["customfield_10081"]), (["b"], "Why"))
        self.assertEqual({i["fieldId"] for i in got["changelog"]["histories"][0]["items"]},
                         {"labels", "customfield_10081"})
        self.assertEqual(self.site.call("PUT", f"{ISSUE}/{key}", {"fields": {"resolution": {"name": "Done"}}})[0], 400)
        self.refused(self.site.call("PUT", f"{ISSUE}/{key}", {"fields": {"customfield_10081": "x" * 256}}), 400, "255")
        self.assertEqual(self.site.call("PUT", f"{ISSUE}/{key}", {"fields": {"summary": "x"}}, "unlicensed")[0], 403)

    def test_update_on_create(self):
        status, made = self.site.call("POST", ISSUE, {"fields": fields(), "update": {"labels": [{"add": "gar-2"}]}})
        self.assertEqual((status, self.read(made["key"])["fields"]["labels"]), (201, ["gar-2"]))

    def test_screens_can_be_changed(self):
        key = self.create()
        self.site.control("POST", "screens", {"IAM": {"edit": ["summary"]}})
        self.assertEqual(self.site.call("PUT", f"{ISSUE}/{key}", {"fields": {"customfield_10081": "x"}})[0], 400)

    def test_delete_and_move(self):
        key, other = self.create(), self.create()
        self.assertEqual(self.site.call("DELETE", f"{ISSUE}/{key}", actor="agent")[0], 403)
        self.assertEqual(self.site.call("DELETE", f"{ISSUE}/{key}", actor="admin")[0], 204)
        self.assertEqual(self.site.call("GET", f"{ISSUE}/{key}")[0], 404)
        moved = self.site.act(do="move", actor="agent", issue=other, project="OPS", to="Resolved")["issue"]
        self.assertEqual((moved["key"], moved["category"]), ("OPS-1", "done"))
        self.assertEqual(self.read(other)["key"], "OPS-1")  # the old key leads on

    def test_properties(self):
        key = self.create()
        here, value = f"{ISSUE}/{key}/properties/gar.bind", {"request": "x"}
        before = self.read(key)["fields"]["updated"]
        self.assertEqual(self.site.call("GET", here)[0], 404)
        self.assertEqual(self.site.call("PUT", here, value)[0], 201)
        self.assertEqual(self.site.call("PUT", here, value)[0], 200)
        self.assertEqual(self.site.call("GET", here)[1], {"key": "gar.bind", "value": value})
        self.assertEqual(self.site.call("PUT", here, {"x": "y" * 40000})[0], 400)
        self.assertEqual(self.read(key)["fields"]["updated"], before)
        self.assertEqual(self.site.call("DELETE", here)[0], 204)
        self.assertEqual(self.site.call("DELETE", here)[0], 404)

    def test_remote_links_are_idempotent(self):
        here = f"{ISSUE}/{self.create()}/remotelink"
        link = {"globalId": "g=1", "object": {"url": "https://example.com/1", "title": "One"}}
        first = self.site.call("POST", here, link)
        second = self.site.call("POST", here, link)
        self.assertEqual((first[0], second[0], first[1]["id"]), (201, 200, second[1]["id"]))
        self.assertEqual(len(self.site.call("GET", here)[1]), 1)
        self.assertEqual(self.site.call("POST", here, {"globalId": "x"})[0], 400)

    def test_security_hides_a_ticket_from_who_made_it(self):
        key = self.create()
        self.site.control("POST", "config", {"hidden_from_creator": "connector"})
        search = {"jql": "project = IAM", "fields": ["summary"]}
        self.assertEqual(self.site.call("GET", f"{ISSUE}/{key}")[0], 404)
        self.assertEqual(self.site.call("POST", "/rest/api/3/search/jql", search)[1]["issues"], [])
        asked = {"issueIdsOrKeys": [key]}
        self.assertEqual(self.site.call("POST", f"{ISSUE}/bulkfetch", {**asked, "fields": ["summary"]})[1]["issues"], [])
        self.assertEqual(self.site.call("POST", "/rest/api/3/changelog/bulkfetch", asked)[1]["issueChangeLogs"], [])
        self.assertEqual(self.site.call("GET", f"{ISSUE}/{key}", actor="agent")[0], 200)
        self.site.control("POST", "config", {"hidden_from_creator": ""})
        self.assertEqual(len(self.site.call("POST", "/rest/api/3/search/jql", search)[1]["issues"]), 1)

    def test_a_create_that_is_sent_again_is_blind_without_a_fresh_search(self):
        marker = "gar-" + "a" * 32
        search = {"jql": f'project = IAM AND labels = "{marker}"', "fields": ["summary"]}
        blind = []
        for deed in ("create", "create", "search", "create", "search", "other search", "create"):
            if deed == "create":
                self.create(labels=[marker])
            else:
                self.site.call("POST", "/rest/api/3/search/jql", search if deed == "search" else {"jql": "project = IAM"})
            blind.append(len(self.site.control("GET", "oracle")["creates"]["blind"]))
        self.assertEqual(blind, [0, 1, 1, 1, 1, 1, 1])
        self.assertEqual(self.site.control("GET", "oracle")["creates"]["again"], 3)

    def test_comments_are_public_unless_they_say_otherwise(self):
        here = f"{ISSUE}/{self.create()}/comment"
        internal = {"body": DOC, "properties": [{"key": "sd.public.comment", "value": {"internal": True}},
                                                {"key": "countersign.role", "value": {"role": "status"}}]}
        _, public = self.site.call("POST", here, {"body": DOC})
        _, hidden = self.site.call("POST", here, internal)
        self.assertEqual((public["jsdPublic"], hidden["jsdPublic"]), (True, False))
        _, page = self.site.call("GET", here + "?expand=properties")
        self.assertEqual(page["comments"][1]["properties"][1]["value"], {"role": "status"})
        self.assertFalse(self.site.call("PUT", f"{here}/{hidden['id']}", internal)[1]["jsdPublic"])
        self.assertTrue(self.site.call("PUT", f"{here}/{hidden['id']}", {"body": DOC})[1]["jsdPublic"])
        self.assertEqual(len(self.site.oracle()["public_comments_by_connector"]), 2)
        for bad in ("text", {"type": "doc"}, None):
            self.assertEqual(self.site.call("POST", here, {"body": bad})[0], 400)

    def test_fields_and_permissions(self):
        _, listed = self.site.call("GET", "/rest/api/3/field")
        custom = {f["id"]: f["schema"].get("custom", "") for f in listed}
        self.assertEqual(custom["customfield_10010"], "com.atlassian.servicedesk:vp-origin")
        _, mine = self.site.call("GET", "/rest/api/3/mypermissions?permissions=ADMINISTER,EDIT_ISSUES")
        self.assertEqual({name: p["havePermission"] for name, p in mine["permissions"].items()},
                         {"ADMINISTER": False, "EDIT_ISSUES": True})
        self.assertEqual(self.site.call("GET", "/rest/api/3/nothing")[0], 404)
        self.assertEqual(self.site.call("PATCH", ISSUE)[0], 405)

    def test_bulk_reads(self):
        first, second = self.create(), self.create()
        self.press(first, "11", "agent")
        _, got = self.site.call("POST", f"{ISSUE}/bulkfetch", {"issueIdsOrKeys": [first, second, "999"],
                                                               "fields": ["status"]})
        # what is not there is left out, says Atlassian's description; issueErrors are for what passes
        self.assertEqual(([i["key"] for i in got["issues"]], got["issueErrors"]), ([first, second], []))
        _, logs = self.site.call("POST", "/rest/api/3/changelog/bulkfetch",
                                 {"issueIdsOrKeys": [first, second], "fieldIds": ["status"]})
        self.assertEqual(len(logs["issueChangeLogs"]), 1)

    def test_bulk_changelogs_come_in_pages_of_changes(self):
        key, other = self.create(), self.create()
        for n in range(5):
            self.site.call("PUT", f"{ISSUE}/{key}", {"fields": {"summary": f"Take {n}"}}, "agent")
        self.press(key, "11", "agent")
        self.press(other, "11", "agent")
        bulk, asked = "/rest/api/3/changelog/bulkfetch", {"issueIdsOrKeys": [key, other]}

        def page(**more):
            status, got = self.site.call("POST", bulk, asked | more)
            self.assertEqual(status, 200, got)
            return [h["id"] for log in got["issueChangeLogs"] for h in log["changeHistories"]], got.get("nextPageToken")
        whole, end = page()
        self.assertEqual((len(whole), end), (7, None))
        first, token = page(maxResults=4)
        rest, end = page(maxResults=4, nextPageToken=token)
        self.assertEqual((first + rest, end), (whole, None))
        self.assertEqual(len(page(fieldIds=["status"])[0]), 2)
        self.refused(self.site.call("POST", bulk, asked | {"fieldIds": ["status", "status"]}), 400, "different")
        self.refused(self.site.call("POST", bulk, asked | {"fieldIds": [f"customfield_{n}" for n in range(11)]}), 400, "10")
        self.refused(self.site.call("POST", bulk, asked | {"maxResults": 10001}), 400, "maxResults")
        self.refused(self.site.call("POST", bulk, {"issueIdsOrKeys": []}), 400, "Between 1")

    def test_a_security_level_hides_a_ticket_from_who_is_not_cleared(self):
        hidden, seen = self.create(), self.create()
        self.site.act(do="secure", issues=[hidden])
        self.assertEqual(self.keys("project = IAM ORDER BY key ASC"), [hidden, seen])
        self.site.control("POST", "accounts", {"connector": {"cleared": False}})
        self.assertEqual(self.keys("project = IAM"), [seen])
        self.assertEqual(self.site.call("GET", f"{ISSUE}/{hidden}")[0], 404)
        self.assertEqual(self.site.call("GET", f"{ISSUE}/{hidden}", actor="agent")[0], 200)
        _, got = self.site.call("POST", f"{ISSUE}/bulkfetch", {"issueIdsOrKeys": [hidden, seen], "fields": ["updated"]})
        self.assertEqual([i["key"] for i in got["issues"]], [seen])
        self.site.act(do="secure", issues=[hidden], on=False)
        self.assertEqual(self.read(hidden)["key"], hidden)


class Workflow(WithSite):
    def offered(self, key, actor, query=""):
        _, body = self.site.call("GET", f"{ISSUE}/{key}/transitions{query}", actor=actor)
        return {t["id"]: t for t in body["transitions"]}

    def test_the_gate(self):
        key = self.create("agent")
        self.assertEqual(self.press(key, "11", "agent")[0], 204)
        self.assertEqual(self.press(key, "21", "agent")[0], 204)
        self.assertEqual(self.status(key), "Verifying access")
        for actor in ("agent", "agent2", "admin", "automation"):
            self.assertNotIn("51", self.offered(key, actor))
            self.refused(self.press(key, "51", actor, resolution={"name": "Done"}), 400, "illegal workflow operation")
        closing = self.offered(key, "agent", "?includeUnavailableTransitions=true")["51"]
        self.assertEqual((closing["isAvailable"], closing["isConditional"]), (False, True))
        shown = self.offered(key, "connector", "?expand=transitions.fields")
        self.assertEqual(set(shown), {"41", "51", "61", "81"})
        self.assertTrue(shown["51"]["fields"]["resolution"]["required"])
        self.assertIn("customfield_10080", shown["41"]["fields"])

    def test_loop_then_close(self):
        key = self.create("agent")
        self.press(key, "21", "agent")
        self.assertEqual(self.press(key, "41", "connector", customfield_10080={"value": "Verified"})[0], 204)
        self.assertEqual(self.press(key, "51", "connector")[0], 400)  # the resolution is on the screen
        self.assertEqual(self.press(key, "51", "connector", summary="x")[0], 400)
        self.assertEqual(self.press(key, "51", "connector", resolution={"name": "Done"})[0], 204)
        got = self.read(key, "?expand=changelog")
        self.assertEqual(got["fields"]["status"]["statusCategory"]["key"], "done")
        self.assertEqual(got["fields"]["resolution"]["name"], "Done")
        newest = got["changelog"]["histories"][0]
        self.assertEqual({i["fieldId"] for i in newest["items"]}, {"resolution", "status"})
        self.assertEqual(newest["author"]["displayName"], "Access connector")
        closing = self.site.oracle()["done"][0]["closed"]
        self.assertEqual((closing["by"], closing["transition"]), ("connector", "51"))

    def test_reopen_clears_the_resolution(self):
        key = self.create("agent")
        self.press(key, "81", "agent")
        self.assertEqual(self.read(key)["fields"]["resolution"]["name"], "Won't Do")
        self.assertEqual(self.press(key, "71", "connector")[0], 204)
        self.assertIsNone(self.read(key)["fields"]["resolution"])
        self.assertEqual(self.press(key, "71", "connector")[0], 400)

    def test_identifiers(self):
        key = self.create("agent")
        self.refused(self.press(key, "Resolve", "agent"), 400, "must be an integer")
        self.refused(self.press(key, "999", "agent"), 400, "illegal")

    def test_open_project_can_be_closed_behind_our_back(self):
        key = self.create("agent", project={"key": "OPS"}, customfield_10010="40")
        self.assertEqual(self.press(key, "91", "connector")[0], 400)
        self.assertEqual(self.site.act(do="transition", issue=key, name="Close")["issue"]["category"], "done")
        self.assertEqual(self.site.oracle()["done"][0]["closed"]["by"], "agent")

    def test_roads_past_the_workflow(self):
        key = self.create()
        self.assertEqual(self.site.act(do="force_status", actor="admin", issue=key, status="Resolved",
                                       resolution="Done")["issue"]["category"], "done")
        other = self.create()
        self.site.act(do="force_fields", actor="automation", issue=other, fields={"resolution": {"name": "Done"}})
        self.assertEqual(self.read(other)["fields"]["resolution"]["name"], "Done")
        self.assertEqual(self.status(other), "Waiting for support")

    def test_clone_copies_the_marker_but_not_the_creator(self):
        key = self.create(labels=["gar-1"])
        self.site.act(do="clone", issue=key)
        tickets = self.site.oracle()["markers"]["gar-1"]
        self.assertEqual([t["creator"] for t in tickets], ["connector", "agent"])
        self.assertEqual(self.site.oracle()["not_one_live"], {"gar-1": ["IAM-1", "IAM-2"]})

    def test_changelog_pages_are_oldest_first(self):
        key = self.create()
        for number in range(5):
            self.site.act(do="edit", issue=key, fields={"customfield_10052": f"r{number}"})
        _, page = self.site.call("GET", f"{ISSUE}/{key}/changelog?startAt=2&maxResults=2")
        self.assertEqual((page["total"], page["isLast"], [v["items"][0]["toString"] for v in page["values"]]),
                         (5, False, ["r2", "r3"]))


class Desk(WithSite):
    def request(self, **more):
        return self.site.call("POST", "/rest/servicedeskapi/request", {
            "serviceDeskId": "4", "requestTypeId": "30", "requestFieldValues": {"summary": "Please"}} | more)

    def test_create_request(self):
        customer = self.site.control("GET", "accounts")["customer"]["accountId"]
        status, body = self.request(raiseOnBehalfOf=customer)
        self.assertEqual((status, body["issueKey"], body["reporter"]["accountId"]), (201, "IAM-1", customer))
        self.assertEqual(body["currentStatus"]["statusCategory"], "NEW")
        self.assertEqual(self.read("IAM-1")["fields"]["creator"]["displayName"], "Access connector")

    def test_participants_are_added_once(self):
        accounts = self.site.control("GET", "accounts")
        here = f"/rest/servicedeskapi/request/{self.request()[1]['issueKey']}/participant"
        wanted = {"accountIds": [accounts["customer"]["accountId"]]}
        for _ in range(2):
            status, body = self.site.call("POST", here, wanted)
            self.assertEqual((status, [u["accountId"] for u in body["values"]]), (200, wanted["accountIds"]))
        self.assertEqual(self.site.call("POST", here, {"accountIds": ["nobody"]})[0], 400)
        self.assertEqual(self.site.call("POST", here, {"accounts": []})[0], 400)
        self.assertEqual(self.site.call("POST", here, wanted, actor="customer")[0], 403)

    def test_create_refuses(self):
        for more, status in (({"serviceDeskId": 4}, 404), ({"requestTypeId": "40"}, 400),
                             ({"requestFieldValues": {}}, 400), ({"raiseOnBehalfOf": "nobody"}, 400),
                             ({"requestFieldValues": {"summary": "x", "customfield_10080": "y"}}, 400),
                             ({"bogus": 1}, 400)):
            got, body = self.request(**more)
            self.assertEqual(got, status, more)
            self.assertIn("errorMessage", body)

    def test_approval(self):
        who = self.site.control("GET", "accounts")
        approver, agent = who["approver"]["accountId"], who["agent"]["accountId"]
        key = self.create(customfield_10100=[{"accountId": approver}])
        self.assertEqual(self.status(key), "Waiting for approval")
        here = f"/rest/servicedeskapi/request/{key}/approval"
        _, page = self.site.call("GET", here)
        one = page["values"][0]
        self.assertEqual((one["finalDecision"], one["canAnswerApproval"]), ("pending", False))
        self.assertEqual(self.press(key, "21", "agent")[0], 400)  # blocked while the approval is open
        answer = {"decision": "approve"}
        self.assertEqual(self.site.call("POST", f"{here}/{one['id']}", answer, "agent")[0], 403)
        self.assertEqual(self.site.call("POST", f"{here}/{one['id']}", {"decision": "maybe"}, "approver")[0], 400)
        status, body = self.site.call("POST", f"{here}/{one['id']}", answer, "approver")
        self.assertEqual((status, body["finalDecision"]), (200, "approved"))
        self.assertEqual(self.site.call("POST", f"{here}/{one['id']}", answer, "approver")[0], 409)
        self.assertEqual(self.status(key), "Waiting for support")
        declined = self.create(customfield_10100=[{"accountId": agent}])
        self.assertEqual(self.site.act(do="decline", issue=declined)["issue"]["status"], "Cancelled")

    def test_approvals_come_in_pages_and_the_earlier_ones_stay(self):
        approver = self.site.control("GET", "accounts")["approver"]["accountId"]
        key = self.create(customfield_10100=[{"accountId": approver}])
        for _ in range(2):
            self.site.act(do="approve", issue=key, actor="approver")
            self.assertEqual(self.press(key, "101", "agent")[0], 204)
        self.site.control("POST", "config", {"desk_page": 2})
        here, start, seen = f"/rest/servicedeskapi/request/{key}/approval", 0, []
        while True:
            _, page = self.site.call("GET", f"{here}?start={start}&limit=50")
            self.assertEqual((page["start"], page["limit"], page["size"]), (start, 2, len(page["values"])))
            seen += [a["finalDecision"] for a in page["values"]]
            start += page["size"]
            if page["isLastPage"]:
                break
        self.site.control("POST", "config", {"desk_page": 100})
        self.assertEqual(sorted(seen), ["approved", "approved", "pending"])

    def test_sla_runs_pauses_not_and_starts_again(self):
        key = self.create()
        _, page = self.site.call("GET", f"/rest/servicedeskapi/request/{key}/sla")
        self.assertIn("ongoingCycle", page["values"][0])
        self.press(key, "81", "agent")
        _, one = self.site.call("GET", f"/rest/servicedeskapi/request/{key}/sla/1")
        self.assertEqual((len(one["completedCycles"]), "ongoingCycle" in one), (1, False))
        self.press(key, "71", "agent")
        self.assertIn("ongoingCycle", self.site.call("GET", f"/rest/servicedeskapi/request/{key}/sla/1")[1])

    def test_comments_of_the_portal(self):
        key = self.site.act(do="request", actor="customer", fields={"summary": "Mine"})["issue"]["key"]
        here = f"/rest/servicedeskapi/request/{key}/comment"
        self.assertEqual(self.site.call("POST", here, {"body": "secret", "public": False})[0], 201)
        self.assertEqual(self.site.call("POST", here, {"body": "hello"}, "customer")[0], 201)
        self.assertEqual(self.site.call("GET", here, actor="customer")[1]["size"], 1)
        self.assertEqual(self.site.call("GET", here)[1]["size"], 2)

    def test_customer_transition(self):
        key = self.site.act(do="request", actor="customer", fields={"summary": "Mine"})["issue"]["key"]
        here = f"/rest/servicedeskapi/request/{key}/transition"
        _, page = self.site.call("GET", here, actor="customer")
        self.assertEqual([t["id"] for t in page["values"]], ["81"])
        self.assertEqual(self.site.call("POST", here, {"id": "21"}, "customer")[0], 400)
        self.assertEqual(self.site.call("POST", here, {"id": "81"}, "customer")[0], 204)

    def test_desks_and_request_types(self):
        base = "/rest/servicedeskapi/servicedesk"
        self.assertEqual([d["id"] for d in self.site.call("GET", base)[1]["values"]], ["4", "5"])
        self.assertEqual([t["id"] for t in self.site.call("GET", f"{base}/4/requesttype")[1]["values"]], ["30", "31"])
        _, form = self.site.call("GET", f"{base}/4/requesttype/30/field")
        self.assertTrue(form["requestTypeFields"][0]["required"])
        self.assertEqual(self.site.call("GET", f"{base}/9/requesttype")[0], 404)


class Life(unittest.TestCase):
    def test_scenario_port_file_and_clean_end(self):
        path = f"/tmp/standin-port-{os.getpid()}"
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
        scenario = {"config": {"index_lag_ms": 5}, "accounts": {"connector": {"zone": "Asia/Kolkata"}},
                    "fill": [{"project": "OPS", "count": 3}],
                    "acts": [{"do": "request", "actor": "customer", "fields": {"summary": "From the scenario"}}]}
        site = client.Site("--port-file", path, scenario=scenario)
        with site:
            with open(path) as file:
                self.assertEqual(int(file.read()), site.port)
            self.assertEqual(site.oracle()["issues"], 4)
            self.assertIn("+0530", site.call("GET", f"{ISSUE}/IAM-1")[1]["fields"]["created"])
            site.act(do="delete", actor="admin", issue="IAM-1")
            site.control("POST", "reset", {})
            self.assertEqual(site.oracle()["issues"], 4)
        self.assertEqual(site.returncode, 0)

    def test_calls_are_recorded_and_pages_shown(self):
        with client.Site() as site:
            site.call("POST", ISSUE, {"fields": fields(summary="<script>alert(1)</script>")})
            site.call("POST", ISSUE, {"fields": {}})
            calls = site.control("GET", "calls?actor=connector&method=POST")["calls"]
            self.assertEqual([(c["status"], c["executed"]) for c in calls], [(201, True), (400, False)])
            page = site.raw("GET", "/browse/IAM-1")[2].decode()
            self.assertNotIn("<script>", page)
            self.assertIn(">Resolve</button>", page)
            status, headers, _ = site.raw("POST", "/browse/IAM-1", b"as=agent&do=transition&id=21")
            self.assertEqual((status, headers["Location"]), (303, "/browse/IAM-1?as=agent"))
            self.assertIn("Verifying access", site.raw("GET", "/browse/IAM-1?as=agent")[2].decode())
            self.assertIn("illegal", site.raw("POST", "/browse/IAM-1", b"as=agent&do=transition&id=51")[2].decode())
            self.assertEqual(site.raw("GET", "/")[0], 200)

    def test_the_page_draws_what_an_agent_is_shown(self):
        """Rich text, the two fields, a link with its pictures (struck out once it is resolved), who did what; and it renews
        itself for who watches. Who is a customer is shown no internal note."""
        def text(words):
            return {"type": "paragraph", "content": [{"type": "text", "text": words}]}
        status = {"type": "status", "attrs": {"text": "STILL PRESENT", "color": "red"}}
        note = {"type": "doc", "version": 1, "content": [
            {"type": "panel", "attrs": {"panelType": "warning"}, "content": [text("Not <closed> yet")]},
            {"type": "expand", "attrs": {"title": "What was checked"}, "content": [{"type": "paragraph", "content": [status]}]}]}
        link = {"globalId": "e", "object": {"url": "https://e.example.com/r/IAM-1", "title": "Evidence", "status": {
            "icon": {"url16x16": "https://e.example.com/open.svg", "title": "Not proven yet"}}}}
        with client.Site() as site:
            site.call("POST", ISSUE, {"fields": fields()})
            site.call("POST", f"{ISSUE}/IAM-1/comment", {"body": note, "properties": [
                {"key": "sd.public.comment", "value": {"internal": True}}]})
            site.call("PUT", f"{ISSUE}/IAM-1", {"fields": {"customfield_10080": {"value": "Not there yet"}, "customfield_10081": "why"}})
            site.call("POST", f"{ISSUE}/IAM-1/remotelink", link)
            page = site.raw("GET", "/browse/IAM-1?as=agent&watch=1")[2].decode()
            for drawn in ("<div class='panel warning'><p>Not &lt;closed&gt; yet</p></div>", "<summary>What was checked</summary>",
                          "<span class='lozenge removed'>STILL PRESENT</span>", "id=access-check-reason>why<", "Not there yet</span>",
                          "<a href='https://e.example.com/r/IAM-1'>Evidence</a>", "src='https://e.example.com/open.svg'",
                          "title='Not proven yet'", "Access check: – → Not there yet", "http-equiv=refresh"):
                self.assertIn(drawn, page)
            self.assertNotIn("<s>", page)
            page = site.raw("GET", "/browse/IAM-1?as=customer")[2].decode()
            self.assertNotIn("http-equiv", page)
            self.assertNotIn("panel", page.split("<main>")[1])
            link["object"] |= {"url": "javascript:alert(1)"}
            site.call("POST", f"{ISSUE}/IAM-1/remotelink", link)
            self.assertNotIn("javascript:", site.raw("GET", "/browse/IAM-1?as=agent")[2].decode())
            link["object"] |= {"url": "https://e.example.com", "status": {"resolved": True}}
            site.call("POST", f"{ISSUE}/IAM-1/remotelink", link)
            self.assertIn("<s><a href='https://e.example.com'>", site.raw("GET", "/browse/IAM-1?as=agent")[2].decode())

    def test_an_approval_may_want_several_answers(self):
        with client.Site() as site:
            site.control("POST", "config", {"approvals_needed": 2})
            who = site.control("GET", "accounts")
            people = [{"accountId": who[name]["accountId"]} for name in ("approver", "customer", "agent")]
            site.call("POST", ISSUE, {"fields": fields(customfield_10100=people)})
            here = "/rest/servicedeskapi/request/IAM-1/approval"
            number = site.call("GET", here)[1]["values"][0]["id"]
            for name, decision in (("approver", "pending"), ("customer", "approved")):
                _, body = site.call("POST", f"{here}/{number}", {"decision": "approve"}, name)
                self.assertEqual(body["finalDecision"], decision)
            self.assertEqual([a["approverDecision"] for a in body["approvers"]], ["approved", "approved", "pending"])

    def test_many_at_once(self):
        """Threads of callers see one ticket for each create; ten thousand tickets are paged in good time."""
        with client.Site() as site:
            def create():
                for _ in range(25):
                    site.call("POST", ISSUE, {"fields": fields()})
            threads = [threading.Thread(target=create) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(site.oracle()["issues"], 200)
            site.control("POST", "fill", {"project": "OPS", "count": 2000, "bytes": 9000})
            began, token, seen = time.monotonic(), None, 0
            while True:
                _, body = site.call("POST", "/rest/api/3/search/jql", {
                    "jql": "project = OPS ORDER BY updated ASC, key ASC", "maxResults": 100, "fields": ["*all"]}
                    | ({"nextPageToken": token} if token else {}))
                seen, token = seen + len(body["issues"]), body.get("nextPageToken")
                if not token:
                    break
            self.assertEqual(seen, 2000)
            self.assertLess(time.monotonic() - began, 20)


if __name__ == "__main__":
    unittest.main()
