"""`db verify` compares rows with their entries: of every table that has evidence, a row changed, deleted and forged by a superuser is told, with the entry it
contradicts. The statement itself is asked, in a transaction that is rolled back: some milliseconds a case."""
import pathlib
import re

import pytest

from conftest import countersign

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERIFY = "\n".join((ROOT / "sql" / "query" / name).read_text() for name in ("verify.sql", "verify_names.sql"))
CORPUS = pathlib.Path(__file__).with_name("verify_corpus.psql")

# Kinds of entries that the table of verify_rows does not have, and why.
BY_ITSELF = {
    "request.received": "the request itself: phase, claim, times, clock",
    "request.moved": "the request itself: phase, claim, times, clock",
    "request.mode": "the request itself: its mode",
    "request.remapped": "people and a document only: verify_commitments",
}

GONE = "delete from governance.{}"
# what: (what is done to it, what is told; "#" stands for the number of its entry)
CASES = {
    # a row is not what it was
    "an item's wish": ("update governance.request_item set desired = 'present' where desired = 'absent'", r"#item.wanted:item \d+ is another one"),
    "who took an item's place": ("update governance.request_item set superseded_by = id where superseded_by is not null", r"#item.superseded:item \d+ is another one"),
    "when an item was superseded": ("update governance.request_item set superseded_at = superseded_at - interval '1 h'", r"#item.superseded:item \d+ says otherwise when it was superseded"),
    "an item was not replaced": ("update governance.request_item set replaced_at = null", r"#item.replaced:item \d+ says otherwise when it was replaced"),
    "a read's outcome": ("update governance.observation set outcome = 'present'", r"#item.observed:observation \d+ is another one"),
    "a surplus found on another read": ("update governance.over_grant set observation_id = 77", r"#item.overgranted:over-grant [\w/]+ is gone"),
    "when a surplus was found": ("update governance.over_grant set found_at = found_at - interval '1 h'", r"#item.overgranted:over-grant [\w/]+ is another one"),
    "an account's source": ("update governance.account_link set source = 'slow'", r"#account.linked:account link \d+ is another one"),
    "an entitlement's id": ("update governance.entitlement_link set native_id = 'x'", r"#entitlement.linked:entitlement link \d+ is another one"),
    "an approval's word": ("update governance.approval set decision = 'approved'", r"entry \d+: approval \d+ is another one"),
    "what a vote counted for": ("update governance.approval_counted set step = 2", r"entry \d+: settled approval \d+ is another one"),
    "which policy was live": ("update governance.policy_edition set sha256 = repeat('d', 64)", r"#policy.live:live policy \d+ is another one"),
    "which platform vouched for it": ("update governance.approval set vouched_by = 'other'", r"entry \d+: approval \d+ is another one"),
    "a delegation's end": ("update governance.delegation set ends_at = ends_at + interval '30 days'", r"#approval.delegated:delegation \d+ is another one"),
    "whose token ended a delegation": ("update governance.delegation set end_vouched_by = 'other' where end_vouched_by <> ''", r"#approval.delegated:delegation \d+ is another one"),
    "a delegation that was revoked holds": ("update governance.delegation set revoked_at = null", r"entry \d+: delegation \d+ says otherwise when it was revoked"),
    "a delegation was revoked": ("update governance.delegation set revoked_at = created_at", r"delegation \d+ says otherwise when it was revoked"),
    "an exception's end": ("update governance.exception set expires_at = expires_at + interval '1 day'", r"#exception.granted:exception \d+ is another one"),
    "an exception's source": ("update governance.exception set source = 'plain' where scope = 'source'", r"entry \d+: exception \d+ is another one"),
    "an exception lapsed not": ("update governance.exception set lapsed_at = null", r"#exception.lapsed:exception \d+ says otherwise when it was lapsed"),
    "a late proof's time": ("update governance.late_proof set proven_at = proven_at - interval '1 h'", r"#exception.settled:late proof [\d/]+ is another one"),
    "a review's outcome": ("update governance.emergency_review set outcome = 'not_in_order'", r"#emergency.reviewed:review \d+ is another one"),
    "a policy's answer": ("update governance.policy_decision set permitted = false", r"#policy.decided:policy decision \d+ is another one"),
    "a duty less": ("delete from governance.sod_member where source = 'plain'", r"#sod_set.began:set of duties \d+ is another one"),
    "duties that ended": ("update governance.sod_set set ended_at = null", r"#sod_set.ended:set of duties \d+ says otherwise when it was ended"),
    "who decides at a site": ("update governance.site set policy = ''", r"#site.policy:policy of site acme is another one"),
    "why a close was refused": ("update governance.close_attempt set refused = 'NotApproved' where refused is not null", r"#close.refused:close \S+ is another one"),
    "it was not refused": ("update governance.close_attempt set refused = null", r"#close.refused:close \S+ is gone"),
    "whose evidence was seen": ("update governance.evidence_view set role = 'viewer'", r"#evidence.seen:view \d+ is another one"),
    "why a decision was refused": ("update governance.refused_decision set why = 'own'", r"#decision.refused:refused decision \d+ is another one"),
    "how somebody left": ("update governance.departure set how = 'leaver'", r"#person.left:departure \d+ is another one"),
    "somebody came back": ("update governance.departure set returned_at = left_at", r"departure \d+ says otherwise when it was ended"),
    "he did not come back": ("update governance.departure set returned_at = null", r"#person.returned:departure \d+ says otherwise when it was ended"),
    "when somebody left": ("update governance.departure set left_at = left_at - interval '3 days'", r"#person.left:departure \d+ is another one"),
    "what was escalated": ("update governance.escalation set reason = 'Stuck'", r"#request.escalated:escalation \d+ is another one"),
    "a step on the ladder was late": ("update governance.escalation set is_late = true where step_at is not null", r"entry \d+: escalation \d+ is another one"),
    "business hours": ("update governance.sla_calendar set said = '{}'", r"#sla.calendar:calendar \S+ is another one"),
    "a goal": ("update governance.sla_policy set body = '{\"goal\": \"9h\"}'", r"#sla.policy:SLA policy \S+ is another one"),
    "a policy of before": ("update governance.sla_policy set replaced_at = null", r"SLA policy \S+ says otherwise when it was replaced"),
    "a pause's length": ("update governance.sla_pause set until_at = until_at + interval '1 day'", r"#clock.held:pause \d+ is another one"),
    "a pause goes on": ("update governance.sla_pause set ended_at = null, ended_by = null", r"#clock.resumed:pause \d+ says otherwise when it was ended"),
    "a pause ended later": ("update governance.sla_pause set ended_at = ended_at + interval '1 s'", r"#clock.resumed:pause \d+ is another one"),
    "a drift is over": ("update governance.drift set ended_at = clock_timestamp()", r"entry \d+: drift \d+ is another one"),
    "a drift's answer": ("update governance.drift set answer = 'opened'", r"#drift.changed:drift \d+ is another one"),
    "since when it drifted": ("update governance.drift set since = since + interval '1 h'", r"#drift.found:drift \d+ is another one"),
    "what an operator did": ("update governance.operator_act set act = 'lift'", r"#operator.acted:act of an operator \S+ is gone"),
    "who was erased": ("update governance.erasure set requests = '{}'", r"#person.erased:erasure \d+ is another one"),
    "what a file holds": ("update governance.retention set rows = 2", r"#records.retained:retention \d+ is another one"),
    "a fork": ("update governance.evidence_fork set head = 9", r"#evidence.forked:fork \S+ is another one"),
    "what a mapping says": ("update governance.mapping_version set body = 'version: 2'", r"mapping \w+ has another text than its hash is of"),
    "a privileged one is none": ("update governance.access_request set is_privileged = not is_privileged", r"entry \d+: request \S+ has another privileged than when it was approved"),
    "access that ends later": ("update governance.access_request set access_until = coalesce(access_until, now()) + interval '1 year'",
                               r"entry \d+: request \S+ has another until than when it was approved"),
    "another lifecycle": ("update governance.access_request set lifecycle = 'leaver'", r"entry \d+: request \S+ has another lifecycle than when it was approved"),
    "for whom of what kind": ("update governance.access_request set subject_kind = 'key'", r"entry \d+: request \S+ has another subject_kind than when it was approved"),
    "when a mapping was live": ("update governance.mapping_version set live_from = live_from - interval '1 day'", r"#mapping.live:mapping \w+ is another one"),
    "what became of a mapping": ("update governance.mapping_event set number = 3", r"#mapping.changed:change of a mapping \d+ is another one"),
    "which mapping a request keeps": ("update governance.mapping_rebase set outcome = 'kept'", r"#request.rebased:move to a mapping \S+ is another one"),
    "a gate that is installed": ("update governance.gate_installation set state = 'removed'", r"entry \d+: gate \d+ is another one"),
    "what a gate was before": ("update governance.gate_installation set before = 'x'", r"#gate.changed:gate \d+ is another one"),
    "a gate that stood open": ("update governance.gate_proof set open = 1", r"#gate.proved:proof of the gate \S+ is another one"),
    "what a proof takes": ("update governance.source set confirmations = 1 where name = 'slow'", r"entry \d+: source slow is another one"),
    "the ticket of a request": ("update governance.ticket set issue_id = '10009' where request_id is not null", r"#ticket.bound:ticket of request \S+ is another one"),
    "whose ticket it is": ("update governance.ticket set request_id = null", r"#ticket.bound:ticket of request \S+ is gone"),
    "why a delivery was put aside": ("update governance.webhook_delivery set reason = 'x'", r"#delivery.quarantined:delivery \d+ is another one"),
    "what a delivery said": ("update governance.webhook_delivery set body = 'x'", r"#delivery.quarantined:delivery \d+ is another one"),
    "work that was done": ("update governance.flow set state = 'moot' where state = 'done'", r"#flow.ended:flow \d+ is another one"),
    "work that was refused": ("update governance.flow set state = 'done', ended_at = parked_at where state = 'parked'", r"entry \d+: flow \d+ is another one"),
    "work of another kind": ("update governance.flow set kind = 'close' where state = 'done'", r"#flow.ended:flow \d+ is another one"),
    "when work ended": ("update governance.flow set ended_at = ended_at - interval '1 h'", r"#flow.ended:flow \d+ says otherwise when it was ended"),
    "work is said to be done": ("update governance.flow set state = 'done', ended_at = clock_timestamp() where state = 'pending'", r"flow \d+ has no entry"),
    "how a request is held to its proof": ("update governance.access_request set mode = 'enforce' where mode = 'observe'", r"#request.mode:request \S+ is held to its proof otherwise"),
    "why it is where it is": ("update governance.access_request set phase_reason = 'Other'", r"entry \d+: request \S+ says otherwise than its entry, by its phase_reason: Other"),
    "a removal is a grant": ("update governance.access_request set kind = 'modify'; update governance.sla_clock set kind = 'modify'", r"entry \d+: request \S+ says otherwise than its entry, by its kind: modify"),
    "it needed no approval": ("update governance.access_request set approval_needed = not approval_needed", r"entry \d+: request \S+ says otherwise than its entry, by its approval_needed"),
    "who sent it": ("update governance.access_request set submitted_by = 'x'", r"#request.received:request \S+ says otherwise than its entry, by its submitted_by: x"),
    "nobody sent it": ("update governance.access_request set submitted_by = null", r"#request.received:request \S+ says otherwise than its entry, by its submitted_by: none"),
    "what it follows": ("update governance.access_request set follows = null, cause = 'asked'", r"#request.received:request \S+ says otherwise than its entry, by its follows: none"),
    "by which rule": ("update governance.access_request set rule = 'x'", r"#request.received:request \S+ says otherwise than its entry, by its rule: x"),
    "an emergency is none": ("update governance.access_request set emergency = false", r"#request.received:request \S+ says otherwise than its entry, by its emergency: none"),
    "it was an emergency": ("update governance.access_request set emergency = true", r"#request.received:request \S+ says otherwise than its entry, by its emergency: true"),
    "what an emergency owes": ("update governance.access_request set review_due = review_due + interval '1 day'", r"#request.received:request \S+ says otherwise than its entry, by its review_due"),
    "who withdrew it": ("update governance.access_request set cancelled_by = 'x'", r"entry \d+: request \S+ says otherwise than its entry, by its cancelled_by: x"),
    "when it came to nothing": ("update governance.access_request set over_at = over_at - interval '1 h'", r"entry \d+: request \S+ says that it was over at another time"),
    "who said how it is held": ("update governance.access_request set mode_by = 'x'", r"entry \d+: request \S+ says otherwise than its entry, by its mode_by: x"),
    "it is mapped to something else": ("update governance.access_request set mapped_hash = 'x'", r"entry \d+: request \S+ is not what it was approved as"),
    "its goal passes later": ("update governance.sla_clock set due_at = coalesce(due_at, started_at + goal) + interval '1 day' where stopped_at is null",
                              r"entry \d+: the clock of request \S+ is another one(.|\n)*entry \d+: the goal of request \S+ passes at another time"),
    "its goal is longer": ("update governance.sla_clock set goal = goal + interval '1 h' where stopped_at is null", r"entry \d+: the clock of request \S+ is another one"),
    "a missed goal is none": ("update governance.sla_clock set goal = null, due_at = null where stopped_at is not null", r"entry \d+: the clock of request \S+ is another one"),
    "it runs by another policy": ("update governance.sla_clock set policy_id = (select id from governance.sla_policy where name = 'fast')", r"entry \d+: the clock of request \S+ is another one"),
    "it was held": ("update governance.sla_clock set paused_since = now(), paused_until = now() + interval '1 day' where stopped_at is null", r"entry \d+: the clock of request \S+ is not of what it is, or not held as is recorded"),
    "hours of a calendar": ("update governance.sla_span set closes_at = closes_at - interval '1 h'", r"#sla.calendar:calendar nights\S+ is another one"),
    "a goal that is not its text's": ("update governance.sla_policy set goal = '9 h'", r"#sla.policy:SLA policy nightly has another goal than its text says"),
    "since when it is delegated": ("update governance.delegation set starts_at = starts_at - interval '30 days'", r"#approval.delegated:delegation \d+ is another one"),
    "why an exception ended": ("update governance.exception set ended_why = 'owner_left' where revoked_at is not null", r"#exception.revoked:exception \d+ is another one"),
    "why it drifted": ("update governance.drift set why = 'Other'", r"#drift.found:drift \d+ is another one"),
    "what a policy was asked": ("update governance.policy_decision set asked = 'x'", r"#policy.decided:policy decision \d+ has another text than its hash is of"),
    "which duties a policy knew": ("update governance.policy_edition set duties = '[1]'", r"#policy.live:live policy \d+ is another one"),
    "another mapping is live": ("update governance.mapping_live set sha256 = repeat('7', 64)", r"#mapping.changed:mapping 7+ is live on site acme, and its last change was to \w+"),
    "what a gate became": ("update governance.gate_installation set after = 'x'", r"#gate.changed:gate \d+ is another one"),
    "what a gate's proof showed": ("update governance.gate_proof set detail = jsonb_set(detail, '{findings}', '[]')", r"#gate.proved:proof of the gate \S+ is another one"),
    "how a source is read": ("update governance.source set kind = 'csv'", r"#source.rules:source \w+ is another one"),
    # a row that no entry tells of
    "a surplus": ("insert into governance.over_grant (item_id, observation_id, entitlement) select item_id, observation_id, 'x' from governance.over_grant limit 1", "over-grant .* has no entry"),
    "an account": ("insert into governance.account_link (person, source, account, native_id, how) values ('x', 'plain', 'x9', 'uid9', 'read')", r"account link \d+ has no entry"),
    "an entitlement": ("insert into governance.entitlement_link (source, entitlement, native_id, how) values ('plain', 'x', 'y', 'read')", r"entitlement link \d+ has no entry"),
    "an approval": ("insert into governance.approval (request_id, approver, decision) select request_id, 'x', 'approved' from governance.approval limit 1", r"approval \d+ has no entry"),
    "a delegation": ("insert into governance.delegation (delegator, delegate, actor, starts_at, ends_at) values ('a', 'b', 'a', now(), now())", r"delegation \d+ has no entry"),
    "an exception of a source": ("insert into governance.exception (scope, source, owner, approved_by, reason, expires_at) values ('source', 'plain', 'a', 'b', 'c', now())", r"exception \d+ has no entry"),
    "a late proof": ("insert into governance.late_proof (request_id, item_id, observation_id) select i.request_id, i.id, 99 from governance.request_item i limit 1", "late proof .* has no entry"),
    "a set of duties": ("insert into governance.sod_set (name, n, unlinked) values ('x', 2, 'none')", r"set of duties \d+ has no entry"),
    "a site that nobody decides for": ("insert into governance.site (name, flavour, url, policy) values ('x', 'cloud', 'https://x', 'p')", "policy of site x has no entry"),
    "a refused close": ("insert into governance.close_attempt (request_id, cycle, mode, is_closed, refused) select id, 'x', 'warn', true, 'y' from governance.access_request", "close .* has no entry"),
    "a look at evidence": ("insert into governance.evidence_view (request_id, viewer, role) select id, 'x', 'auditor' from governance.access_request", r"view \d+ has no entry"),
    "a refused decision": ("insert into governance.refused_decision (what, channel, person, why) values ('delegation', 'api', 'x', 'own')", r"refused decision \d+ has no entry"),
    "a departure": ("insert into governance.departure (person, how, actor) values ('x', 'told', 'y')", r"departure \d+ has no entry"),
    "an escalation": ("insert into governance.escalation (request_id, kind, reason, key) select id, 'operator', 'Stuck', 'x' from governance.access_request", r"escalation \d+ has no entry"),
    "a calendar": ("insert into governance.sla_calendar (name, zone, sha256, said, from_at, until_at) values ('x', 'UTC', repeat('0', 64), '{}', now(), now() + interval '1 day')", "calendar .* has no entry"),
    "an SLA policy": ("insert into governance.sla_policy (name, goal) values ('x', '1 h')", "SLA policy .* has no entry"),
    "a pause": ("insert into governance.sla_pause (request_id, actor, reason, from_at, until_at) select id, 'a', 'b', now(), now() + interval '1 day' from governance.access_request where phase = 'closed'", r"pause \d+ has no entry"),
    "a drift": ("update governance.drift set ended_at = now(); insert into governance.drift (request_id, item_id, since, why, observation_id, answer) select request_id, item_id, since, why, observation_id, answer from governance.drift limit 1", r"drift \d+ has no entry"),
    "an act": ("insert into governance.operator_act (site, act, actor, done) values ('acme', 'retry', 'x', '{}')", "act of an operator .* has no entry"),
    "an erasure": ("insert into governance.erasure (pseudonym, requests, commitments, cells, kept, actor, reason) values ('x', '{}', 0, 0, 0, 'a', 'b')", r"erasure \d+ has no entry"),
    "a file": ("insert into governance.retention (kind, month, export, sha256, rows) values ('flows', '2020-01-01', 'x', sha256('x'), 1)", r"retention \d+ has no entry"),
    "a fork that was none": ("insert into governance.evidence_fork (origin, published, head, why) values ('x', 1, 2, 'y')", "fork x/y has no entry"),
    "a mapping": ("insert into governance.mapping_version (sha256, body) values (repeat('7', 64), 'x')", r"mapping 7+ has no entry"),
    "a change of the mapping": ("insert into governance.mapping_event (site, act, actor) values ('acme', 'applied', 'x')", r"change of a mapping \d+ has no entry"),
    "a move to a mapping": ("insert into governance.mapping_rebase (request_id, number, sha256, was, outcome) select id, 9, 'a', 'b', 'kept' from governance.access_request", "move to a mapping .* has no entry"),
    "a gate": ("insert into governance.gate_installation (site, project, workflow, name, mode, state, version, before, planned, changes) values ('acme', 'X', 'w2', 'x', 'enforce', 'installed', 1, '', '', '[]')", r"gate \d+ has no entry"),
    "a proof of a gate": ("insert into governance.gate_proof (site, project, known, open, fingerprint, said, detail, at, since) values ('acme', 'X', true, 0, '', '', '{}', now(), now())", "proof of the gate acme/X has no entry"),
    "a source": ("insert into governance.source (name, label, kind) values ('x', 'X', 'sql')", "source x has no entry"),
    "a ticket": ("insert into governance.ticket (site, issue_id, request_id) select 'acme', '10077', id from governance.access_request where phase <> 'closed' limit 1", "ticket of request .* has no entry"),
    "a second ticket": ("insert into governance.ticket (site, issue_id, second_of) select 'acme', '10078', id from governance.access_request limit 1", "second ticket acme/10078 has no entry"),
    "a delivery that was put aside": ("update governance.webhook_delivery set state = 'quarantined', reason = 'x'", r"delivery \d+ has no entry"),
}
# a row is gone
TABLES = {"request_item": "item", "observation": "observation", "over_grant": "over-grant", "account_link": "account link", "entitlement_link": "entitlement link",
          "approval": "approval", "approval_settled": "settled approval", "policy_edition": "live policy", "delegation": "delegation", "exception": "exception", "late_proof": "late proof", "emergency_review": "review",
          "policy_decision": "policy decision", "sod_set": "set of duties", "site": "policy of site", "close_attempt": "close", "evidence_view": "view", "refused_decision": "refused decision",
          "departure": "departure", "escalation": "escalation", "sla_calendar": "calendar", "sla_policy": "SLA policy", "sla_pause": "pause", "drift": "drift",
          "operator_act": "act of an operator", "erasure": "erasure", "retention": "retention", "evidence_fork": "fork", "mapping_version": "mapping",
          "mapping_event": "change of a mapping", "mapping_rebase": "move to a mapping", "gate_installation": "gate", "gate_proof": "proof of the gate",
          "source": "source", "ticket": "ticket of request", "webhook_delivery": "delivery", "flow": "flow"}
