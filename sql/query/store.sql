-- Named statements, compiled into the program by connector/tools/gen_query.py. One statement is one transaction.

-- name: inbox_put
-- params: site text[], delivery_id text[], retry int[], body bytea[]
insert into governance.webhook_delivery (site, delivery_id, retry, body)
select * from unnest($1::text[], $2::text[], $3::int[], $4::bytea[])
on conflict do nothing

-- name: inbox_claim
-- params: lease_s int, batch int, bytes bigint
select id, site, delivery_id, size, body, received_ms
  from governance.inbox_claim(make_interval(secs => $1::int), $2::int, $3::bigint)

-- name: inbox_body
-- params: delivery bigint, start int, bytes int
select governance.inbox_body($1::bigint, $2::int, $3::int)

-- name: hint_apply
-- params: hints jsonb
select governance.hint_apply($1::jsonb), governance.hook_heard($1::jsonb)

-- name: hook_settle
-- params: site text, late_ms bigint
select lost, awaited from governance.hook_settle($1, $2::bigint)

-- name: hook_claim
-- params: site text, owner text, lease_s int
select fence, failed_after_ms, now_ms from governance.hook_claim($1, $2, make_interval(secs => $3::int))

-- name: hook_done
-- params: site text, fence bigint, failed_after_ms bigint, expires_ms bigint, said text, rest_ms bigint
select governance.hook_done($1, $2::bigint, $3::bigint, $4::bigint, $5, $6::bigint)

-- name: ticket_claim
-- params: owner text, lease_s int, batch int, sites text[], room int[]
select site, issue_id, issue_key, version, unreadable
  from governance.ticket_claim($1, make_interval(secs => $2::int), $3::int, $4::text[], $5::int[])

-- name: ticket_ignore
-- params: owner text, site text, issue text, version bigint, reason text, updated_ms bigint, mapping text, request_type text
select governance.ticket_ignore($1, $2, $3, $4::bigint, $5, $6::bigint, $7, $8)

-- name: ticket_defer
-- params: owner text, site text, issue text, version bigint, rest_ms bigint
select governance.ticket_defer($1, $2, $3, $4::bigint, make_interval(secs => $5::bigint / 1000.0))

-- name: ticket_unreadable
-- params: site text, issue text, why text
select governance.ticket_unreadable($1, $2, $3)

-- name: second_ticket
-- params: site text, issue text, markers text
select request_id, marker, phase, issue_id, issue_key from governance.second_ticket($1, $2, $3)

-- name: second_is_next
-- params: site text, rivals text[], left_alone text
select governance.second_is_next($1, $2::text[], $3)

-- name: ticket_retire
-- params: owner text, site text, issue text, version bigint, request uuid, kept text, swap boolean
select governance.ticket_retire($1, $2, $3, $4::bigint, $5::uuid, $6, $7::boolean)

-- name: request_open
-- params: owner text, issue text, version bigint, intake jsonb
select governance.request_open($1, $2, $3::bigint, $4::jsonb)

-- name: request_submit
-- params: keys text[], body_sha256 text[], intakes text[]
select n, id, repeated, differs, phase from governance.request_submit_many($1::text[], $2::text[], $3::text[])

-- name: request_known
-- params: token text, key text, body_sha256 text
select governance.request_known($1, $2, $3)

-- name: request_claim
-- params: owner text, lease_s int, batch int, sites text[], room int[], pressed text[]
select id, site from governance.request_claim($1, make_interval(secs => $2::int), $3::int, $4::text[], $5::int[], $6::text[])

-- name: dossier
-- params: request uuid
select governance.dossier_texts(array[$1::uuid])

-- name: dossier_many
-- params: requests text[]
select governance.dossier_texts($1::text[]::uuid[])

-- name: dossier_first
-- params: request uuid
select governance.dossier_first($1::uuid)

-- name: dossier_first_many
-- params: requests text[]
select governance.dossier_first(a.request::uuid) from unnest($1::text[]) as a(request)

-- name: facts_save
-- params: owner text, request uuid, version bigint, facts jsonb
select governance.facts_save($1, $2::uuid, $3::bigint, $4::jsonb)

