-- Why a verdict is what it is, read by read: for `countersign reconcile show`. The words of domain/item.c; the verdict itself is the
-- view's, which may close a ticket.
create or replace function governance.reconcile_reads(p_item bigint, p_generation int, p_since timestamptz, p_desired text, p_account_id text,
                                                      p_entitlement_id text, p_reads int) returns jsonb
language sql stable set search_path = pg_catalog as $$
    with read as (
        select o.*, date_trunc('milliseconds', o.source_as_of) < p_since as old,
               o.account = 'replaced' or o.native_id not in ('', coalesce(p_account_id, o.native_id)) as other,
               o.entitlement_id not in ('', coalesce(p_entitlement_id, o.entitlement_id)) as otherwise,
               case p_desired when 'absent' then o.outcome = 'absent' else o.outcome = 'present' and o.account = 'active' end as so
          from governance.observation o
         where o.item_id = p_item and o.generation = p_generation),
    broken as (select coalesce(max(id), 0) as at from read where old or other or otherwise or not so)
    select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'read_at', x.observed_at, 'as_of', x.source_as_of, 'outcome', x.outcome, 'account', x.account, 'via', x.via,
               'reason', x.reason, 'complete', x.complete, 'canary', x.canary_ok, 'native_id', nullif(x.native_id, ''), 'entitlement_id', nullif(x.entitlement_id, ''),
               'raw_sha256', encode(x.raw_sha256, 'hex'), 'observation', x.id,
               'weighs', case when x.outcome = 'unknown' then 'Unreadable'
                              when x.old then 'CopyOlderThanClaim'
                              when x.other then 'AccountReplaced'
                              when x.otherwise then 'EntitlementReplaced'
                              when not x.so then case when p_desired = 'present' and x.outcome = 'present' then 'PresentButInert'
                                                      when p_desired = 'present' and x.account = 'missing' then 'AccountMissing'
                                                      when p_desired = 'present' then 'StillAbsent'
                                                      when x.via not in ('none', 'direct') then 'InheritedVia'
                                                      when x.account = 'disabled' then 'EntitlementRetained' else 'StillPresent' end
                              when x.id < b.at then 'BeforeTheBreak'
                              else 'Counts' end)) order by x.id desc), '[]')
      from (select * from read order by id desc limit p_reads) x, broken b
$$;
comment on function governance.reconcile_reads(bigint, int, timestamptz, text, text, text, int) is
    'The reads of the present claim, the newest first, each with what it weighs';

create or replace function governance.reconcile_one(p_request uuid, p_reads int) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'id', r.id, 'ticket', t.issue_key, 'site', r.site, 'kind', r.kind, 'mode', r.mode, 'phase', r.phase, 'reason', r.phase_reason,
        'beneficiary', r.beneficiary, 'mapping', r.mapping_kept, 'requested_at', r.requested_at, 'approved_at', r.approved_at, 'claimed_at', r.claimed_at,
        'verified_at', r.verified_at, 'closed_at', r.closed_at, 'claim', r.generation - 1, 'now', clock_timestamp(), 'since', c.since,
        'extra', governance.over_grants(r.id),
        'rebase', (select jsonb_build_object('number', b.number, 'outcome', b.outcome, 'at', coalesce(b.ended_at, b.asked_at))
                     from governance.mapping_rebase b where b.request_id = r.id order by b.number desc limit 1),
        'superseded', (select jsonb_agg(jsonb_build_object('source', i.source, 'account', i.account, 'entitlement', i.entitlement,
                                  'desired', i.desired, 'at', i.superseded_at, 'by', governance.dossier_superseded(i.superseded_by)) order by i.id)
                         from governance.request_item i where i.request_id = r.id and i.superseded_by is not null),
        'items', (
            select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                       'item', i.id, 'source', i.source, 'account', i.account, 'entitlement', i.entitlement, 'desired', i.desired,
                       'verdict', v.verdict,
                       'why', case when v.verdict = 'excepted' then 'Exception'
                                   when v.observation_id is null then 'NotReadYet'
                                   when v.verdict = 'verified' then 'Ok'
                                   when o.reads->0->>'weighs' = 'Counts' and v.verdict = 'mismatch' then 'OverGranted'
                                   when o.reads->0->>'weighs' = 'Counts' and v.verdict = 'settling' then 'MoreConfirmations'
                                   when o.reads->0->>'weighs' in ('Unreadable', 'CopyOlderThanClaim') then o.reads->0->>'weighs'
                                   when v.verdict = 'unknown' then 'ProofTooOld'
                                   else o.reads->0->>'weighs' end,
                       'settle_s', extract(epoch from s.settle)::bigint, 'confirmations', s.confirmations,
                       'max_age_s', extract(epoch from s.max_age)::bigint,
                       'link', case when l.id is not null then jsonb_strip_nulls(jsonb_build_object(
                           'native_id', l.native_id, 'how', l.how, 'established_at', l.established_at, 'request', l.request_id,
                           'actor', nullif(l.actor, ''), 'reason', nullif(l.reason, ''),
                           'also', (select jsonb_agg(distinct k.person) from governance.account_link k
                                     where k.source = l.source and k.native_id = l.native_id and k.person <> l.person and k.replaced_at is null)))
                           end,
                       'entitlement_link', case when e.id is not null then jsonb_strip_nulls(jsonb_build_object(
                           'native_id', e.native_id, 'how', e.how, 'established_at', e.established_at, 'request', e.request_id,
                           'actor', nullif(e.actor, ''), 'reason', nullif(e.reason, ''))) end,
                       'reads', o.reads,
                       'reads_of_earlier_claims', (select nullif(count(*), 0) from governance.observation b
                                                    where b.item_id = i.id and b.generation < r.generation))) order by i.id)
              from governance.request_item i
              join governance.source s on s.name = i.source
              join governance.item_verdict v on v.item_id = i.id
              left join governance.account_link l on l.source = i.source and l.account = i.account and l.person = governance.person_folded(r.beneficiary)
                                                 and l.replaced_at is null
              left join governance.entitlement_link e on e.source = i.source and e.entitlement = i.entitlement and e.replaced_at is null
             cross join lateral (select governance.reconcile_reads(i.id, r.generation, c.since, i.desired, l.native_id, e.native_id, p_reads) as reads) o
             where i.request_id = r.id and i.replaced_at is null)))
      from governance.access_request r
      left join governance.ticket t on t.request_id = r.id
     cross join lateral (select date_trunc('milliseconds', coalesce(r.claimed_at, r.approved_at, r.requested_at)) as since) c
     where r.id = p_request
