"""Why is it stuck: the pure core and the view must never disagree, over every phase and every kind of trouble at once."""
import random
import subprocess

from conftest import CORE_SAYS

STATES = 2000
NOW = 1_800_000_000_000
PHASES = ["received", "pending_approval", "approved", "ticketing", "fulfilling", "claimed", "verifying", "verified", "exception",
          "closed", "denied", "cancelled", "expired", "orphaned"]
KINDS = ["create_ticket", "comment", "field_update", "transition", "close", "reopen", "retire", "mend", "evidence_link", "cancel", "remind", "raise", "escalate"]
# By their sites: since when our credential is refused, and until when it is left alone; another replica of "half" has one that works.
TOLD = {"told": NOW + 700_000, "hurried": NOW + 30_000}  # Jira wants no call before; a short wait is not worth a word
REFUSED = {"doubted": (NOW - 70_000, 0), "dead": (NOW - 90_000, NOW + 200_000), "half": (NOW - 90_000, NOW + 200_000)}
# who asks is the only one who is named to approve it
ONLY_ASKER = '{"approval": {"at_least": 1, "channels": ["jsm", "api"], "remind": [], "within_ms": 0, "steps": [{"who": "manager", "people": ["asker"], "at_least": 1}]}}'
FLOWING = ["pending", "checking", "calling", "doubt", "probing"]


def core(mode, text=""):
    return subprocess.run([CORE_SAYS, mode], input=text, capture_output=True, text=True, check=True).stdout


def test_reasons(db):
    said = [tuple(line.split("|")) for line in core("reasons").splitlines()]
    stored = db.rows("select name, state, waits_for, next_action, remedy from governance.status_reason")
    assert sorted(said) == sorted(map(tuple, stored))


def moment(ms, rng):
    """A moment of that millisecond: the database knows it to the microsecond. 0 is none."""
    return f"date_trunc('milliseconds', now()) + {(ms - NOW) * 1000 + rng.choice([0, 1, 500, 999])} * interval '1 us'" if ms else "null"