-- name: facts_save_many
-- params: owner text, requests text[], versions text[], facts text[]
select governance.facts_save($1, a.request::uuid, a.version::bigint, a.facts::jsonb)
  from unnest($2::text[], $3::text[], $4::text[]) as a(request, version, facts)

-- name: policy_offer
-- params: pdp text, sets jsonb, how text, actor text, reason text
select governance.policy_offer($1, $2::jsonb, $3, $4, $5)

-- name: policy_history
-- params: pdp text, sets jsonb, last int
select governance.policy_history($1, $2::jsonb, $3::int)

-- name: policy_refused
-- params: fault jsonb
select governance.policy_refused($1::jsonb)

-- name: policy_question
-- params: request uuid, stage text
select governance.policy_question($1::uuid, $2)

-- name: entitlement_saw
-- params: seen jsonb
select governance.entitlement_saw($1::jsonb)

-- name: policy_save
-- params: owner text, request uuid, version bigint, decisions jsonb
select governance.policy_save($1, $2::uuid, $3::bigint, $4::jsonb)

-- name: decision_save
-- params: owner text, request uuid, version bigint, decision jsonb
select version, claimed_ms from governance.decision_take($1, $2::uuid, $3::bigint, $4::jsonb)

-- name: decision_save_many
-- params: owner text, requests text[], versions text[], decisions text[]
select d.version, d.claimed_ms
  from unnest($2::text[], $3::text[], $4::text[]) as a(request, version, decision)
 cross join lateral governance.decision_take($1, a.request::uuid, a.version::bigint, a.decision::jsonb) d

-- name: flow_claim
-- params: owner text, lease_s int, batch int, sites text[], room int[], pressed text[]
select id, kind, state, version, attempt, failures, site, request_id, marker, issue_id, cycle, payload, sent_ms, now_ms
  from governance.flow_claim($1, make_interval(secs => $2::int), $3::int, $4::text[], $5::int[], $6::text[])

-- name: lease_take
-- params: name text, owner text, lease_ms bigint
select fence, wait_ms, resting from governance.lease_take($1, $2, make_interval(secs => $3::bigint / 1000.0))

-- name: lease_give
-- params: name text, owner text, fence bigint, rest_ms bigint
select governance.lease_give($1, $2, $3::bigint, make_interval(secs => $4::bigint / 1000.0))

-- name: site_told
-- params: site text, wait_ms bigint
select governance.site_told($1, make_interval(secs => $2::bigint / 1000.0))

-- name: site_refused
-- params: site text, mark text, lent text, tries int, window_ms bigint
select governance.site_refused($1, $2, $3::boolean, $4::int, make_interval(secs => $5::bigint / 1000.0))

-- name: site_try
-- params: site text, mark text, tries int, window_ms bigint, lease_ms bigint
select governance.site_try($1, $2, $3::int, make_interval(secs => $4::bigint / 1000.0), make_interval(secs => $5::bigint / 1000.0))

-- name: site_untried
-- params: site text, mark text
select governance.site_untried($1, $2)

-- name: site_accepted
-- params: site text, mark text
select governance.site_accepted($1, $2)

-- name: site_rests
-- params:
select governance.site_rests()

-- name: bulk_begin
-- params: owner text, site text, flows bigint[], lasts_ms bigint
select governance.bulk_begin($1, $2, $3::bigint[], make_interval(secs => $4::bigint / 1000.0))

-- name: bulk_adopt
-- params: owner text, site text, silent_ms bigint
select governance.bulk_adopt($1, $2, make_interval(secs => $3::bigint / 1000.0))

-- name: bulk_told
-- params: owner text, bulk bigint, told jsonb
select governance.bulk_told($1, $2::bigint, $3::jsonb)

-- name: flow_save
-- params: owner text, flow bigint, version bigint, move jsonb
select governance.flow_save($1, $2::bigint, $3::bigint, $4::jsonb)

-- name: flow_save_many
-- params: owner text, flows text[], versions text[], moves text[]
select governance.flow_save($1, a.flow::bigint, a.version::bigint, a.move::jsonb)
  from unnest($2::text[], $3::text[], $4::text[]) as a(flow, version, move)

-- name: poll_begin
-- params: site text, owner text, lease_s int
select watermark_ms, overlap_ms, fence, asked_ms, lag, held_ms, held_known from governance.poll_begin($1, $2, make_interval(secs => $3::int))

