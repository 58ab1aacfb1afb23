"""What a request owes before it may close: the core, of the dossier it is given, and the database must never disagree; and what the
database's guards refuse is what it owes."""
import json
import random
import subprocess

from conftest import CORE_SAYS

STATES = 1500
DEBTS = ["approval", "review", "contested", "claim", "items", "permit", "duties"]


class State:
    """One request at its proof, as rows."""

    def __init__(self, number, rng):
        self.id, self.number = f"00000000-0000-0000-0000-{number:012d}", number
        often = lambda part: rng.random() < part  # noqa: E731
        self.phase = rng.choice(["verifying", "verified", "exception"])
        self.kind = rng.choice(["grant", "grant", "modify", "removal"])
        self.emergency, self.contested, self.claim = self.kind == "grant" and often(0.3), often(0.1), not often(0.1)
        self.approved, self.voted, self.declined, self.reviewed = not often(0.1), often(0.6), often(0.1), often(0.5)
        self.site = rng.choice(["asks", "asks", "free"])
        wants = {"grant": ["present"], "removal": ["absent"], "modify": ["present", "absent"]}[self.kind]
        self.items = [{"desired": rng.choice(wants), "role": rng.choice(["duty", "other"]), "excepted": often(0.25),
                       "reads": rng.choice(["so", "so", "so", "not", "unknown", "old", "none"])} for _ in range(rng.choice([0, 1, 1, 2]))]
        self.answers = rng.choice([[], ["yes"], ["yes"], ["no"], ["none"], ["none", "yes"], ["yes", "no"]])
        self.duties = rng.choice([None, "clear", "clear", "conflict", "unread"])

    def rows(self, into):
        at = "now() - interval '{}'".format
        n, claim = self.number, "'c'" if self.claim else "''"
        into["request"].append(f"('{self.id}', '{self.site}', 'm{n}', '{self.kind}', 'enforce', false, {self.contested}, '{self.phase}', 2, {claim}, {at('3 h')}, "
                               f"{at('2 h') if self.approved else 'null'}, date_trunc('milliseconds', {at('10 min')}), 'h', {self.emergency}, true, "
                               f"'asker', 'someone', {at('5 min')})")
        into["ticket"].append(f"('{self.site}', '{10000 + n}', 'IAM-{n}', '{self.id}', 'here', {claim}, true, {at('3 h')})")
        if self.voted:
            into["approval"].append(f"('{self.id}', 'boss', 'approved', 'h')")
        if self.declined:
            into["approval"].append(f"('{self.id}', 'other', 'declined', 'h')")
        if self.reviewed:
            into["review"].append(f"('{self.id}', 'eve', 'in_order', 'n')")
        for k, i in enumerate(self.items):
            item = n * 10 + k
            into["item"].append(f"({item}, '{self.id}', 'src', 'a{n}', '{i['role']}-{k}', '{i['desired']}')")
            outcome = {"so": i["desired"], "old": i["desired"], "not": "absent" if i["desired"] == "present" else "present", "unknown": "unknown"}
            for ago in (["5 min", "2 min"] if i["reads"] != "none" else []):
                as_of = at("1 h") if i["reads"] == "old" else at(ago)
                said = outcome[i["reads"]]
                into["observation"].append(f"({item}, 2, {at(ago)}, {as_of}, '{said}', 'active', 'none', 'r', true, true, "
                                           f"{'null' if said == 'unknown' else chr(39) + 'x' + chr(39)})")
            if i["excepted"]:
                into["exception"].append(f"({item}, 'ann', 'bob', 'why', now(), now() + interval '1 day')")
            for answer in self.answers:
                into["decision"].append(self.decision(item, {"yes": "true", "no": "false", "none": "null"}[answer]))
        if self.duties:
            conflicts = "array['ledger']" if self.duties == "conflict" else "'{}'"
            into["decision"].append(self.decision("null", {"clear": "true", "conflict": "false", "unread": "null"}[self.duties], conflicts))

    def decision(self, item, permitted, conflicts="'{}'"):
        return f"('{self.id}', 'verification', {item}, {permitted}, 'q', {'null' if permitted == 'null' else chr(39) + 'a' + chr(39)}, 'h', 2, {conflicts})"


