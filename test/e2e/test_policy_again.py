"""Another policy while the service runs: what waits is asked again and goes on; one with faults changes nothing, and is told."""
import os
import pathlib
import signal

import pytest

from lib import ports, wait, world
from lib.world import http

RULES = """\
version: 1
otherwise: allow
rules:
  - { name: viewers answer for it, when: { entitlement: fin-viewer, stage: intake }, allow: true }
"""
POLICY = """
policy:
  rules: policy.yaml
  duties:
    - name: ledger
      unlinked: beneficiary
      members: [{ source: sap-fin, entitlement: fin-ledger-admin }, { source: sap-fin, entitlement: fin-viewer }]
"""


class Ruled(world.World):
    def configure(self):
        super().configure()
        self.write("policy.yaml", RULES)
        with open(self.config, "a") as file:
            file.write(POLICY)

    def told(self):
        return self.sql("select string_agg(distinct reason, ' ') from governance.escalation where request_id is null")

    def metric(self):
        text = http("GET", f"http://127.0.0.1:{self.ops_port}/metrics")[1]
        return next(line.split()[1] for line in text.splitlines() if line.startswith("countersign_policy_last_reload_successful "))

    def reload(self):
        self.service.signal(signal.SIGHUP)


@pytest.fixture(scope="module")
def site():
    made = Ruled()
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def test_a_set_that_is_defined_anew_lets_go_what_waits(site):
    site.has_role("okafor", "fin-ledger-admin", True)
    key = site.ask_grant("okafor", "fin-viewer")
    reason = "select s.reason from governance.request_status s where s.issue_key = '{}'"
    site.until(key, lambda: site.sql(reason.format(key)) == "DutiesInConflict", 30, "it is in conflict")
    site.edit_file("countersign.yaml", "entitlement: fin-viewer }]", "entitlement: canary-role }]")
    site.reload()
    site.until_phase(key, "fulfilling", timeout=30)
    assert site.sql("select string_agg(kind, ' ' order by seq) from governance.evidence_entry where kind like 'sod_set.%'") == \
        "sod_set.began sod_set.ended sod_set.began"
    site.has_role("okafor", "fin-viewer", True)
    site.resolve(key)
    site.until_phase(key, "closed", timeout=60)


def test_another_rule_file_decides_from_now_on(site):
    before = site.sql("select policy from governance.site")
    site.write("policy.yaml", RULES + "  - { name: closed for the year, when: { entitlement: fin-viewer }, deny: the year is closed }\n")
    site.edit_file("policy.yaml", "stage: intake }, allow: true", "stage: verification }, allow: true")
    site.reload()
    wait.until(lambda: site.sql("select policy from governance.site") != before, 20)
    key = site.ask_grant("reyes", "fin-viewer")
    site.until_phase(key, "denied", timeout=30)
    assert site.metric() == "1" and not site.told()


def test_one_with_faults_changes_nothing_and_is_told(site):
    before = site.sql("select policy from governance.site")
    site.write("policy.yaml", RULES + "  - { name: odd, when: { stage: aproval }, allow: true }\n")
    site.reload()
    wait.until(lambda: site.metric() == "0", 20)
    wait.until(lambda: site.told() == "PolicyRefused", 20)
    assert site.sql("select policy from governance.site") == before
    assert "C172" in site.service.stderr and "policy.yaml" in site.service.stderr
    assert "a new policy was refused" in http("GET", f"http://127.0.0.1:{site.ops_port}/readyz?verbose")[1]
    site.write("policy.yaml", RULES)
    site.reload()
    wait.until(lambda: site.metric() == "1", 20)
    wait.until(lambda: site.sql("select policy from governance.site") != before, 20)


def test_a_pipe_for_its_rule_file_is_refused_and_not_waited_for(site):
    path = os.path.join(site.folder, "policy.yaml")
    os.remove(path)
    os.mkfifo(path)
    site.reload()
    wait.until(lambda: site.metric() == "0", 20)
    assert http("GET", f"http://127.0.0.1:{site.ops_port}/healthz")[0] == 200
    assert "is no regular file" in site.service.stderr
    os.remove(path)
    site.write("policy.yaml", RULES)
    site.reload()
    wait.until(lambda: site.metric() == "1", 20)