-- name: poll_store
-- params: site text, fence bigint, page jsonb
select hints, unannounced from governance.poll_store($1, $2::bigint, $3::jsonb)

-- name: poll_hold
-- params: site text, why text, fence bigint, known bigint
select governance.poll_hold($1, $2, $3::bigint, $4::bigint)

-- name: poll_release
-- params: site text
select governance.poll_release($1)

-- name: sweep_take
-- params: site text, every_ms bigint
select governance.sweep_take($1, make_interval(secs => $2::bigint / 1000.0))

-- name: sweep_ids
-- params: site text, after_id text, batch int
select issue_id, issue_key, updated_ms from governance.sweep_ids($1, $2::numeric, $3::int)

-- name: sweep
-- params: max_age_s int
select governance.sweep(make_interval(secs => $1::int))

-- name: exception_sweep
-- params:
select governance.exception_sweep()

-- name: source_back
-- params: source text
select governance.source_back($1)

-- name: sla_tick
-- params:
select governance.sla_tick()

-- name: request_show
-- params: id_or_key text
select governance.request_show($1)

-- name: request_list
-- params: filter jsonb
select governance.request_list($1::jsonb)

-- name: request_retry
-- params: id_or_key text, actor text
select governance.request_retry($1, $2)

-- name: board
-- params:
select governance.board()

-- name: board_weeks
-- params:
select governance.board_weeks()

-- name: gates
-- params:
select governance.gates()

-- name: request_cancel
-- params: request uuid, by text
select governance.request_cancel($1::uuid, $2)

-- name: people_keep
-- params: request uuid, requester text, beneficiary text
select governance.people_keep($1::uuid, $2, $3)

-- name: approval_add
-- params: request uuid, approver text, decision text, channel text, vouched_by text
select made, refused from governance.approval_try($1::uuid, $2, $3, $4, $5)

-- name: delegation_add
-- params: from_person text, to_person text, starts_ms bigint, ends_ms bigint, actor text
select made, refused from governance.delegation_try($1, $2, to_timestamp(nullif($3::bigint, 0) / 1000.0), to_timestamp($4::bigint / 1000.0), $5)

-- name: delegation_list
-- params: live boolean, person text, most int, after bigint
select governance.delegation_list($1::boolean, $2, $3::int, $4::bigint)

-- name: delegation_revoke
-- params: id bigint, by text, vouched_by text
select governance.delegation_revoke($1::bigint, $2, $3)

-- name: exception_grant
-- params: wish jsonb
select made, refused from governance.exception_try($1::jsonb)

-- name: exception_list
-- params: filter jsonb
select governance.exception_list($1::jsonb)

-- name: exception_revoke
-- params: id bigint, by text, reason text, vouched_by text
select governance.exception_revoke($1::bigint, $2, $3, $4)

-- name: review_add
-- params: request uuid, reviewer text, outcome text, note text, vouched_by text
select made, refused from governance.review_try($1::uuid, $2, $3, $4, $5)

-- name: departure_put
-- params: person text, left boolean, by text, reason text
select governance.departure_put($1, $2::boolean, $3, $4)

-- name: site_put
-- params: name text, flavour text, url text
select governance.site_put($1, $2, $3)

-- name: sla_put
-- params: said jsonb
select governance.sla_put($1::jsonb)

-- name: jsm_clock_keep
-- params: request uuid, rows jsonb
select governance.jsm_clock_keep($1::uuid, $2::jsonb)

-- name: clock_hold
-- params: request uuid, actor text, reason text, until_ms bigint
select governance.pause_begin($1::uuid, $2, $3, to_timestamp($4::bigint / 1000.0))

-- name: clock_resume
-- params: request uuid, actor text
select governance.clock_resume($1::uuid, $2)

-- name: source_put
-- params: name text, label text, kind text, settle_ms bigint, confirmations int, max_age_ms bigint, over_grant text
select governance.source_put($1, $2, $3, $4::bigint, $5::int, $6::bigint, $7)

-- name: mapping_put
-- params: sha256 text, body text, site text, owner text
select governance.mapping_put($1, $2, $3, $4)

-- name: mapping_hold
-- params: owner text, site text, sha256 text
select governance.mapping_hold($1, $2, $3)

