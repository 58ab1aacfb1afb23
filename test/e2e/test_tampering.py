"""Sixty and more kinds of tampering by a superuser of the database, each with a copy of one world's: named, with the place, by `db verify` or by
`evidence verify` against what was published."""
import pathlib
import re
import subprocess
import time

import pytest

from lib import past, pg, wait, world

ORIGIN = "evidence.example.com/tampered"
EVIL = "set session_replication_role = replica; "  # no trigger of ours runs
FORGET = "delete from governance.evidence_checkpoint;"


@pytest.fixture(scope="module")
def site():
    """Requests in every phase that matter here: asked, approved, seen, excepted, closed; all of it published; then the service stops."""
    made = world.World()
    made.start_database()
    made.start_directory()
    made.start_jira()
    made.configure()
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", f"{made.folder}/evidence.pem"], check=True)
    with open(made.config, "a") as file:
        file.write(f'evidence: {{ directory: log, origin: {ORIGIN}, key: "file:{made.folder}/evidence.pem", every: 300ms, anchor_file: anchors }}\n')
    made.start_service()
    made.register_webhook()
    for number in range(40):
        body = {"kind": "removal", "beneficiary": f"person{number}", "source": "sap-fin", "entitlement": "fin-viewer", "requester": "hr-system"}
        assert made.api("POST", "/v1/access-requests", body, f"tamper-{number}")[0] == 201
    key = made.ask_removal("okafor")
    made.until_phase(key, "fulfilling")
    made.resolve(key)
    made.has_role("okafor", "fin-ledger-admin", False)
    made.until_phase(key, "closed")
    made.has_role("reyes", "fin-viewer", True)
    other = made.ask_removal("reyes", "fin-viewer")
    made.until_phase(other, "fulfilling")
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 10 * 86400))
    made.countersign("exception", "grant", made.request(other)["id"], "--owner", "lee@example.com", "--approved-by", "ciso@example.com",
                     "--reason", "the vendor must do it", "--control", "logins are watched", "--expires", ends)
    made.resolve(other)
    made.until_phase(other, "closed")
    wait.until(lambda: made.sql("select count(*) from governance.flow where state not in ('done', 'moot', 'parked')") == "0", 30, what="all is quiet")
    log = pathlib.Path(made.folder) / "log" / "checkpoint"
    wait.until(lambda: log.exists() and log.read_text().splitlines()[1] == made.sql("select seq from governance.evidence_head"), 30, what="all is published")
    made.service.stop()
    for reader in made.readers.values():  # nobody may be connected to what is copied
        reader.close()
    made.readers.clear()
    yield made
    made.close()


@pytest.fixture(scope="module")
def facts(site):
    """Where things stand in the evidence."""
    def one(text):
        return site.database.psql(text)

    found = {name: int(one(text)) for name, text in {
        "head": "select seq from governance.evidence_head",
        "seen": "select min(seq) from governance.evidence_entry where kind = 'item.observed'",
        "closed": "select max(seq) from governance.evidence_entry where kind = 'request.moved' and body like '%\"to\":\"closed\"%'",
        "wanted": "select min(seq) from governance.evidence_entry where kind = 'item.wanted'",
        "excepted": "select min(seq) from governance.evidence_entry where kind = 'exception.granted'",
        "signed": "select min(seq) from governance.evidence_checkpoint where seq >= 77",
    }.items()}
    found["open"] = one("select id from governance.access_request where phase <> 'closed' order by id limit 1")
    found["open_seq"] = int(one(f"select max(seq) from governance.evidence_entry where request_id = '{found['open']}' "
                                "and kind in ('request.received', 'request.moved')"))
    found["shut"] = one("select id from governance.access_request where phase = 'closed' order by id limit 1")
    found["shut_seq"] = int(one(f"select max(seq) from governance.evidence_entry where request_id = '{found['shut']}' and kind = 'request.moved'"))
    assert found["head"] > 256
    return found