class State:
    """One request with its ticket, work and reads; as a line for the core and as rows for the database."""

    def __init__(self, number, rng):
        self.id = f"00000000-0000-0000-0000-{number:012d}"
        self.number, self.rng = number, rng
        ago = lambda *choices: NOW - rng.choice(choices)  # noqa: E731
        self.phase, self.mode = rng.choice(PHASES), rng.choice(["observe", "warn", "enforce"])
        self.held, self.answered = rng.random() < 0.2, rng.random() < 0.2
        self.unclear, self.contested, self.barred = rng.random() < 0.3, rng.random() < 0.1, rng.random() < 0.3
        self.emergency = rng.random() < 0.1
        self.requested, self.approved = ago(9_000_000, 8_000_000), ago(7_000_000)
        self.claimed = ago(120_000, 400_000, 1_000_000)
        self.verified = ago(100_000) if self.phase in ("verified", "exception", "closed") else 0
        self.closed = ago(50_000) if self.phase == "closed" else 0
        self.look = rng.choice([0, NOW + 60_000, NOW + 900_000, NOW - 20_000, NOW - 20_000, NOW - 260_000, NOW - 320_000])
        self.lease = rng.choice([0, 0, 0, NOW + 30_000, NOW - 400_000])
        self.unreadable = rng.choice([0, 0, 0, 1, 4, 5, 9])
        self.read, self.unread_at = ago(600_000), rng.choice([NOW - 700_000, NOW - 10_000, NOW - 10_000])
        self.ever_read, self.has_ticket = rng.random() < 0.7, rng.random() < 0.7
        self.work = []
        for kind in rng.sample(KINDS, rng.choice([0, 0, 0, 1, 1, 2, 3])):
            state = "parked" if rng.random() < 0.3 else rng.choice(FLOWING)
            self.work.append({"kind": kind, "state": state, "attempt": rng.choice([0, 1, 2, 3, 4, 5, 9]),
                              "failures": 0 if state == "parked" else rng.choice([0, 0, 1, 3]), "created": ago(80_000, 90_000),
                              "parked": ago(5000, 70_000) if state == "parked" else 0,
                              "run_after": rng.choice([NOW + 50_000, NOW - 1000, NOW - 310_000 if rng.random() < 0.1 else NOW]),
                              "lease": rng.choice([0, 0, NOW + 20_000])})
        self.site = {1: "dead", 2: "doubted", 3: "half", 4: "told", 5: "hurried"}.get(number % 20, "acme")
        self.items = [self.item() for _ in range(rng.choice([0, 1, 1, 2, 3]))]
        self.over = ago(40_000) if self.phase in ("denied", "cancelled", "expired", "orphaned") else 0
        self.left = bool(self.items and self.items[0]["reads"]) and rng.random() < 0.4

    def item(self):
        rng, reads, at = self.rng, [], NOW - self.rng.choice([1000, 30_000])
        mostly = rng.choice(["present", "absent", "unknown"])
        for _ in range(rng.randrange(5)):
            outcome = mostly if rng.random() < 0.8 else rng.choice(["present", "absent", "unknown"])
            reads.append((outcome, at - rng.choice([0, 0, 200_000]), at))
            at -= rng.choice([20_000, 61_000, 150_000])
        return {"desired": rng.choice(["present", "absent"]), "settle": rng.choice([0, 60_000]), "confirmations": rng.choice([1, 2]),
                "max_age": rng.choice([60_000, 900_000]), "excepted": rng.random() < 0.1, "reads": reads}

    def line(self):
        unreadable = self.unreadable if self.has_ticket and (not self.ever_read or self.read < self.unread_at) else 0
        words = [self.phase, self.mode, int(self.held), int(self.contested), int(self.unclear), int(self.barred), int(self.answered), int(self.emergency), self.requested, self.approved, self.claimed, self.verified,
                 self.closed, NOW, max(self.look, self.lease), unreadable, self.read if self.ever_read else self.requested,
                 *(REFUSED["dead"] if self.site == "dead" else (0, 0)), TOLD.get(self.site, 0), int(self.has_ticket), self.over, int(self.left), len(self.work)]
        words += [f"{w['kind']}:{w['state']}:{w['attempt']}:{w['failures']}:{w['created']}:{w['parked']}:{max(w['run_after'], w['lease'])}"
                  for w in self.work]
        for i in self.items:
            words += [len(i["reads"]), i["desired"], i["settle"], i["confirmations"], i["max_age"], int(i["excepted"])]
            words += [f"{o}:active:1:1:{as_of}:{at}" for o, as_of, at in i["reads"]]
        return " ".join(map(str, words))

    def rows(self, into):
        at = lambda ms: moment(ms, self.rng)  # noqa: E731
        lease = f"'me', {at(self.lease)}" if self.lease else "null, null"
        into["request"].append(
            f"('{self.id}', '{self.site}', 'm{self.number}', 'removal', '{self.mode}', true, {self.held}, {self.contested}, '{self.phase}', 2, 'c', "
            f"'{'1' if self.answered else ''}', {at(self.requested)}, {at(self.approved)}, date_trunc('milliseconds', {at(self.claimed)}), "
            f"{at(self.verified)}, {at(self.closed)}, {at(self.look)}, {lease}, 'h', {self.emergency}, {at(self.over)}, "
            + (f"'asker', true, '{ONLY_ASKER}')" if self.barred else "'', false, null)"))
        if self.barred:  # which the look that finds it tells
            into["escalation"].append(f"('{self.id}', 'operator', 'NobodyMayApprove', 'NobodyMayApprove/1')")
        if self.left:
            into["drift"].append(f"('{self.id}', {self.number * 10}, now(), 'AccessLeft', 1, 'recorded')")
        if self.unclear:  # nobody knows who asked
            into["approval"].append(f"('{self.id}', 'boss', 'approved', 'h')")
        if self.has_ticket:
            into["ticket"].append(f"('{self.site}', '{10000 + self.number}', 'IAM-{self.number}', '{self.id}', 'here', {self.unreadable}, "
                                  f"{at(self.unread_at)}, {at(self.read) if self.ever_read else 'null'}, {at(self.requested)})")
        for w in self.work:
            lease = f"'me', {at(w['lease'])}" if w["lease"] else "null, null"
            into["flow"].append(f"('{self.id}', '{self.site}', '{w['kind']}', '{w['state']}', {w['attempt']}, {w['failures']}, {at(w['created'])}, "
                                f"{at(w['parked'])}, {at(w['run_after'])}, {at(NOW)}, {lease})")
        for n, i in enumerate(self.items):
            item, source = self.number * 10 + n, f"s{self.number}-{n}"
            into["source"].append(f"('{source}', 's', 'sql', {i['settle']} * interval '1 ms', {i['confirmations']}, "
                                  f"{i['max_age']} * interval '1 ms')")
            into["item"].append(f"({item}, '{self.id}', '{source}', 'a', 'e', '{i['desired']}')")
            for outcome, as_of, when in reversed(i["reads"]):
                into["observation"].append(f"({item}, 2, {at(when)}, {at(as_of)}, '{outcome}', 'active', 'none', 'r', true, true, "
                                           f"{'null' if outcome == 'unknown' else chr(39) + 'x' + chr(39)})")
            if i["excepted"]:
                into["exception"].append(f"({item}, 'ann', 'bob', 'why', now(), now() + interval '1 day')")