-- name: mapping_body
-- params: sha256 text
select body from governance.mapping_version where sha256 = $1

-- name: mapping_of_site
-- params: site text
select jsonb_build_object('sha256', l.sha256, 'number', l.number, 'body', v.body)
  from governance.mapping_live l join governance.mapping_version v using (sha256)
 where l.site = $1

-- name: mapping_refused
-- params: site text, sha256 text, detail jsonb
select governance.mapping_refused($1, $2, $3::jsonb)

-- name: mapping_apply
-- params: plan jsonb
select governance.mapping_apply($1::jsonb)

-- name: mapping_keep
-- params: key text, actor text, reason text
select governance.mapping_keep($1, $2, $3)

-- name: mapping_holders
-- params: site text, sha256 text
select count(*) filter (where h.sha256 = $2), count(*) from governance.mapping_holder h
 where h.site = $1 and h.seen_at > clock_timestamp() - interval '15 s'

-- name: mapping_find
-- params: site text, number bigint, prefix text, at text
with known as (
    select e.sha256, e.number, e.at from governance.mapping_event e where e.site = $1 and e.act <> 'refused'
    union all -- of before there was a history
    select t.sha256, t.number, v.live_from from governance.mapping_turn t join governance.mapping_version v using (sha256)
     where t.site = $1 and not exists (select from governance.mapping_event e where e.site = $1 and e.number = t.number))
select k.sha256, k.number, v.body, floor(extract(epoch from k.at) * 1000)::bigint
  from known k join governance.mapping_version v using (sha256)
 where ($2::bigint = 0 or k.number = $2::bigint) and starts_with(k.sha256, $3)
   and ($3 = '' or (select count(distinct o.sha256) = 1 from known o where starts_with(o.sha256, $3))) -- of two nobody knows which
   and k.at <= coalesce(nullif($4, '')::timestamptz, 'infinity')
 order by k.number desc limit 1

-- name: mapping_history
-- params: site text, rows int
select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('site', e.site, 'act', e.act, 'number', e.number, 'sha256', nullif(e.sha256, ''),
           'was', nullif(e.was, ''), 'actor', e.actor, 'change', nullif(e.change, ''), 'reason', nullif(e.reason, ''), 'at', e.at,
           'live', case when l.sha256 = e.sha256 and l.number = e.number then true end, 'detail', nullif(e.detail, '{}'))) order by e.id desc), '[]')
  from (select * from governance.mapping_event x where $1 in ('', x.site) order by x.id desc limit $2::int) e
  left join governance.mapping_live l on l.site = e.site

-- name: replay_live
-- params: site text
select l.sha256, l.number, v.body,
       (select count(*) from governance.ticket t where t.site = $1 and t.request_id is null and t.ignored = 'request type not governed')
  from governance.mapping_live l join governance.mapping_version v using (sha256)
 where l.site in ($1, '')
 order by l.site desc limit 1

-- name: ungoverned
-- params: site text, since_ms bigint
-- Tickets that no rule was for, by their request type (empty: seen before it was kept), the most first.
select coalesce(t.request_type, ''), count(*) from governance.ticket t
 where t.site = $1 and t.request_id is null and t.ignored = 'request type not governed'
   and t.hinted_updated_ms > extract(epoch from now() - make_interval(secs => $2::bigint / 1000.0)) * 1000
 group by 1 order by 2 desc, 1 limit 64

-- name: replay_page
-- params: site text, since_ms bigint, after uuid, rows int
select r.id, coalesce(t.issue_key, ''), r.phase = 'closed',
       r.phase <> 'closed' and exists (select from governance.close_attempt a where a.request_id = r.id and a.refused is not null and a.proven_at is null),
       c.stopped_at is not null, floor(extract(epoch from coalesce(c.stopped_at, now()) - c.started_at) * 1000)::bigint, coalesce(f.body, ''),
       case when t.issue_id is null then 'had no ticket yet' when f.issue_id is null then 'were read last before fields were kept' else f.why end,
       case when r.phase <> 'closed' and not governance.is_over(r.phase) then coalesce(r.mapping_kept, '') else '' end, r.mapped_hash, r.settled
  from (select x.*, case when x.phase <> 'closed' then governance.is_settled(x) else true end as settled from governance.access_request x -- the page first: a join would be begun anew for each
         where x.site = $1 and x.id > $3::uuid
           and (x.requested_at > now() - make_interval(secs => $2::bigint / 1000.0)
                or x.mapping_kept is not null and x.phase <> 'closed' and not governance.is_over(x.phase)) -- however old
         order by x.id
         limit $4::int) r
  join governance.sla_clock c on c.request_id = r.id
  left join governance.ticket t on t.request_id = r.id
  left join governance.ticket_fields f on f.site = t.site and f.issue_id = t.issue_id
 order by r.id