class Copy:
    """A copy of the database, and what both commands say of it."""

    def __init__(self, site, number, of="countersign"):
        self.site, self.name = site, f"tampered{number}"
        pg.Database(site.cluster, "postgres").psql(f"create database {self.name} template {of} strategy file_copy", user="postgres")
        self.database = pg.Database(site.cluster, self.name)

    def do(self, text):
        self.database.psql(text, user="postgres")

    def drop(self):
        pg.Database(self.site.cluster, "postgres").psql(f"drop database {self.name}", user="postgres")

    def db_verify(self):
        done = self.site.countersign("db", "verify", "--conninfo", self.database.dsn, check=False)
        return done.returncode, done.stdout

    def evidence_verify(self):
        export = pathlib.Path(self.site.folder) / "export.jsonl"
        export.write_text(self.site.countersign("evidence", "export", "--conninfo", self.database.dsn).stdout)
        done = subprocess.run([self.site.program, "evidence", "verify", export, "--log", f"{self.site.folder}/log", "--key",
                               f"{self.site.folder}/log/verifier"], capture_output=True, text=True)
        return done.returncode, done.stdout


DB, LOG = "db verify", "evidence verify"
EDIT = "update governance.evidence_entry set body = replace(body, '\"kind\":\"', '\"kind\":\"un') where seq = {}; "
INSERT = ("update governance.evidence_entry set seq = seq + 1000000 where seq > 90; update governance.evidence_entry set seq = seq - 999999 where seq > 1000000; "
          "insert into governance.evidence_entry select 91, at, kind, request_id, body, prev, hash from governance.evidence_entry where seq = 90; ")