CASES.update({f"no {table}": (f"delete from governance.{table}", rf"entry \d+: {what} \S+ is gone") for table, what in TABLES.items()})

# What happens without a word: of all these nothing is told.
HONEST = {
    "nothing": "",
    "work is taken up again": "update governance.flow set state = 'pending', parked_at = null where state = 'parked'",
    "work that is in a file": "insert into governance.retention_told (retention_id, request_id, kind, at, record) select 1, request_id, 'flow', now(), id "
                              "from governance.flow where state in ('done', 'moot'); delete from governance.flow where state in ('done', 'moot')",
    "a delivery is tried again": "update governance.webhook_delivery set state = 'new' where state = 'quarantined'",
}


# The same when all that may go went into a file: what entries said is kept as hashes.
RETAINED = r"""
set session_replication_role = replica;
insert into governance.retention_request (retention_id, request_id) select 1, id from governance.access_request;
select governance.retain_told(1, 'evidence', array(select seq from governance.evidence_entry where kind not in ('person.erased', 'records.retained', 'evidence.forked')));
delete from governance.evidence_entry where kind not in ('person.erased', 'records.retained', 'evidence.forked');
update governance.evidence_entry set body = replace(body, '"export"', '"told_sha256":"x","export"') where kind = 'records.retained';
"""