-- name: replay_believed
-- params: source text[], account text[], entitlement text[]
select coalesce(b.outcome, '')
  from unnest($1::text[], $2::text[], $3::text[]) with ordinality as x(source, account, entitlement, place)
  left join lateral (select o.outcome from governance.request_item i join governance.observation o on o.item_id = i.id
                      where i.source = x.source and i.account = x.account and i.entitlement = x.entitlement and o.outcome <> 'unknown'
                      order by o.id desc limit 1) b on true
 order by x.place

-- name: mapping_drop
-- params: owner text
select governance.mapping_drop($1)

-- name: health
-- params:
select governance.health()

-- name: report_span
-- params: since_ms bigint, age_ms bigint
select (extract(epoch from coalesce(to_timestamp(nullif($1::bigint, 0) / 1000.0), clock_timestamp() - make_interval(secs => $2::bigint / 1000.0))) * 1000)::bigint,
       (extract(epoch from clock_timestamp()) * 1000)::bigint

-- name: report_closes
-- params: site text, since_ms bigint
with attempt as (
    select *, is_closed and gate_mode <> 'enforce' as held_nobody from sla.close_attempt_v1
     where attempted_at >= to_timestamp($2::bigint / 1000.0) and ($1 = '' or site = $1)),
ticket as ( -- one that was closed where nobody was held; of several closes the last refusal counts
    select site, rule, request_type, request_id, max(issue_key) as issue_key, min(attempted_at) filter (where held_nobody) as at,
           (array_agg(refused_for order by attempted_at desc) filter (where held_nobody and refused_for is not null))[1] as refused,
           min(proven_at) filter (where held_nobody) - min(attempted_at) filter (where held_nobody) as wait,
           bool_or(is_latest and proven_at is null) as unproven,
           bool_or(is_latest and held_nobody and request_phase in ('claimed', 'verifying')) as is_checked,
           -- what nobody asks for any more, or is worked on again, is nothing to look at
           bool_or(is_latest and (is_closed_now or request_phase = 'orphaned') and request_phase not in ('denied', 'cancelled', 'expired')) as stands
      from attempt
     group by site, rule, request_type, request_id
    having bool_or(held_nobody)),
mode as (
    select distinct on (site, rule, request_type) site, rule, request_type, gate_mode_now as mode
      from attempt order by site, rule, request_type, attempted_at desc),
held as ( -- in Verifying, by the workflow, which knows of no mode
    select site, rule, request_type, count(distinct request_id) as tickets
      from attempt where not is_closed and gate_mode <> 'enforce' group by site, rule, request_type),
standing as ( -- whenever it was closed: once it is enforced the gate asks of all that stand closed
    select site, rule, request_type, count(*) as tickets
      from sla.close_attempt_v1
     where proven_at is null and is_closed_now and is_latest and gate_mode_now <> 'enforce' and ($1 = '' or site = $1)
     group by site, rule, request_type)