# one whose approval was decided, by who answers for another one
SETTLED = """set session_replication_role = origin;
    select governance.delegation_add('boss@example.com', 'deputy@example.com', null, now() + interval '1 day', 'console');
    create temp table made as select (governance.request_create(jsonb_build_object('site', s.name, 'kind', 'grant', 'mode', 'enforce', 'rule', 'r',
        'request_type', '31', 'requester', 'asker@example.com', 'beneficiary', 'someone@example.com', 'justification', 'x', 'privileged', false, 'emergency', false,
        'approval_needed', true, 'hold_text', '', 'mapping_version', v.sha256, 'mapped_hash', 'h1', 'sla_goal_ms', 3600000,
        'mapped', '{{"approval": {{"at_least": 1, "channels": ["api"], "within_ms": 0, "remind": [],
            "steps": [{{"who": "manager", "people": ["boss@example.com"], "at_least": 1}}]}}}}'::jsonb,
        'items', '[{{"source": "sap-fin", "account": "someone", "entitlement": "fin-viewer", "desired": "present"}}]'::jsonb), false)).id
      from governance.site s, governance.mapping_version v limit 1;
    update governance.access_request set version = version + 1, phase = 'pending_approval' where id = (select id from made);
    insert into governance.approval (request_id, approver, decision, channel, tuple_hash) select id, 'deputy@example.com', 'approved', 'api', 'h1' from made;
    update governance.access_request set version = version + 1, phase = 'approved', approved_hash = mapped_hash where id = (select id from made);
    set constraints all immediate; set session_replication_role = replica;
"""
# what: (what is done, who tells, what is told); {words} are the facts
KINDS = {
    "an entry's text is edited": (EDIT.format(77), DB, "then entry 77: its text was changed"),
    "an entry's text and its hash are edited": (
        EDIT.format(77) + "update governance.evidence_entry set hash = sha256(prev || convert_to(body, 'UTF8')) where seq = 77", DB,
        "then entry 78: "),
    "an entry is deleted in the middle": ("delete from governance.evidence_entry where seq = 50", DB, "then entry 51: "),
    "several are deleted, the rest is numbered anew": (
        "delete from governance.evidence_entry where seq in (50, 51); update governance.evidence_entry set seq = seq + 1000000 where seq > 51; "
        "update governance.evidence_entry set seq = seq - 1000002 where seq > 1000000", DB, "then entry 50: "),
    "the tail is cut": ("delete from governance.evidence_entry where seq > {head} - 9", DB, "then entry {head8}: the last entries are gone"),
    "the tail is cut, and the head says so": (
        "delete from governance.evidence_entry where seq > {head} - 9; update governance.evidence_head set seq = {head} - 9, hash = (select hash from "
        "governance.evidence_entry where seq = {head} - 9)", DB, "then entry {head8}: the last entries are gone"),
    "the tail is cut, and so are the checkpoints": (
        "delete from governance.evidence_entry where seq > {head} - 9; update governance.evidence_head set seq = {head} - 9, hash = (select hash from "
        "governance.evidence_entry where seq = {head} - 9);" + FORGET, LOG, "it ends with entry {head9}, and {head} were published: the end was cut off"),
    "two entries change places": (
        "update governance.evidence_entry set seq = 1000000 where seq = 30; update governance.evidence_entry set seq = 30 where seq = 31; "
        "update governance.evidence_entry set seq = 31 where seq = 1000000", DB, "then entry 30: "),
    "two entries change places, all is hashed anew": (
        "update governance.evidence_entry set seq = 1000000 where seq = 30; update governance.evidence_entry set seq = 30 where seq = 31; "
        "update governance.evidence_entry set seq = 31 where seq = 1000000;" + past.REHASH + FORGET, LOG, "line 30: its text is not what was published"),
    "an entry is inserted": (INSERT, DB, "then entry 91: "),
    "an entry is inserted, all is hashed anew": (INSERT + past.REHASH + FORGET, LOG, "line 91: its text is not what was published"),
    "an entry is added at the end": (
        "insert into governance.evidence_entry select {head} + 1, at, kind, request_id, body, prev, hash from governance.evidence_entry where seq = {head}",
        DB, "then entry {head_1}: "),
    "an entry is backdated": (
        "update governance.evidence_entry set body = regexp_replace(body, '\"at\":\"20..', '\"at\":\"2001') where seq = 77", DB, "then entry 77: its text was changed"),
    "an entry's column is backdated": (
        "update governance.evidence_entry set at = at - interval '1 year' where seq = 77", DB, "entry 77     its columns are not those of its text"),
    "an entry is given to another request": (
        "update governance.evidence_entry set request_id = '{open}' where seq = {shut_seq}", DB, "entry {shut_seq}"),
    "everything is hashed anew": (EDIT.format(77) + past.REHASH, DB, "then entry {signed}: .*: the chain was written anew"),
    "everything is hashed anew, checkpoints are forgotten": (EDIT.format(77) + past.REHASH + FORGET, LOG, "line 77: its (text is not what was published|kind is not that of its body)"),
    "the evidence of two requests is swapped": (
        "update governance.evidence_entry e set body = x.body from (select a.seq as at, b.body from governance.evidence_entry a, governance.evidence_entry b "
        "where (a.seq, b.seq) in (({seen}, {seen} + 1), ({seen} + 1, {seen}))) x where e.seq = x.at", DB, "then entry {seen}: its text was changed"),
    "what was seen is made to be something else": (
        "update governance.observation set outcome = case outcome when 'present' then 'absent' else 'present' end where id = "
        "(select (body::jsonb->'detail'->>'observation')::bigint from governance.evidence_entry where seq = {seen})", DB, "entry {seen}"),
    "what was seen is backdated": (
        "update governance.observation set observed_at = observed_at - interval '1 day' where id = "
        "(select (body::jsonb->'detail'->>'observation')::bigint from governance.evidence_entry where seq = {seen})", DB, "entry {seen}"),
    "what was seen is gone": (
        "delete from governance.observation where id = (select (body::jsonb->'detail'->>'observation')::bigint from governance.evidence_entry where seq = {seen})",
        DB, "entry {seen}"),
    "something was seen that nobody saw": (
        "insert into governance.observation (item_id, generation, source_as_of, outcome, account, via, reason, complete, canary_ok, raw_sha256) "
        "select item_id, generation, source_as_of, 'absent', account, via, reason, true, true, sha256('x') from governance.observation limit 1", DB,
        r"observation \d+ has no entry"),
    "a request is closed by hand": (
        "update governance.access_request set phase = 'closed', claim_cycle = 'x', approved_at = coalesce(approved_at, requested_at), claimed_at = clock_timestamp(), verified_at = clock_timestamp(), "
        "closed_at = clock_timestamp() where id = '{open}'", DB,
        "entry {open_seq} +request {open} is in closed, and its last move led to "),
    "a close is backdated": ("update governance.access_request set closed_at = closed_at - interval '2 days' where id = '{shut}'", DB,
                             "entry {shut_seq} +request {shut} says that it was closed at another time"),
    "a request is gone": ("delete from governance.access_request where id = '{open}'", DB, "entry {open_seq} +request {open} is gone"),
    "an approval is forged": (
        "insert into governance.approval (request_id, approver, decision) values ('{open}', 'boss@example.com', 'approved')", DB, r"approval \d+ has no entry"),
    "an exception lasts longer than it was granted": (
        "update governance.exception set expires_at = expires_at + interval '30 days'", DB, r"entry {excepted} +exception \d+ is another one"),
    "what was wanted is turned round": (
        "update governance.request_item set desired = case desired when 'absent' then 'present' else 'absent' end where id = "
        "(select (body::jsonb->'detail'->>'item')::bigint from governance.evidence_entry where seq = {wanted})", DB, "entry {wanted}"),
    "another entitlement was asked for": (
        "update governance.request_item set entitlement = 'fin-other' where id = (select (body::jsonb->'detail'->>'item')::bigint from "
        "governance.evidence_entry where seq = {wanted})", DB, r"entry {wanted} +item \d+ is another one"),
    "another account was asked for": (
        "update governance.request_item set account = 'somebody' where id = (select (body::jsonb->'detail'->>'item')::bigint from "
        "governance.evidence_entry where seq = {wanted})", DB, r"entry {wanted} +item \d+ has another account"),
    "an item is given to another request": (
        "update governance.request_item set request_id = '{shut}' where id = (select (body::jsonb->'detail'->>'item')::bigint from "
        "governance.evidence_entry where seq = {wanted})", DB, r"entry {wanted} +item \d+ is another one"),
    "it is for another person": ("update governance.access_request set beneficiary = 'x' where id = '{open}'", DB, "request {open} has another beneficiary"),
    "another person asked": ("update governance.access_request set requester = 'x' where id = '{shut}'", DB, "request {shut} has another requester"),
    "it was asked earlier": ("update governance.access_request set requested_at = requested_at - interval '1 s' where id = '{open}'", DB,
                             "request {open} says that it was requested at another time"),
    "it was approved earlier": ("update governance.access_request set approved_at = approved_at - interval '1 day' where id = '{shut}'", DB,
                                "request {shut} says that it was approved at another time"),
    "it was claimed earlier": ("update governance.access_request set claimed_at = claimed_at - interval '1 day' where id = '{shut}'", DB,
                               "request {shut} says that it was claimed at another time"),
    "it was verified earlier": ("update governance.access_request set verified_at = verified_at - interval '1 day' where id = '{shut}'", DB,
                                "request {shut} says that it was verified at another time"),
    "it was in time": ("update governance.sla_clock set stopped_at = stopped_at - interval '1 ms' where request_id = '{shut}'", DB,
                       "the clock of request {shut} is another one"),
    "its goal is further away": ("update governance.sla_clock set goal = goal + interval '9 h' where request_id = '{open}'", DB,
                                 r"entry \d+ +the clock of request {open} is another one"),
    "its goal passes later": ("update governance.sla_clock set due_at = started_at + goal + interval '1 day' where request_id = '{open}'", DB,
                              r"entry \d+ +the clock of request {open} is another one"),
    "it is held": ("update governance.sla_clock set paused_since = now(), paused_until = now() + interval '1 day' where request_id = '{open}'", DB,
                   r"entry \d+ +the clock of request {open} is not of what it is, or not held as is recorded"),
    "it was for another reason": ("update governance.access_request set justification = 'because' where id = '{open}'", DB,
                                  r"entry \d+ +request {open} has another justification"),
    "another one vouches for whom it is": ("update governance.access_request set sponsor = 'x@example.com' where id = '{open}'", DB,
                                           r"entry \d+ +request {open} has another sponsor"),
    "another platform sent it": ("update governance.access_request set submitted_by = 'other' where id = '{open}'", DB,
                                 r"entry \d+ +request {open} says otherwise than its entry, by its submitted_by: other"),
    "it is where it is for another reason": ("update governance.access_request set phase_reason = 'Other' where id = '{shut}'", DB,
                                             r"entry {shut_seq} +request {shut} says otherwise than its entry, by its phase_reason: Other"),
    "another one did the work": ("update governance.fulfiller set person = 'x@example.com'", DB, r"entry \d+ +claim \S+ of request \S+ has another fulfiller"),
    "nobody did the work": ("delete from governance.fulfiller", DB, r"entry \d+ +claim \S+ of request \S+ has another fulfiller"),
    "a source is read in another way": ("update governance.source set kind = 'csv'", DB, r"entry \d+ +source \S+ is another one"),
    "something else was read": ("update governance.observation set raw_sha256 = sha256('x') where raw_sha256 is not null", DB,
                                r"entry {seen} +observation \d+ has another raw"),
    "another account was read": ("update governance.observation set native_id = 'x'", DB, r"entry {seen} +observation \d+ has another id"),
    "salts are swapped": ("update governance.request_salt set salt = uuid_send(gen_random_uuid())", DB, r"entry \d+ +(flow \d+ has another payload|observation \d+ has another raw)"),
    "an exception has another owner": ("update governance.exception set owner = 'x@example.com'", DB, r"entry {excepted} +exception \d+ has another owner"),
    "an exception is another one's word": ("update governance.exception set approved_by = 'x@example.com'", DB, r"exception \d+ has another approver"),
    "an exception ended": ("update governance.exception set revoked_at = clock_timestamp(), ended_why = 'revoked'", DB,
                           r"exception \d+ says otherwise when it was revoked"),
    "a policy permitted": (
        "insert into governance.policy_decision (request_id, stage, permitted, asked, answered, asked_sha256, answered_sha256, pdp, took_ms, why) "
        "values ('{open}', 'approval', true, '{{}}', '{{}}', sha256('{{}}'), sha256('{{}}'), 'x', 1, 'Ok')", DB, r"policy decision \d+ has no entry"),
    "a vote counted that did not": (
        SETTLED + "insert into governance.approval_counted (settled_id, approval_id, step, person, hats, maybe, fault) select settled_id, approval_id, 2, person, 0, 0, '' "
        "from governance.approval_counted", DB, r"settled approval \d+ is another one"),
    "a vote that counted is gone": (SETTLED + "delete from governance.approval_counted", DB, r"settled approval \d+ is another one"),
    "it was by another delegation": (SETTLED + "update governance.approval_counted set delegation_id = 9", DB, r"settled approval \d+ is another one"),
    "another one was answered for": (SETTLED + "update governance.approval_counted set named = 'x@example.com'", DB, r"settled \d+ has another stead_1"),
    "another number had to approve": (SETTLED + "update governance.approval_settled set terms = terms || '{{\"at_least\": 2}}'", DB, r"settled \d+ has another terms"),
    "another policy answered": (SETTLED + "update governance.approval_settled set policy = 'rules:x'", DB, r"settled approval \d+ is another one"),
    "an approval is said to be settled": (
        "insert into governance.approval_settled (request_id, outcome, effect, reached_at, terms, tuple_hash, policy, decisions) "
        "values ('{open}', 'approved', 'decides', now(), 'null', '', '', '{{}}')", DB, r"settled approval \d+ has no entry"),
    "what was settled is gone": (SETTLED + "delete from governance.approval_counted; delete from governance.approval_settled", DB, r"settled approval \d+ is gone"),
    "clear text vanishes": ("delete from governance.person_commitment", DB, "the clear text of its account is gone"),
    "clear text is erased in secret": (
        "update governance.person_commitment set salt = null, value = null, erased_at = clock_timestamp()", DB,
        "the clear text of its account was erased, and no person"),
    "salts are erased in secret": ("update governance.request_salt set salt = null, erased_at = clock_timestamp()", DB,
                                   "the salt of request .* was erased, and no person"),
    "it is said to be in a file": (
        "delete from governance.observation where id = (select (body::jsonb->'detail'->>'observation')::bigint from governance.evidence_entry where seq = {seen}); "
        "insert into governance.retention (kind, month, export, sha256, rows) select 'observations', date_trunc('month', now())::date, 'x', sha256('x'), 1", DB,
        r"entry {seen} +observation \d+ is gone"),
    "a trigger is disabled": ("alter table governance.evidence_entry disable trigger append_only", DB, "changed +trigger .*append_only"),
    "a rule of the proof is replaced": (
        "create or replace function governance.guard_proof() returns trigger language plpgsql as $$ begin return new; end $$", DB,
        r"changed +function governance.guard_proof\(\)"),
    "yesterday's table is restored": (
        "create table yesterday as select * from governance.evidence_entry where seq <= 200; truncate governance.evidence_entry; "
        "insert into governance.evidence_entry select * from yesterday", DB, "then entry 201: the last entries are gone"),
    "a fork after a failover": (
        "delete from governance.evidence_entry where seq > {head} - 5; " + FORGET + "update governance.evidence_head set seq = {head} - 5, "
        "hash = (select hash from governance.evidence_entry where seq = {head} - 5); set session_replication_role = origin; "
        "select governance.evidence_append('operator.acted', null, '{{\"act\":\"x\"}}') from generate_series(1, 9)", LOG,
        "line {head4}: its text is not what was published; the {head5} entries before it verify"),
    "a checkpoint is edited": (
        "update governance.evidence_checkpoint set root = sha256('x') where seq = {signed}", DB, "then entry {signed}: .*: the chain was written anew"),
}


