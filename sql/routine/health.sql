create or replace function governance.health() returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object(
        'schema', (select max(m.number) from governance.migration m),
        'read_only', pg_is_in_recovery(),
        'now_ms', governance.ms(clock_timestamp()),
        'inbox_new', (select count(*) from governance.webhook_delivery where state = 'new'),
        'inbox_quarantined', (select count(*) from governance.webhook_delivery where state = 'quarantined'),
        'flows_open', (select count(*) from governance.flow where state not in ('done', 'moot', 'parked')),
        'flows_parked', (select count(*) from governance.flow where state = 'parked'),
        'flow_oldest_seconds', (select coalesce(max(extract(epoch from clock_timestamp() - created_at))::bigint, 0)
                                  from governance.flow where state not in ('done', 'moot', 'parked')),
        'requests_open', (select count(*) from governance.access_request r where r.phase = any (array( -- by the index of phases: what is over is not looked at
                             select p.name from governance.phase p where not p.is_terminal and p.name <> 'closed'))),
        'tickets_unreadable', (select count(*) from governance.ticket t where t.unreadable >= 5 and t.state <> 'gone'
                                  and (t.read_at is null or t.read_at < t.unreadable_at)),
        'sites_held', (select coalesce(jsonb_agg(c.site order by c.site), '[]') from governance.poll_cursor c where governance.site_is_held(c.site)),
        'policies', (select coalesce(jsonb_agg(distinct s.policy), '[]') from governance.site s),
        'requests_held', (select count(*) from governance.access_request where held),
        'privileged_removals_late', governance.privileged_removals_late(),
        'removal_to_grant_percent', governance.removal_to_grant_percent(),
        'removal_oldest_seconds', coalesce((select extract(epoch from clock_timestamp() - c.started_at)::bigint
            from governance.sla_clock c where c.stopped_at is null and c.kind = 'removal' order by c.started_at limit 1), 0),
        'closed_without_proof', (select count(*) from governance.escalation e where e.kind = 'breach' and (e.reason = 'ClosedBeforeProof' or e.reason = 'RemovalEndedOnTicket'
               and exists (select from governance.access_request r where r.id = e.request_id and r.mode = 'enforce'))),
        'drifts_live', (select count(*) from governance.drift d left join governance.access_request q on q.id = d.opened
                         where d.ended_at is null and (q.id is null or q.phase <> 'closed')),
        'drifts_held', (select count(*) from governance.drift where ended_at is null and answer = 'held'),
        'access_left', (select count(distinct d.request_id) from governance.drift d join governance.access_request r on r.id = d.request_id
                         where d.ended_at is null and governance.is_over(r.phase)),
        'over_grants', (select count(*) from governance.over_grant g where governance.over_grant_stands(g)),
        'emergencies_overdue', (select count(*) from sla.emergency_v1 where is_overdue),
        'emergencies_owing', (select count(*) from sla.emergency_v1 where is_used and (approved_at is null or reviewed_at is null)),
        'approvals_waiting', (select count(*) from governance.access_request r where r.phase = 'pending_approval' and not r.held),
        'approval_oldest_seconds', (select coalesce(max(extract(epoch from clock_timestamp() - r.approval_asked_at))::bigint, 0)
                                      from governance.access_request r where r.phase = 'pending_approval' and not r.held),
        'exceptions_ending', (select count(*) from governance.exception x
                               where x.revoked_at is null and x.expires_at between clock_timestamp() and clock_timestamp() + interval '1 day'
                                 and (x.scope <> 'sod' or governance.sod_stands(x))),
        'exceptions_live', (select count(*) from governance.exception x where x.revoked_at is null and x.expires_at > clock_timestamp()
                               and (x.scope <> 'sod' or governance.sod_stands(x))),
        'events_waiting', (select count(*) from governance.event_delivery where state = 'waiting'),
        'events_dead', (select count(*) from governance.event_delivery where state = 'dead'),
        'event_oldest_seconds', (select coalesce(max(extract(epoch from clock_timestamp() - since))::bigint, 0)
                                   from governance.event_delivery where state = 'waiting'),
        'evidence_seq', (select seq from governance.evidence_head))
$$;
comment on function governance.health() is 'Numbers for /readyz and /metrics';