select m.site, m.rule, m.request_type, m.mode,
       count(t.request_id) as closed,
       count(*) filter (where t.refused is null and t.wait is not null) as as_asked,
       count(*) filter (where t.refused is null and t.wait is null and t.is_checked) as checking,
       count(*) filter (where t.refused = 'StaleCopy') as stale_copy,
       count(*) filter (where t.refused = 'SourceUnreadable') as source_unreadable,
       count(*) filter (where t.refused = 'Unclear') as unclear,
       count(*) filter (where t.refused = 'NotApproved') as not_approved,
       count(*) filter (where t.refused = 'Over') as is_over,
       count(*) filter (where t.refused = 'OverGranted') as over_granted,
       count(*) filter (where t.refused = 'Missing') as missing,
       count(*) filter (where t.refused = 'StillPresent') as still_present,
       count(*) filter (where t.refused is not null and t.unproven) as unproven,
       count(t.wait) as waited,
       coalesce(extract(epoch from percentile_disc(0.5) within group (order by t.wait)), 0)::bigint as wait_p50_s,
       coalesce(extract(epoch from percentile_disc(0.9) within group (order by t.wait)), 0)::bigint as wait_p90_s,
       coalesce(string_agg(t.issue_key, ' ' order by t.at) filter (where t.refused = 'StillPresent' and t.unproven and t.stands), '') as still_present_keys,
       coalesce(string_agg(t.issue_key, ' ' order by t.at) filter (where t.refused = 'Missing' and t.unproven and t.stands), '') as missing_keys,
       count(*) filter (where t.refused is null and t.wait is null and not t.is_checked) as unchecked,
       coalesce(max(s.tickets), 0) as standing,
       coalesce(max(h.tickets), 0) as held
  from mode m
  left join ticket t using (site, rule, request_type)
  left join standing s using (site, rule, request_type)
  left join held h using (site, rule, request_type)
 group by m.site, m.rule, m.request_type, m.mode
 order by count(*) filter (where t.refused in ('StillPresent', 'Missing') and t.unproven and t.stands) desc, count(t.request_id) desc, m.site, m.rule, m.request_type

-- name: gate_hold
-- params: site text
select governance.gate_hold($1)

-- name: gate_begin
-- params: p jsonb
select governance.gate_begin($1::jsonb)

-- name: gate_move
-- params: id bigint, was text, becomes text, after text, said text
select governance.gate_move($1::bigint, $2, $3, $4, $5)

-- name: gate_live
-- params: site text
select governance.gate_live($1)

-- name: gate_own
-- params: site text
select governance.gate_own($1)

-- name: gate_proved
-- params: site text, project text, known boolean, open int, said text, fingerprint text, detail jsonb
select governance.gate_proved($1, $2, $3::boolean, $4::int, $5, $6, $7::jsonb)

-- name: mapping_drift
-- params: site text, print text
-- Once a day for each different state of things; the row is evidence, too.
insert into governance.escalation (site, kind, reason, key)
values ($1, 'operator', 'MappingDrift', $2 || ' ' || to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD'))
on conflict do nothing returning id

-- name: reconcile_show
-- params: key text, reads int
select governance.reconcile_show($1, $2::int)

-- name: closed_items
-- params: site text, last_ms bigint
select c.request_id, c.issue_key, c.source, c.account, c.account_id, c.entitlement, c.entitlement_id, c.desired,
       floor(extract(epoch from c.closed_at) * 1000)::bigint, c.excepted, c.in_hand, r.site
  from governance.closed_items($1, make_interval(secs => $2::bigint / 1000.0)) c
  join governance.access_request r on r.id = c.request_id

-- name: account_relink
-- params: source text, account text, person text, native_id text, actor text, reason text
select governance.account_relink($1, $2, $3, $4, $5, $6)

-- name: entitlement_relink
-- params: source text, entitlement text, native_id text, actor text, reason text
select governance.entitlement_relink($1, $2, $3, $4, $5)

-- name: event_subscribers_put
-- params: subscribers jsonb
select governance.event_subscribers_put($1::jsonb)

-- name: event_claim
-- params: owner text, lease_s int, subscribers text[], room int[]
select event, subscriber, uid, type, request_id, at_ms, data, attempts, since_ms, now_ms
  from governance.event_claim($1, make_interval(secs => $2::int), $3::text[], $4::int[])

-- name: event_done
-- params: owner text, event bigint, subscriber text, outcome text, status int, why text, rest_ms bigint
select governance.event_done($1, $2::bigint, $3, $4, $5::int, $6, make_interval(secs => $7::bigint / 1000.0))

-- name: event_list
-- params: filter jsonb
select governance.event_list($1::jsonb)

-- name: event_retry
-- params: event text, subscriber text, actor text
select governance.event_retry(nullif($1, '')::uuid, $2, $3)

-- name: event_purge
-- params: keep_s bigint
select governance.event_purge(make_interval(secs => $1::bigint))