def test_what_nobody_touched_verifies(site, facts):
    copy = Copy(site, 0)
    code, said = copy.db_verify()
    assert code == 0 and f"{facts['head']} entries verified, as" in said and "rows         0 say" in said, said
    code, said = copy.evidence_verify()
    assert code == 0 and said.startswith(f"{facts['head']} entries verify"), said
    copy.do(SETTLED.format())
    code, said = copy.db_verify()
    assert code == 0 and "rows         0 say" in said, said
    copy.drop()


def test_every_world_is_held_to_it_when_it_ends(site):
    """What no test says that it forged is told, and so is what one says that is not found."""
    name, kind = site.database.rows("select name, kind from governance.source order by name limit 1")[0]

    def edit(to):
        site.database.psql(f"{EVIL} update governance.source set kind = '{to}' where name = '{name}'", user="postgres")
    assert site.is_held_to_its_evidence() and site.findings() == []
    edit("csv")
    told, = site.findings()
    assert re.fullmatch(rf"entry \d+ source {name} is another one", told), told
    site.forged.append(f"source {name} is another one")
    assert site.findings() == []
    edit(kind)
    assert site.findings() == [f"not found: source {name} is another one"]
    site.forged.clear()


@pytest.mark.parametrize("kind", KINDS)
def test_a_superuser_is_found_out(site, facts, kind):
    does, who, told = KINDS[kind]
    names = {**facts, "head_1": facts["head"] + 1, **{f"head{n}": facts["head"] - n for n in (4, 5, 8, 9)}}
    copy = Copy(site, list(KINDS).index(kind) + 1)
    copy.do(EVIL + does.format(**names) if "{" in does and does is not INSERT else EVIL + does)
    code, said = copy.db_verify() if who == DB else copy.evidence_verify()
    copy.drop()
    wanted = re.sub(r"\{(\w+)\}", lambda m: str(names[m[1]]), told)
    assert code == 1 and re.search(wanted, said), (wanted, said)


