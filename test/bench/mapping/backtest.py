"""100,000 stored requests, most of them closed, with their tickets' fields, replayed with another mapping: by the clock, and memory."""
import os
import subprocess
import time

from lib import world

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "100000"))
FILL = """
set session_replication_role = replica;
insert into governance.access_request (id, site, marker, kind, mode, rule, request_type, requester, beneficiary, from_ticket, mapping_version,
        mapping_kept, mapped_hash, phase, requested_at, verified_at, closed_at)
select md5(n::text)::uuid, 'acme', 'gar-' || n, 'removal', 'enforce', 'remove-app-access', '31', 'asker', 'okafor', true, l.sha256, l.sha256, 'h', case when n % 10 = 0 then 'fulfilling' else 'closed' end,
       now() - n * interval '1 s' / 20, case when n % 10 > 0 then now() end, case when n % 10 > 0 then now() end
  from generate_series(1, {count}) n, governance.mapping_live l where l.site = 'acme';
insert into governance.request_item (request_id, source, account, entitlement, desired)
select md5(n::text)::uuid, 'sap-fin', 'okafor' || n, 'fin-ledger-admin', 'absent' from generate_series(1, {count}) n;
insert into governance.sla_clock (request_id, kind, is_privileged, started_at, goal)
select id, kind, is_privileged, requested_at, '8 h' from governance.access_request;
insert into governance.ticket (site, issue_id, issue_key, request_id, state)
select 'acme', (100000 + n)::text, 'IAM-' || (100000 + n), md5(n::text)::uuid, 'here' from generate_series(1, {count}) n;
insert into governance.ticket_fields (site, issue_id, body)
select 'acme', (100000 + n)::text, jsonb_build_object('customfield_10010', jsonb_build_object('requestType', jsonb_build_object('id', '31', 'name', 'Remove access')),
           'customfield_10061', 'okafor' || n, 'customfield_10052', case n % 100 when 0 then '' else 'fin-ledger-admin' end,
           'customfield_10050', jsonb_build_object('value', 'SAP FIN', 'id', '7', 'self', 'https://acme.example/rest/api/3/customFieldOption/7'),
           'customfield_10070', null, 'reporter', jsonb_build_object('accountId', '5b10ac8d82e05b22cc7d4ef5', 'emailAddress', 'asker@example.com',
           'displayName', 'A. Asker', 'active', true, 'timeZone', 'Europe/Lisbon', 'accountType', 'atlassian'))::text
  from generate_series(1, {count}) n;
analyze governance.request_item, governance.access_request, governance.ticket, governance.ticket_fields, governance.sla_clock;
"""


def measure():
    """Seconds, and megabytes at the most."""
    with world.World(webhooks=False) as site:
        site.service.stop()
        site.database.psql(FILL.format(count=REQUESTS))
        with open(f"{site.folder}/mapping.yaml", encoding="utf-8") as file:
            draft = file.read().replace("then: [trim], on_missing", "then: [trim, { before: x- }], on_missing").split("\ntests:")[0] + "\n"
        path = site.write("draft.yaml", draft)
        began = time.monotonic()
        run = subprocess.Popen([site.program, "mapping", "backtest", path, "--config", site.config, "--json"], stdout=subprocess.PIPE)
        said = run.stdout.read().decode()
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        assert run.returncode == 2 and f'"replayed":{REQUESTS}' in said and f'"keep_other":{REQUESTS // 10}' in said, said
        took = time.monotonic() - began
        print(f"# backtest: {took:.1f} s by the clock, of them {usage.ru_utime + usage.ru_stime:.1f} s of our own processor time", flush=True)
        return took, usage.ru_maxrss / 1024