def beside(site, name, rules="policy.yaml"):
    """Another replica, with a rule file of its own: itself, its configuration, its operations port."""
    with open(site.config) as file:
        text = file.read()
    first, ours = site.config, ports.free_ports(2)
    config = site.write(name, text.replace(f"port: {site.port},", f"port: {ours[0]},").replace(f"ops_port: {site.ops_port}", f"ops_port: {ours[1]}")
                        .replace("rules: policy.yaml", f"rules: {rules}"))
    site.config = config
    pathlib.Path(site.folder, f"ready-{len(site.services)}").unlink(missing_ok=True)  # of the one before
    other = site.start_service()
    site.config = first
    site.services.remove(other)
    return other, config, f"http://127.0.0.1:{ours[1]}"


def with_files(site, config, *words):
    first, site.config = site.config, config
    try:
        return site.countersign(*words, check=False)
    finally:
        site.config = first


def test_a_replica_that_starts_with_the_files_of_before_changes_nothing(site):
    shut = RULES.replace("rules:\n", "rules:\n  - { name: shut, when: { entitlement: fin-viewer }, deny: it was shut }\n")
    before = site.sql("select policy from governance.site")
    for text in (shut, RULES):
        site.write("policy.yaml", text)
        site.reload()
        wait.until(lambda: site.sql("select policy from governance.site") != before, 20)
        before = site.sql("select policy from governance.site")
    site.write("before.yaml", shut)
    other, config, ops = beside(site, "older.yaml", "before.yaml")
    try:
        wait.until(lambda: "the policy of these files was replaced by another one" in other.stderr, 20)
        assert "countersign policy back" in other.stderr
        assert site.sql("select policy from governance.site") == before and "PolicyOlder" in site.told()
        assert "the policy of this replica's files was replaced" in http("GET", ops + "/readyz?verbose")[1]
        assert "\ncountersign_policy_live 0\n" in http("GET", ops + "/metrics")[1]
        shown = with_files(site, config, "policy", "show")
        assert shown.returncode == 1 and f"live     {before} since " in shown.stdout and "not live" in shown.stdout, shown.stdout
        assert "policy: a problem; more: countersign policy show" in with_files(site, config, "doctor", "policy").stdout
        assert site.countersign("policy", "show").stdout.endswith("files    the same\n")
        # a person goes back to it
        assert with_files(site, config, "policy", "back").returncode == 64  # and says why
        assert with_files(site, config, "policy", "back", "--reason", "it is to stay shut", "--by", "ciso@example.com").returncode == 0
        assert site.sql("select policy from governance.site") != before
        wait.until(lambda: "\ncountersign_policy_live 1\n" in http("GET", ops + "/metrics")[1], 20)
        site.write("policy.yaml", shut)  # the others get the same files
        site.reload()
        key = site.ask_grant("lind", "fin-viewer")
        site.until_phase(key, "denied", timeout=60)
        history = site.countersign("policy", "history").stdout
        assert "back    rules:" in history.splitlines()[0] and "by ciso@example.com: it is to stay shut" in history and "<- of these files" in history
        site.write("policy.yaml", RULES)
        site.reload()
        wait.until(lambda: site.sql("select policy from governance.site") == before, 20)
    finally:
        other.stop()
    assert "Sanitizer" not in other.stderr, other.told()


def test_a_replica_that_has_not_reloaded_decides_nothing(site):
    other, _, ops = beside(site, "beside.yaml")
    live = site.services[0]
    try:
        before = site.sql("select policy from governance.site")
        site.write("policy.yaml", RULES.replace("rules:\n", "rules:\n  - { name: shut, when: { entitlement: fin-viewer }, deny: the year is closed }\n"))
        live.signal(signal.SIGHUP)
        wait.until(lambda: site.sql("select policy from governance.site") != before, 20)
        live.stop()
        key = site.ask_grant("farah", "fin-viewer")
        wait.until(lambda: "another policy is live than this replica has" in other.stderr, 40)
        assert site.request(key)["phase"] in ("received", "pending_approval")
        assert site.sql("select count(*) from governance.policy_decision d join governance.site s on true "
                        "where d.item_id is not null and d.at > s.policy_at and d.pdp <> s.policy") == "0"
        assert "another policy is live than this replica has" in http("GET", ops + "/readyz?verbose")[1]
        assert "\ncountersign_policy_live 0\n" in http("GET", ops + "/metrics")[1]
        other.signal(signal.SIGHUP)
        site.until_phase(key, "denied", timeout=60)
        assert "\ncountersign_policy_live 1\n" in http("GET", ops + "/metrics")[1]
    finally:
        other.stop()
    assert "Sanitizer" not in other.stderr, other.told()