def test_there_are_sixty():
    assert len(KINDS) >= 60


# The same evidence as it was written before there were commitments.
OF_BEFORE = """
update governance.evidence_entry e set body = governance.canonical_json(jsonb_set(e.body::jsonb, '{{detail}}', x.d))
  from (select e.seq, (select coalesce(jsonb_object_agg(k, v), '{{}}') from jsonb_each(e.body::jsonb->'detail') m(k, v) where k not like '%\\_commitment')
               - 'entitlement_sha256' || jsonb_strip_nulls(case
               when e.kind like 'item.%' and i.id is not null
               then jsonb_build_object('subject_sha256', encode(sha256(convert_to(i.account || chr(10) || i.entitlement, 'UTF8')), 'hex'))
               when e.kind = 'item.observed' then jsonb_build_object('raw_sha256', encode(o.raw_sha256, 'hex'))
               when x.id is not null then jsonb_build_object('owner_sha256', encode(sha256(convert_to(x.owner, 'UTF8')), 'hex'))
               when l.id is not null then jsonb_build_object('subject_sha256', encode(sha256(convert_to(l.account || chr(10) || l.person, 'UTF8')), 'hex'))
               else '{{}}' end) as d
          from governance.evidence_entry e
          left join governance.request_item i on e.kind in ('item.wanted', 'item.superseded', 'item.replaced') and i.id = (e.body::jsonb #>> '{{detail,item}}')::bigint
          left join governance.observation o on e.kind = 'item.observed' and o.id = (e.body::jsonb #>> '{{detail,observation}}')::bigint
          left join governance.exception x on e.kind = 'exception.granted' and x.id = (e.body::jsonb #>> '{{detail,exception}}')::bigint
          left join governance.account_link l on e.kind = 'account.linked' and l.id = (e.body::jsonb #>> '{{detail,link}}')::bigint) x
 where x.seq = e.seq;
delete from governance.person_commitment;""".replace("{{", "{").replace("}}", "}") + past.REHASH + FORGET