INTO = {
    "source": "governance.source (name, label, kind, settle, confirmations, max_age)",
    "request": "governance.access_request (id, site, marker, kind, mode, from_ticket, held, contested, phase, generation, claim_cycle, answered_cycle, "
               "requested_at, approved_at, claimed_at, verified_at, closed_at, look_at, lease_owner, lease_until, mapped_hash, emergency, over_at, requester, approval_needed, mapped)",
    "drift": "governance.drift (request_id, item_id, since, why, observation_id, answer)",
    "escalation": "governance.escalation (request_id, kind, reason, key)",
    "approval": "governance.approval (request_id, approver, decision, tuple_hash)",
    "ticket": "governance.ticket (site, issue_id, issue_key, request_id, state, unreadable, unreadable_at, read_at, first_seen_at)",
    "item": "governance.request_item (id, request_id, source, account, entitlement, desired) overriding system value",
    "observation": "governance.observation (item_id, generation, observed_at, source_as_of, outcome, account, via, reason, complete, "
                   "canary_ok, raw_sha256)",
    "exception": "governance.exception (item_id, owner, approved_by, reason, created_at, expires_at)",
    "walk": "governance.poll_cursor (site, walked_at)",
    "rest": "governance.site_rest (site, refused_since, refused_until, told_until)",
    "flow": "governance.flow (request_id, site, kind, state, attempt, failures, created_at, parked_at, run_after, sent_at, lease_owner, "
            "lease_until)",
}


def test_the_view_agrees_with_the_core(db):
    rng = random.Random(17)
    states = [State(number, rng) for number in range(STATES)]
    rows = {name: [] for name in INTO}
    for state in states:
        state.rows(rows)
    rows["walk"] = [f"('{site}', {moment(NOW - ago, rng)})" for site, ago in (("dead", 60_000), ("half", 20_000))]
    rows["rest"] = [f"('{site}', {moment(since, rng)}, {moment(until, rng)}, null)" for site, (since, until) in REFUSED.items()] + \
                   [f"('{site}', null, null, {moment(until, rng)})" for site, until in TOLD.items()]
    # as a superuser without triggers and checks: such states cannot be written otherwise
    checks = db.psql("select string_agg(format('alter table %s drop constraint %I;', conrelid::regclass, conname), '') from pg_constraint "
                     "where contype = 'c' and conrelid in ('governance.access_request'::regclass, 'governance.flow'::regclass)")
    inserts = "".join(f"insert into {INTO[name]} values {','.join(lines)};" for name, lines in rows.items())
    db.psql(f"set session_replication_role = replica; {checks} begin; create table t.base as select date_trunc('milliseconds', now()) as now;"
            f"{inserts} commit; analyze")
    drift = f"governance.ms(b.now) - {NOW}"
    in_sql = db.rows(f"""select s.reason, coalesce(governance.ms(s.since) - ({drift}), 0), s.attempts, coalesce(governance.ms(s.next_at) - ({drift}), 0)
                           from governance.request_status s, t.base b order by s.request_id""")
    in_core = [line.split() for line in core("stuck", "".join(s.line() + "\n" for s in states)).splitlines()]
    wrong = [(c, s, state.line()) for c, s, state in zip(in_core, map(list, in_sql), states) if c != s]
    assert len(in_core) == len(in_sql) == STATES
    assert not wrong, (len(wrong), wrong[:3])
    elsewhere = {"PolicyAwaited", "NotPermitted", "DutiesInConflict"}  # of whom nobody is asked here: tap/policy.sql
    assert {c[0] for c in in_core} == {line.split("|")[0] for line in core("reasons").splitlines()} - elsewhere, "every reason occurs"