def statement(name):
    return re.search(rf"^-- name: {name}\n-- params:[^\n]*\n(.*?)(?=^-- name: |\Z)", VERIFY, re.M | re.S)[1].strip()


ALL = {"$1": "'00000000-0000-0000-0000-000000000000'", "$2": "'ffffffff-ffff-ffff-ffff-ffffffffffff'", "$3": "true"}
PREPARED = ("set jit = off;\nprepare told as select 'entry ' || seq || ': ' || why from ("
            + re.sub(r"\$[123]", lambda m: ALL[m[0]], statement("verify_rows")) + ") v order by 1;\n")
ASK = "\\echo ==\nexecute told;\n"


@pytest.fixture(scope="module")
def told(template, tmp_path_factory):
    """What is told of each case, and where the first entry of each kind is."""
    db = template.clone()
    corpus, cases = (tmp_path_factory.mktemp("rows") / name for name in ("corpus.sql", "cases.sql"))
    db.psql(file=CORPUS)
    first = dict(line.split(" ") for line in db.psql("select kind || ' ' || string_agg(seq::text, '|' order by seq) from governance.evidence_entry group by kind").splitlines())
    script = PREPARED
    deeds = {**{f"honest: {what}": does for what, does in HONEST.items()}, **{what: does for what, (does, _) in CASES.items()}}
    for does in deeds.values():
        script += f"begin; set local session_replication_role = replica;\n{does};\n{ASK}rollback;\n"
    cases.write_text(script)
    found = db.psql(file=cases).split("==\n")[1:]
    assert len(found) == len(deeds)
    corpus.write_text(RETAINED)
    db.psql(file=corpus)
    later = db.psql(file=cases).split("==\n")[1:]
    db.drop()
    return first, dict(zip(deeds, found)), dict(zip(deeds, later))


