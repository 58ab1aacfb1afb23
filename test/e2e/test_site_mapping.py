"""Two sites, the second with a mapping of its own, no webhooks: polling goes by the mapping of the site that it walks."""
import re

import pytest

from lib import sites, wait

RULE = r"  - name: remove-app-access\n.*?(?=  - name: remove-app-access-ungated)"


class Two(sites.Sites):
    def configure(self):
        super().configure()
        with open(f"{self.folder}/mapping.yaml") as file:
            full = file.read()
        self.write("second.yaml", full)
        # the first knows nothing of the request type that is asked for
        self.write("mapping.yaml", re.sub(RULE, "", full, count=1, flags=re.S).split("\ntests:")[0] + "\n")
        with open(self.config) as file:
            first, second = file.read().split("name: site2")
        assert "    projects: [IAM, OPS]\n" in second
        second = second.replace("    projects: [IAM, OPS]\n", "    projects: [IAM, OPS]\n    mapping: second.yaml\n", 1)
        self.write("countersign.yaml", first + "name: site2" + second)


@pytest.fixture(scope="module")
def site():
    with Two(2, poll="300ms") as made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def ask_at(site, name):
    own, site.jira_url = site.jira_url, site.jiras[name][1]
    try:
        return site.ask_removal("okafor")
    finally:
        site.jira_url = own


def test_a_walk_goes_by_the_mapping_of_its_own_site(site):
    of_first, of_second = ask_at(site, "acme"), ask_at(site, "site2")
    found = "select ignored from governance.ticket where site = '{}' and issue_key = '{}'"
    phase = "select r.phase from governance.access_request r join governance.ticket t on t.request_id = r.id " \
            f"where t.site = 'site2' and t.issue_key = '{of_second}'"
    wait.until(lambda: site.sql(found.format("acme", of_first)) == "request type not governed", 10, what="left alone at the first")
    wait.until(lambda: site.sql(phase) == "fulfilling", 10, what="governed at the second")
