-- :requests requests that began, were proven and closed within one month, :ago months ago, with the fourteen entries of evidence that each leaves and
-- the commitments of them: rows and chain say the same, as `db verify` finds. Written past the guards. Every number is a function of n.
\set ON_ERROR_STOP on
set session_replication_role = replica;
set synchronous_commit = off;
set work_mem = '512MB';
set jit = off;
select governance.site_put('acme', 'cloud', 'https://acme.example');

create unlogged table public.life as
select n, md5('month ' || n)::uuid as id, decode(md5('salt ' || n), 'hex') as salt, n || '/1' as cycle, 'person' || n % (:requests / 10) || '@example.com' as person,
       'asker' || n % 500 || '@example.com' as asker, 'person' || n % (:requests / 10) as account, 'role-' || n % 900 as role, md5(n::text) as tuple,
       date_trunc('month', now() at time zone 'utc') at time zone 'utc' - make_interval(months => :ago)
           + interval '27 days' * ((n * 7919::bigint) % 1000003) / 1000003.0 as asked
  from generate_series(1, :requests) as n;
alter table public.life add item bigint, add observation bigint, add flow bigint;
update public.life set item = :first + n, observation = :first + n, flow = :first + 3 * n;

insert into governance.access_request (id, site, marker, kind, mode, from_ticket, approval_needed, phase, generation, claim_cycle, requester, beneficiary,
       justification, rule, request_type, mapping_version, mapped, mapped_hash, approved_hash, requested_at, approved_at, claimed_at, verified_at, closed_at, look_at, version)
select id, 'acme', 'gar-' || replace(id::text, '-', ''), 'removal', 'enforce', true, false, 'closed', 2, cycle, asker, person, 'as agreed with ' || asker,
       'remove-app-access', '31', repeat('a', 64), '{}', tuple, tuple, asked, asked + interval '2 min', asked + interval '8 min', asked + interval '11 min', asked + interval '12 min', null, 9
  from public.life order by asked;
insert into governance.request_salt (request_id, salt) select id, salt from public.life;
insert into governance.sla_clock (request_id, kind, is_privileged, started_at, goal, stopped_at, ended, steps_done)
select id, 'removal', false, asked, interval '8 hours', asked + interval '11 min', 'verified', 0 from public.life;
insert into governance.request_item (id, request_id, source, account, entitlement, desired) overriding system value
select item, id, 'erp', account, role, 'absent' from public.life order by item;
insert into governance.ticket (site, issue_id, issue_key, request_id, state, category, role, look_at)
select 'acme', (:first + n)::text, 'IAM-' || :first + n, id, 'here', 'done', 'done', null from public.life;
insert into governance.observation (id, item_id, generation, observed_at, source_as_of, outcome, account, via, reason, complete, canary_ok, raw_sha256) overriding system value
select observation, item, 2, asked + interval '10 min', asked + interval '10 min', 'absent', 'active', 'direct', 'Ok', true, true, sha256('raw') from public.life order by observation;
insert into governance.flow (id, request_id, site, kind, state, attempt, payload, created_at, ended_at, version) overriding system value
select flow + k, id, 'acme', (array['create_ticket', 'comment', 'comment'])[k + 1], 'done', 1, '{"n": ' || n || '}', asked + interval '3 min', asked + make_interval(mins => (array[4, 7, 13])[k + 1]), 3
  from public.life, generate_series(0, 2) k;

