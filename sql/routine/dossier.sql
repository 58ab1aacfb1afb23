-- All we know about one request, as one document for domain/dossier.h. Times are epoch milliseconds.
create or replace function governance.dossier(p_request uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog as $$ -- its plan is kept; a function in SQL is planned at each call
begin
    return (select jsonb_build_object(
        'request_id', r.id, 'version', r.version, 'now_ms', governance.ms(clock_timestamp()), 'kind', r.kind,
        'phase', r.phase, 'mode', r.mode, 'held', r.held, 'hold_text', r.hold_text, 'from_ticket', r.from_ticket,
        'emergency', r.emergency, 'privileged', r.is_privileged, 'generation', r.generation, 'requester', r.requester, 'beneficiary', r.beneficiary,
        'requested_ms', governance.ms(r.requested_at), 'approved_ms', governance.ms(r.approved_at),
        'claimed_ms', governance.ms(r.claimed_at), 'verified_ms', governance.ms(r.verified_at),
        'closed_ms', governance.ms(r.closed_at), 'access_until_ms', governance.ms(r.access_until),
        'approval_needed', r.approval_needed, 'cancel_asked', r.cancel_asked, 'approved_hash', r.approved_hash,
        'approved_edit', (select t.approved_edit from governance.ticket t where t.request_id = r.id),
        'approval_given', governance.approval_is(r, true),
        'approval_unclear', r.phase in ('received', 'pending_approval') and governance.approval_is(r, null),
        'approval_outdated', exists (select from governance.approval a where a.request_id = r.id and a.decision = 'approved'
                                        and (a.tuple_hash <> r.mapped_hash or a.tuple_hash = '')),
        'approval_declined', exists (select from governance.approval a where a.request_id = r.id and a.decision = 'declined'),
        'site', r.site, 'marker', r.marker, 'claim_cycle', r.claim_cycle, 'answered_cycle', r.answered_cycle,
        'refused', (select a.refused from governance.close_attempt a
                     where a.request_id = r.id
                       and a.cycle = governance.attempt_cycle(r, (select t.cycle from governance.ticket t where t.request_id = r.id))),
        'mapped', r.mapped, 'rule', r.rule, 'request_type', r.request_type, 'justification', r.justification,
        'ticket', (select jsonb_build_object('issue_id', t.issue_id, 'key', t.issue_key, 'state', t.state,
                          'category', t.category, 'role', t.role, 'status_name', t.status_name, 'cycle', t.cycle,
                          'cycle_at_ms', governance.ms(t.cycle_at), 'moved_by', t.moved_by, 'moved_by_us', t.moved_by_us,
                          'resolution_set', t.resolution_set, 'updated_ms', t.updated_ms, 'edit', t.edit, 'marker', t.marker,
                          'markers', t.markers, 'bound_to', t.bound_to, 'bound_elsewhere', t.bound_elsewhere,
                          'resolution_edit', t.resolution_edit, 'shown_hash', t.shown_hash, 'stated_hash', t.stated_hash,
                          'shown_in', t.shown_in, 'plea', t.plea,
                          'approval', t.approval, 'approved_at_ms', governance.ms(t.approved_at), 'mapped_hash', t.mapped_hash,
                          'fresh_ms', case when s.fresh then governance.ms(t.read_at) end)
                     from governance.ticket t where t.request_id = r.id),
        'items', (select coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'source', i.source, 'label', s.label,
                          'account', i.account, 'entitlement', i.entitlement, 'desired', i.desired,
                          'settle_ms', governance.ms(s.settle), 'confirmations', s.confirmations,
                          'max_age_ms', governance.ms(s.max_age),
                          'excepted', e.expires_at is not null, 'excepted_until_ms', governance.ms(e.expires_at),
                          'exception_owner', e.owner,
                          'obs', (select coalesce(jsonb_agg(jsonb_build_object('outcome', o.outcome, 'account', o.account,
                                      'complete', o.complete, 'canary_ok', o.canary_ok,
                                      'as_of_ms', governance.ms(o.source_as_of), 'observed_ms', governance.ms(o.observed_at),
                                      'reason', o.reason) order by o.id desc), '[]')
                                    from (select * from governance.observation o
                                           where o.item_id = i.id and o.generation = r.generation
                                           order by o.id desc limit 200) o)) order by i.id), '[]')
                    from governance.request_item i join governance.source s on s.name = i.source
                    left join lateral (select x.owner, x.expires_at from governance.exception x
                                        where x.item_id = i.id and x.revoked_at is null
                                          and x.expires_at > clock_timestamp() + interval '60 s'
                                        order by x.expires_at desc, x.id desc limit 1) e on true
                   where i.request_id = r.id and i.replaced_at is null),
        'flows', (select coalesce(jsonb_agg(jsonb_build_object('kind', f.kind, 'state', f.state, 'cycle', f.cycle,
                                                               'sent_ms', governance.ms(f.sent_at), 'refused_ms', governance.ms(f.parked_at),
                                                               'attempts', f.attempt)
                                            order by f.state <> 'parked', f.id desc), '[]') -- of a kind the one whose turn it is last
                    from governance.flow f where f.request_id = r.id and f.state not in ('done', 'moot')),
        'ours_unseen', exists (select from governance.flow f where f.site = r.site and f.kind = 'create_ticket' and f.issue_id <> ''
                                  and f.state not in ('done', 'moot') and (f.state = 'parked' or f.failures > 0) and f.request_id <> r.id
                                  and not exists (select from governance.ticket k where k.site = f.site and k.issue_id = f.issue_id
                                                                                    and k.request_id = f.request_id)),
        'close_sent', exists (select from governance.flow f where f.request_id = r.id and f.kind = 'close'
                                 and f.cycle = r.claim_cycle and (f.state in ('calling', 'doubt', 'probing', 'done') or f.sent_at is not null)),
        'reopens_last_hour', (select count(*) from governance.flow f where f.request_id = r.id and f.kind = 'reopen'
                                 and f.state <> 'moot' and f.created_at > clock_timestamp() - interval '1 hour'),
        'returns_last_hour', (select count(*) from governance.flow f where f.request_id = r.id and f.kind = 'transition'
                                 and f.state <> 'moot' and f.created_at > clock_timestamp() - interval '1 hour'),
        -- calls: a comment that tells somebody is two, see domain/decide.h
        'writes_last_hour', (select coalesce(sum(greatest(1, (f.payload::jsonb->>'tell')::int)), 0) from governance.flow f
                              where f.request_id = r.id
                                and f.kind in ('comment', 'field_update', 'mend') and f.state <> 'moot'
                                and f.created_at > clock_timestamp() - interval '1 hour'),
        'notice', r.notice, 'notice_key', r.notice_key, 'notice_ms', governance.ms(r.notice_at),
        'reads_since_claim', (select count(distinct o.observed_at) from governance.observation o
                               join governance.request_item i on i.id = o.item_id
                              where i.request_id = r.id and o.generation = r.generation and r.claimed_at is not null),
        'last_read_ms', (select governance.ms(max(o.observed_at)) from governance.observation o
                           join governance.request_item i on i.id = o.item_id
                          where i.request_id = r.id and o.generation = r.generation))
        || jsonb_build_object( -- a function takes a hundred arguments
        'plea_done', r.plea_done, 'plea_refused', r.plea_refused,
        'plea_covers', coalesce((select e.plea_edit from governance.exception e join governance.request_item i on i.id = e.item_id
                                  where i.request_id = r.id and e.plea_edit <> '' and e.revoked_at is null
                                    and e.expires_at > clock_timestamp()
                                  order by e.id desc limit 1), ''),
        'unsteady', coalesce(s.unsteady, false), 'touched', coalesce(s.touched, false),
        'tells', (select count(*) from governance.flow f where f.request_id = r.id and f.kind = 'comment' and f.state <> 'moot'
                     and (f.payload::jsonb->>'tell')::int > 0),
        'said_hash', r.said_hash, 'said_in', r.said_in,
        'goal_ms', (select governance.ms(c.goal) from governance.sla_clock c where c.request_id = r.id))
      from governance.access_request r
      left join governance.ticket k on k.request_id = r.id
      left join lateral governance.read_state(k, r) s on true
     where r.id = p_request);
end $$;
comment on function governance.dossier(uuid) is 'Everything decide() needs about one request, as one JSON document';