def test_evidence_of_before_verifies_after_a_person_is_erased(site, facts):
    """An upgrade, then an erasure: plain hashes of names are still there, and what they were of is not."""
    copy = Copy(site, 99)
    copy.do(EVIL + OF_BEFORE)
    code, said = copy.db_verify()
    assert code == 0, said
    copy.do(EVIL + "update governance.access_request set look_at = null where phase = 'closed'; update governance.flow set state = 'moot' where state = 'parked'")
    site.countersign("evidence", "erase", "okafor", "--yes", "--reason", "case 1", "--config", site.config, "--conninfo", copy.database.dsn, check=False)
    assert copy.database.psql("select count(*) from governance.evidence_entry where kind = 'person.erased'") == "1"
    code, said = copy.db_verify()
    assert code == 0, said
    copy.do(EVIL + f"update governance.request_item set account = 'x', entitlement = 'y' where request_id = '{facts['open']}'")
    code, said = copy.db_verify()
    copy.drop()
    assert code == 1 and re.search(r"item \d+ is another one", said), "and of others they hold"


def verify_within(copy, does):
    """What is told of it, on a copy of the copy."""
    again = Copy(copy.site, 97, of=copy.name)
    again.do(EVIL + does)
    try:
        return again.db_verify()
    finally:
        again.drop()