INTO = {
    "request": "governance.access_request (id, site, marker, kind, mode, from_ticket, contested, phase, generation, claim_cycle, requested_at, approved_at, "
               "claimed_at, mapped_hash, emergency, approval_needed, requester, beneficiary, verified_at)",
    "ticket": "governance.ticket (site, issue_id, issue_key, request_id, state, cycle, moved_by_us, first_seen_at)",
    "approval": "governance.approval (request_id, approver, decision, tuple_hash)",
    "review": "governance.emergency_review (request_id, reviewer, outcome, note)",
    "item": "governance.request_item (id, request_id, source, account, entitlement, desired) overriding system value",
    "observation": "governance.observation (item_id, generation, observed_at, source_as_of, outcome, account, via, reason, complete, canary_ok, raw_sha256)",
    "exception": "governance.exception (item_id, owner, approved_by, reason, created_at, expires_at)",
    "decision": "governance.policy_decision (request_id, stage, item_id, permitted, asked, answered, tuple_hash, generation, conflicts)",
}


def line(d):
    """The dossier as the core reads it (core_says.c)."""
    permit = (d["permits"] or {}).get("verification", {"answer": "open"})
    flag = lambda name: int(bool(d[name]))  # noqa: E731
    words = [d["phase"], d["kind"], d["approved_ms"] or 0, d["claimed_ms"], d["now_ms"], int(d["claim_cycle"] != ""), flag("contested"), flag("emergency"),
             flag("approval_given"), flag("reviewed"), int(d["permits"] is not None), permit["answer"], permit.get("tries", 0)]
    for i in d["items"]:
        words += [len(i["obs"]), i["desired"], i["settle_ms"], i["confirmations"], i["max_age_ms"], int(i["excepted"])]
        words += [f"{o['outcome']}:{o['account']}:1:1:{o['as_of_ms']}:{o['observed_ms']}" for o in i["obs"]]
    return " ".join(map(str, words))


def test_core_and_database_agree(db):
    rng = random.Random(29)
    states = [State(number, rng) for number in range(STATES)]
    rows = {name: [] for name in INTO}
    for state in states:
        state.rows(rows)
    # as a superuser without triggers and checks: such states cannot be written otherwise
    db.psql("select governance.source_put('src', 'S', 'sql', 60000, 2, 900000); select governance.site_put('asks', 'cloud', 'https://a.example'), "
            "governance.site_put('free', 'cloud', 'https://f.example'); select governance.policy_put('rules:1', '[{\"name\": \"ledger\", \"n\": 2, "
            "\"unlinked\": \"none\", \"members\": [{\"source\": \"src\", \"entitlement\": \"duty-0\"}, {\"source\": \"src\", \"entitlement\": \"duty-1\"}]}]'); "
            "update governance.site set policy = '' where name = 'free'")
    checks = db.psql("select string_agg(format('alter table %s drop constraint %I;', conrelid::regclass, conname), '') from pg_constraint "
                     "where contype = 'c' and conrelid in ('governance.access_request'::regclass, 'governance.exception'::regclass)")
    inserts = "".join(f"insert into {INTO[name]} values {','.join(lines)};" for name, lines in rows.items())
    db.psql(f"set session_replication_role = replica; {checks} begin; {inserts} commit; analyze")
    said = [json.loads(row[0]) for row in db.rows("select json_build_object('dossier', governance.dossier(r.id), 'owes', governance.owes(r)) "
                                                  "from governance.access_request r order by r.id")]
    text = "".join(line(s["dossier"]) + "\n" for s in said)
    core = [owed.split() for owed in subprocess.run([CORE_SAYS, "owes"], input=text, capture_output=True, text=True, check=True).stdout.splitlines()]
    assert len(core) == len(said) == STATES
    wrong = [(c, s["owes"], vars(state)) for c, s, state in zip(core, said, states) if c != s["owes"]]
    assert not wrong, (len(wrong), wrong[:3])
    assert {debt for owed in core for debt in owed} == set(DEBTS) and [] in core, "everything occurs, and nothing"


def test_the_words_are_the_same(db):
    owes = db.psql("select pg_get_functiondef('governance.owes(governance.access_request)'::regprocedure)")
    assert "array['" + "', '".join(DEBTS) + "']" in owes
