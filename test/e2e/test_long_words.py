"""A justification of many lines, where many rules could speak of the wish: trying them takes all the memory that one request has."""
from lib import wait, world

RULE = """  - name: another-{n}
    request_type: "{type}"
    change: grant
    subject: {{ from: customfield_10061, then: [trim, lower], on_missing: hold }}
    application: {{ from: customfield_10050, lookup: {{ "SAP FIN": sap-fin, "Directory": directory }}, on_missing: hold }}
    entitlement: {{ from: customfield_10052, then: [trim], on_missing: hold }}
    justification: {{ from: customfield_10090, then: [plain, trim] }}
    manager: {{ from: customfield_10091, then: [email, lower], on_missing: hold }}
"""


class ManyRules(world.World):
    """Each gives access to the same applications, and wants to know a manager."""

    def configure(self):
        super().configure()
        with open(f"{self.folder}/mapping.yaml") as file:
            before, _, rest = file.read().partition("  - name: grant-app-access\n")
        behind = rest[rest.index("  - name: remove-app-access\n"):rest.index("\ntests:")]
        self.write("mapping.yaml", before + "".join(RULE.format(n=n, type=60 + n) for n in range(6)) + behind + "\n")


def test_a_wish_that_no_rule_takes_is_refused_and_ends_nobody():
    with ManyRules(webhooks=False, poll="60s") as site:
        body = {"kind": "grant", "beneficiary": "novak", "source": "directory", "entitlement": "x", "account": "y", "requester": "hr-system"}
        for key, lines in (("few", 1), ("many", 540), ("more", 2000)):
            status, problem = site.api("POST", "/v1/access-requests", body | {"justification": "a\n" * lines}, key)
            assert status == 422 and problem["title"] == "No rule fits" and problem["detail"], problem
        assert site.service.running
        assert wait.until(lambda: site.api("GET", "/v1/access-requests")[0] == 200, 5)
