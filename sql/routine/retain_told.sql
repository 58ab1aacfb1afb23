-- What is left of entries that go into a file. `db verify` (sql/query/verify.sql) makes the same of rows, and tests hold both to each other.

-- The part of an entry's detail that its row goes on saying; null: nothing is compared with it.
create or replace function governance.evidence_compared(p_kind text, p_detail jsonb) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case
        when p_detail ? 'detail_sha256' or d.plain and p_kind = any (d.committing) then null
        when p_kind in ('request.received', 'request.moved')
            then jsonb_strip_nulls(jsonb_build_object('to', p_detail->'to', 'generation', p_detail->'generation', 'cycle', p_detail->'cycle'))
        when p_kind like 'mapping.%'
            then jsonb_strip_nulls(jsonb_build_object('event', p_detail->'event', 'site', p_detail->'site', 'act', p_detail->'act', 'mapping', p_detail->'mapping',
                     'number', p_detail->'number', 'was', p_detail->'was', 'change', p_detail->'change'))
        else d.rest - case
            when p_kind like 'exception.%' then array['ended_by', 'why', 'revoked']
            when p_kind like 'drift.%' then array['why']
            when p_kind = 'request.escalated' then array['key']
            when p_kind = 'operator.acted' then array['work', 'read_again', 'told_until', 'number']
            when p_kind = 'site.policy' then array['was']
            when p_kind like 'ticket.%' then array['key', 'kept', 'kept_key']
            when p_kind = 'delivery.quarantined' then array['body_sha256']
            when p_kind = 'gate.changed' then array['version', 'changes', 'after_sha256']
            when p_kind = 'gate.proved' then array['known', 'roads', 'findings', 'rules', 'shown_sha256']
            -- said since a later release: rows of before would say more than their entries
            when p_kind = 'approval.delegated' then array['starts_us']
            when p_kind = 'policy.live' then array['duties_sha256']
            when p_kind like 'clock.%' then array['due_us']
            when p_kind = 'sla.calendar' then array['spans_sha256']
            when p_kind = 'source.rules' then array['kind']
            else '{}' end end
      from (select coalesce(jsonb_object_agg(m.key, m.value) filter (where m.key not like '%\_commitment'), '{}') as rest,
                   not coalesce(bool_or(m.key like '%\_commitment'), false) as plain, -- written before there were any, or of nobody
                   array['item.wanted', 'item.replaced', 'item.superseded', 'item.observed', 'account.linked', 'request.approval', 'exception.granted',
                         'exception.revoked', 'exception.lapsed', 'emergency.reviewed', 'policy.decided', 'flow.ended'] as committing
              from jsonb_each(p_detail) m) d
$$;
comment on function governance.evidence_compared(text, jsonb) is 'What of an entry is compared with the row it is of; null: nothing';

-- All names that the requests' rows hold, so that who edits one is found when what it was committed with is gone. With the salt of the request:
-- erased with a person of it.
create or replace function governance.request_people(p_request uuid) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
    select sha256(s.salt || convert_to(jsonb_build_object('requester', r.requester, 'beneficiary', r.beneficiary, 'approved', r.approved_hash,
               'accounts', (select jsonb_agg(x.account order by x.id) -- by the indexes that there are
                              from (select i.id, i.account from governance.request_item i where i.request_id = r.id and i.replaced_at is null
                                    union all select i.id, i.account from governance.request_item i where i.request_id = r.id and i.replaced_at is not null) x),
               'approvers', (select jsonb_agg(a.approver order by a.id) from governance.approval a where a.request_id = r.id))::text, 'UTF8'))
      from governance.access_request r join governance.request_salt s on s.request_id = r.id where r.id = p_request
$$;
comment on function governance.request_people(uuid) is 'Hash of the names that a request holds, with its salt; null: a person of it was erased';

-- What else the row of a request says for good once it rests, and its clock with it.
create or replace function governance.request_row(p_request uuid) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
    select sha256(convert_to(jsonb_strip_nulls(jsonb_build_object('reason', r.phase_reason, 'kind', r.kind, 'lifecycle', r.lifecycle,
               'subject_kind', r.subject_kind, 'privileged', r.is_privileged, 'until_us', (extract(epoch from r.access_until) * 1000000)::bigint,
               'approval_needed', r.approval_needed, 'cause', r.cause, 'follows', r.follows, 'submitted_by', r.submitted_by, 'rule', r.rule, 'site', r.site,
               'mapping', r.mapping_version, 'emergency', r.emergency, 'approval_due_us', (extract(epoch from r.approval_due) * 1000000)::bigint,
               'review_due_us', (extract(epoch from r.review_due) * 1000000)::bigint, 'mode', r.mode, 'mode_by', r.mode_by, 'mode_mapping', r.mode_mapping,
               'goal_us', (extract(epoch from c.goal) * 1000000)::bigint, 'policy', y.sha256, 'calendar', k.sha256,
               'due_us', (extract(epoch from c.due_at) * 1000000)::bigint))::text, 'UTF8'))
      from governance.access_request r left join governance.sla_clock c on c.request_id = r.id
      left join governance.sla_policy y on y.id = c.policy_id left join governance.sla_calendar k on k.id = c.calendar_id where r.id = p_request