@pytest.mark.parametrize("what", HONEST)
def test_nobody_honest_is_accused(told, what):
    assert "entry" not in told[1][f"honest: {what}"]
    assert "entry" not in told[2][f"honest: {what}"], "nor when all that may go is in a file"


@pytest.mark.parametrize("case", CASES)
def test_it_is_told(told, case):
    wanted = re.sub(r"#([\w.]+):", lambda m: rf"entry ({told[0][m[1]]}): ", CASES[case][1])
    assert re.search(wanted, told[1][case]), (wanted, told[1][case])


# Of what may have several entries the last one counts, and hashes do not say which that is, but for the last of all of a request, or of no request.
# Nor what entries say since a release after that with hashes: those of before would say less.
NOT_KEPT = {"what a delivery said", "who withdrew it", "hours of a calendar", "since when it is delegated", "why an exception ended", "why it drifted",
            "which duties a policy knew", "what a gate became", "what a gate's proof showed", "how a source is read", "no webhook_delivery"}


@pytest.mark.parametrize("case", CASES)
def test_it_is_told_when_its_entries_are_in_a_file(told, case):
    assert ("entry" in told[2].get(case, "")) == (case not in NOT_KEPT)


def test_every_kind_of_entry_is_compared_or_has_a_reason(template):
    """One place says what is compared: a trigger that writes another kind is not forgotten."""
    table = re.search(r"^kind\(.*?\n(?=told as)", VERIFY, re.M | re.S)[0].rstrip().rstrip(",")
    compared = set(template.psql(f"with {table} select distinct kind from kind").splitlines())
    written = set(template.psql("select distinct trim(trailing '\\000' from encode(tgargs, 'escape')) from pg_trigger "
                                "where tgfoid::regproc::text like 'governance.evidence\\_write%'").replace("\\000", "").splitlines())
    assert compared | set(BY_ITSELF) == written and not compared & set(BY_ITSELF)
    tables = set(template.psql("select distinct c.relname from pg_trigger g join pg_class c on c.oid = g.tgrelid "
                               "where g.tgfoid::regproc::text like 'governance.evidence\\_write%'").splitlines())
    assert tables == set(TABLES) | {"access_request"}, "of each a row that is gone is told"