def test_what_is_in_a_file_excuses_nothing_else(site, facts):
    copy = Copy(site, 98)
    copy.do(EVIL + past.AGED + past.REHASH + FORGET)
    code, said = copy.db_verify()
    assert code == 0, said
    config = pathlib.Path(site.folder) / "retaining.yaml"
    config.write_text(pathlib.Path(site.config).read_text() + "\nretention: { directory: kept, observations: 365d, evidence: 365d }\n")
    done = site.countersign("db", "retain", "--yes", "--config", str(config), "--conninfo", copy.database.dsn)
    shut = f"select count(*) from governance.evidence_entry where request_id = '{facts['shut']}'"
    assert copy.database.psql("select count(*) from governance.retention where kind = 'evidence'") != "0", done
    code, said = copy.db_verify()
    assert code == 0 and "retained away" in said, said
    lost = copy.database.psql("select string_agg(distinct request_id::text, ' ') from governance.retention_request").split()
    assert facts["open"] not in lost and all(copy.database.psql(shut.replace(facts["shut"], request)) == "0" for request in lost[:1])
    # and within a request whose entries are in a file: as they said, its rows are held to it still
    request, at = lost[0], f"(select approved_at from governance.access_request where id = '{lost[0]}')"
    for does, told in {
            f"insert into governance.approval (request_id, approver, decision, at) values ('{request}', 'boss@example.com', 'approved', {at})": r"approval \d+ has no entry",
            f"update governance.request_item set desired = 'present' where request_id = '{request}'": r"item \d+ has no entry",
            f"update governance.request_item set account = 'x' where request_id = '{request}'": f"request {request} has other names than when its evidence was retained",
            f"update governance.observation set outcome = 'unknown' where item_id in (select id from governance.request_item where request_id = '{request}')":
                r"observation \d+ has no entry",
            f"delete from governance.observation where item_id in (select id from governance.request_item where request_id = '{request}')":
                rf"\d+ of request {request} that had an entry item.observed are not as they were when it was retained",
            f"update governance.access_request set phase = 'verified', closed_at = null where id = '{request}'": f"request {request} is in verified, and its last move led to closed",
            f"update governance.access_request set closed_at = closed_at - interval '1 h' where id = '{request}'": f"request {request} says that it was closed at another time",
            f"update governance.access_request set generation = generation + 1 where id = '{request}'": f"request {request} is of another claim",
            f"update governance.sla_clock set stopped_at = stopped_at - interval '1 ms' where request_id = '{request}'": f"the clock of request {request} is another one",
            f"update governance.flow set state = 'moot' where request_id = '{request}'": r"flow \d+ has no entry",
            f"delete from governance.retention_told where request_id = '{request}'": r"retention \d+ keeps something else of what is in its file"}.items():
        code, said = verify_within(copy, does)
        assert code == 1 and re.search(told, said), (does, said)
    copy.do(EVIL + f"insert into governance.approval (request_id, approver, decision, at) select '{facts['open']}', 'boss@example.com', 'approved', "
                   f"at from governance.evidence_entry where seq = {facts['open_seq']}")
    code, said = copy.db_verify()
    assert code == 1 and re.search(r"approval \d+ has no entry", said), said
    copy.do(EVIL + f"insert into governance.retention_request select id, '{facts['open']}' from governance.retention where kind = 'evidence' limit 1")
    code, said = copy.db_verify()
    copy.drop()
    assert code == 1 and re.search(r"retention \d+ names other requests", said), said