$$;
comment on function governance.request_row(uuid) is 'Hash of what the row of a request and its clock say for good';

-- Words of it, and who said done, as request_people() of the others.
create or replace function governance.request_words(p_request uuid) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
    select sha256(s.salt || convert_to(jsonb_build_object('justification', r.justification, 'sponsor', r.sponsor,
               'fulfillers', (select jsonb_agg(jsonb_build_array(f.cycle, f.person) order by f.id) from governance.fulfiller f where f.request_id = r.id))::text, 'UTF8'))
      from governance.access_request r join governance.request_salt s on s.request_id = r.id where r.id = p_request
$$;
comment on function governance.request_words(uuid) is 'Hash of the words of a request and of who said done, with its salt; null: a person of it was erased';

-- Before they are dropped. p_retention: their file.
create or replace function governance.retain_told(p_retention bigint, p_kind text, p_ids bigint[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    case p_kind
    when 'evidence' then
        insert into governance.retention_told (retention_id, request_id, kind, at, led_to, sha256)
        select p_retention, e.request_id, e.kind, e.at, case when e.kind in ('request.received', 'request.moved') then d.detail->>'to' end,
               sha256(convert_to(governance.evidence_compared(e.kind, d.detail)::text, 'UTF8'))
          from governance.evidence_entry e cross join lateral (select e.body::jsonb->'detail' as detail offset 0) d
         where e.seq = any (p_ids) and e.kind not in ('request.mode', 'request.remapped');
        insert into governance.retention_told (retention_id, request_id, kind, at, sha256)
        select distinct on (e.request_id) p_retention, e.request_id, 'request.clock', e.at, sha256(convert_to(jsonb_strip_nulls(jsonb_build_object(
                   'started_us', c.clock->'started_us', 'stopped_us', c.clock->'stopped_us', 'ended', c.clock->'ended', 'paused_us', c.clock->'paused_us',
                   'business_us', c.clock->'business_us'))::text, 'UTF8'))
          from governance.evidence_entry e cross join lateral (select e.body::jsonb #> '{detail,clock}' as clock offset 0) c
         where e.seq = any (p_ids) and e.kind = 'request.moved' and e.body like '%"clock":%' and c.clock ? 'ended'
         order by e.request_id, e.seq desc;
        insert into governance.retention_told (retention_id, request_id, kind, at, sha256)
        select p_retention, q.request_id, x.kind, clock_timestamp(), x.said
          from governance.retention_request q
         cross join lateral (values ('request.people', governance.request_people(q.request_id)), ('request.row', governance.request_row(q.request_id)),
                                    ('request.words', governance.request_words(q.request_id))) x(kind, said)
         where q.retention_id = p_retention;
    when 'observations' then
        insert into governance.retention_told (retention_id, request_id, kind, at, record)
        select p_retention, i.request_id, 'observation', clock_timestamp(), o.id
          from governance.observation o join governance.request_item i on i.id = o.item_id where o.id = any (p_ids);
    when 'flows' then
        insert into governance.retention_told (retention_id, request_id, kind, at, record)
        select p_retention, f.request_id, 'flow', clock_timestamp(), f.id from governance.flow f where f.id = any (p_ids);
    when 'deliveries' then -- of the others evidence says nothing
        insert into governance.retention_told (retention_id, kind, at, record)
        select p_retention, 'delivery', clock_timestamp(), w.id from governance.webhook_delivery w where w.id = any (p_ids) and w.state = 'quarantined';
    else
        null;
    end case;
end $$;
comment on function governance.retain_told(bigint, text, bigint[]) is 'Keep hashes of what entries said, and numbers of rows, that are about to be dropped';

-- Of each request first, so that no text is as long as all of it.
create or replace function governance.retention_told_sha256(p_retention bigint) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select encode(sha256(convert_to(coalesce(string_agg(r.said, '' order by r.said), ''), 'UTF8')), 'hex')
      from (select encode(sha256(convert_to(string_agg(concat_ws(' ', coalesce(t.request_id::text, '-'), t.kind, (extract(epoch from t.at) * 1000000)::bigint,
                       coalesce(t.led_to, '-'), coalesce(encode(t.sha256, 'hex'), '-'), coalesce(t.record::text, '-')), chr(10)
                       order by t.at, t.kind collate "C", t.sha256, t.record), 'UTF8')), 'hex') as said
              from governance.retention_told t where t.retention_id = p_retention group by t.request_id) r
$$;
comment on function governance.retention_told_sha256(bigint) is 'Hash of what is kept of what a file holds';