ERASED = """
set role countersign_service;
select t.request(more => '{"requester": "asker@x.org", "beneficiary": "mora@x.org"}') as r \\gset
select governance.delegation_add('away@x.org', 'mora@x.org', null, now() + interval '1 day', 'hr');
select governance.delegation_try('mora@x.org', 'away@x.org', null, now() + interval '1 day', 'hr');
select governance.exception_try(jsonb_build_object('request', :'r', 'scope', 'request', 'owner', 'mora@x.org', 'approved_by', 'mora@x.org', 'reason', 'x',
                                                   'control', 'y', 'vouched_by', 'portal', 'expires_ms', governance.ms(now() + interval '1 hour')));
reset role;
select t.move(:'r', 'cancelled');
update governance.access_request set look_at = null;
update governance.delegation set revoked_at = clock_timestamp(), revoked_by = 'hr';
select governance.person_erase('mora@x.org', '[]', true, 'dpo', 'case 12')->>'kept';
"""


def test_who_was_erased_from_what_was_refused_is_no_tampering(template):
    """The sentence that was answered goes from the row and from beside its entry: both, or the row would contradict it."""
    db = template.clone()
    assert db.psql(ERASED).splitlines()[-1] == "[]"
    assert db.psql("select string_agg(said, ' ') from governance.refused_decision") == "[erased] [erased]"
    told = countersign("db", "verify", "--conninfo", db.dsn, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    db.drop()