-- what happens in its order: to what, of which phase, how
create unlogged table public.said as
select l.id, l.asked + make_interval(mins => s.k) as at, s.kind, s.k, s.moved, l.salt, l.person, l.asker, l.account,
       decode(md5('p' || l.n || s.k), 'hex') as own, jsonb_strip_nulls(case s.kind
           when 'item.wanted' then jsonb_build_object('item', l.item, 'source', 'erp', 'desired', 'absent', 'entitlement_sha256', encode(sha256(convert_to(l.role, 'UTF8')), 'hex'),
               'account_commitment', governance.commitment(l.account, decode(md5('p' || l.n || s.k), 'hex')))
           when 'ticket.bound' then jsonb_build_object('site', 'acme', 'issue', (:first + l.n)::text, 'key', 'IAM-' || :first + l.n)
           when 'flow.ended' then jsonb_build_object('flow', l.flow + least((s.k - 4) / 3, 2), 'kind', case s.k when 4 then 'create_ticket' else 'comment' end, 'state', 'done', 'attempts', 1,
               'payload_commitment', governance.commitment(encode(sha256(convert_to('{"n": ' || l.n || '}', 'UTF8')), 'hex'), l.salt))
           when 'item.observed' then jsonb_build_object('item', l.item, 'observation', l.observation, 'generation', 2, 'outcome', 'absent', 'account', 'active', 'reason', 'Ok',
               'complete', true, 'canary', true, 'as_of', to_char((l.asked + interval '10 min') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
               'raw_commitment', governance.commitment(encode(sha256('raw'), 'hex'), l.salt))
           else jsonb_build_object('from', s.was, 'to', s.moved, 'reason', 'Ok', 'actor', 'service', 'kind', 'removal', 'mode', 'enforce', 'generation', case when s.k < 8 then 1 else 2 end,
               'cycle', case when s.k >= 8 then l.cycle end, 'tuple_commitment', governance.commitment(l.tuple, l.salt),
               'requester_commitment', case s.k when 0 then governance.commitment(l.asker, decode(md5('p' || l.n || s.k), 'hex')) end,
               'beneficiary_commitment', case s.k when 0 then governance.commitment(l.person, decode(md5('b' || l.n || s.k), 'hex')) end,
               'clock', case when s.k in (0, 11, 12) then jsonb_build_object('started_us', governance.us(l.asked), 'goal_us', 28800000000, 'paused_us', 0,
                   'stopped_us', case when s.k > 0 then governance.us(l.asked + interval '11 min') end, 'ended', case when s.k > 0 then 'verified' end) end) end) as detail
  from public.life l, (values (0, 'request.received', null, 'received'), (1, 'item.wanted', null, null), (2, 'request.moved', 'received', 'approved'),
                              (3, 'request.moved', 'approved', 'ticketing'), (4, 'flow.ended', null, null), (5, 'ticket.bound', null, null),
                              (6, 'request.moved', 'ticketing', 'fulfilling'), (7, 'flow.ended', null, null), (8, 'request.moved', 'fulfilling', 'claimed'),
                              (9, 'request.moved', 'claimed', 'verifying'), (10, 'item.observed', null, null), (11, 'request.moved', 'verifying', 'verified'),
                              (12, 'request.moved', 'verified', 'closed'), (13, 'flow.ended', null, null)) s(k, kind, was, moved);
do $$ declare
    r record; n bigint; h bytea; b text;
begin
    select seq, hash into n, h from governance.evidence_head;
    for r in select s.id, s.at, s.kind, governance.canonical_json(s.detail) as detail from public.said s order by s.at, s.id, s.k loop
        n := n + 1;
        b := '{"at":"' || to_char(r.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '","detail":' || r.detail || ',"kind":"' || r.kind || '","request":"' || r.id
            || '","seq":' || n || '}';
        insert into governance.evidence_entry values (n, r.at, r.kind, r.id, b, h, sha256(h || convert_to(b, 'UTF8')));
        h := sha256(h || convert_to(b, 'UTF8'));
    end loop;
    update governance.evidence_head set seq = n, hash = h;
end $$;
insert into governance.person_commitment (entry, member, request_id, salt, value)
select e.seq, v.member, e.request_id, v.salt, v.value
  from public.said s join governance.evidence_entry e on e.request_id = s.id and e.kind = s.kind and e.at = s.at
 cross join lateral (values ('account', case s.kind when 'item.wanted' then s.account end, s.own), ('requester', case s.k when 0 then s.asker end, s.own)) v(member, value, salt)
 where v.value is not null;
insert into governance.person_commitment (entry, member, request_id, salt, value)
select e.seq, 'beneficiary', e.request_id, decode(md5('b' || l.n || 0), 'hex'), l.person
  from public.life l join governance.evidence_entry e on e.request_id = l.id and e.kind = 'request.received';
drop table public.said, public.life;
reset session_replication_role;
vacuum analyze;