$$;
comment on function governance.reconcile_one(uuid, int) is 'A request, with the verdict of each item and the reads behind it';

-- p: an id, a ticket key, or SITE/KEY where several sites have a ticket of that key: then they are named.
create or replace function governance.reconcile_show(p text, p_reads int) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select case count(*) when 1 then governance.reconcile_one(min(x.id::text)::uuid, p_reads)
                         when 0 then null
                         else jsonb_build_object('ambiguous', jsonb_agg(x.name order by x.name)) end
      from governance.request_named(p) x
$$;
comment on function governance.reconcile_show(text, int) is 'A request by id or ticket key, with the verdict of each item and the reads behind it';

-- What closed requests said last about each (source, account, entitlement): what should still be so. in_hand: the ticket of a later
-- request about the same that is not over.
create or replace function governance.closed_items(p_site text, p_last interval)
returns table (request_id uuid, issue_key text, source text, account text, account_id text, entitlement text, entitlement_id text, desired text,
               closed_at timestamptz, excepted boolean, in_hand text)
language sql stable set search_path = pg_catalog as $$
    select * from (
        select distinct on (i.source, x.whose, x.same)
               r.id, coalesce(t.issue_key, ''), i.source, i.account, coalesce(l.native_id, ''), i.entitlement, coalesce(e.native_id, ''), i.desired, r.closed_at,
               exists (select from governance.exception_covers k where k.item_id = i.id and k.counts and k.revoked_at is null and k.expires_at > clock_timestamp()),
               coalesce((select coalesce(k.issue_key, q.id::text)
                           from governance.items_beside(i.id) b(id)
                           join governance.request_item j on j.id = b.id
                           join governance.access_request q on q.id = j.request_id
                           left join governance.ticket k on k.request_id = q.id
                          where q.requested_at > r.requested_at and not governance.is_at_rest(q.phase)
                          order by q.requested_at desc limit 1), '')
          from governance.request_item i
          join governance.access_request r on r.id = i.request_id
          left join governance.ticket t on t.request_id = r.id
          left join governance.account_link l on l.source = i.source and l.account = i.account and l.person = governance.person_folded(r.beneficiary)
                                             and l.replaced_at is null
          left join governance.entitlement_link e on e.source = i.source and e.entitlement = i.entitlement and e.replaced_at is null
         cross join lateral (select coalesce('id ' || e.native_id, 'name ' || i.entitlement) as same, coalesce('id ' || l.native_id, 'name ' || i.account) as whose) x
         where i.replaced_at is null and i.superseded_by is null and r.phase = 'closed' and r.closed_at > clock_timestamp() - p_last
         order by i.source, x.whose, x.same, r.closed_at desc, r.id) x (request_id, issue_key, source, account, account_id,
                  entitlement, entitlement_id, desired, closed_at, excepted, in_hand)
     where p_site = '' or p_site = (select r.site from governance.access_request r where r.id = x.request_id)
     order by x.source, x.closed_at
$$;
comment on function governance.closed_items(text, interval) is 'What should still be so: the last closed request about each entitlement of each account';
