"""As if it had happened long ago: rows and the entries of them tell the same, in SQL for a superuser whose triggers do not run."""

# Every hash of the chain made anew; nothing of it may have been published.
REHASH = """do $$ declare e record; h bytea := decode(repeat('00', 32), 'hex'); n bigint := 0; begin
    for e in select * from governance.evidence_entry order by seq loop
        update governance.evidence_entry set prev = h, hash = sha256(h || convert_to(e.body, 'UTF8')) where seq = e.seq;
        h := sha256(h || convert_to(e.body, 'UTF8')); n := e.seq;
    end loop;
    update governance.evidence_head set hash = h, seq = n; end $$;"""

# Two years ago; and its tickets had been there for a month.
AGED = """update governance.evidence_entry e set at = e.at - interval '800 days', body = replace(replace(replace(regexp_replace(e.body, '^{"at":"[^"]*"', '{"at":"' ||
    to_char((e.at - interval '800 days') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"'),
    coalesce('"started_us":' || x.us, '-'), coalesce('"started_us":' || x.us - 831 * 86400000000, '-')),
    coalesce('"due_us":' || x.due, '-'), coalesce('"due_us":' || x.due - 831 * 86400000000, '-')),
    coalesce(x.ends, '-'), coalesce(to_char((x.ends::timestamptz - interval '800 days') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '-'))
  from (select y.seq, (y.body::jsonb #>> '{detail,clock,started_us}')::bigint as us, (y.body::jsonb #>> '{detail,clock,due_us}')::bigint as due, y.body::jsonb #>> '{detail,expires}' as ends from governance.evidence_entry y) x where x.seq = e.seq;
update governance.access_request set requested_at = requested_at - interval '831 days', approved_at = approved_at - interval '800 days',
    claimed_at = claimed_at - interval '800 days', verified_at = verified_at - interval '800 days', closed_at = closed_at - interval '800 days', over_at = over_at - interval '800 days',
    look_at = case when phase <> 'closed' then look_at end;
update governance.sla_clock set started_at = started_at - interval '831 days', due_at = due_at - interval '831 days';
update governance.request_item set replaced_at = replaced_at - interval '800 days', superseded_at = superseded_at - interval '800 days';
update governance.observation set observed_at = observed_at - interval '800 days';
update governance.approval set at = at - interval '800 days';
update governance.exception set created_at = created_at - interval '800 days', expires_at = expires_at - interval '800 days',
    revoked_at = revoked_at - interval '800 days';
update governance.webhook_delivery set received_at = received_at - interval '800 days';
update governance.flow set created_at = created_at - interval '800 days', ended_at = ended_at - interval '800 days', parked_at = parked_at - interval '800 days';
update governance.policy_decision set at = at - interval '800 days';
update governance.account_link set established_at = established_at - interval '800 days';
update governance.entitlement_link set established_at = established_at - interval '800 days';
update governance.mapping_version set live_from = live_from - interval '800 days';
update governance.mapping_event set at = at - interval '800 days';
update governance.escalation set at = at - interval '800 days';
update governance.sla_policy set at = at - interval '800 days', replaced_at = replaced_at - interval '800 days';
update governance.sla_calendar set at = at - interval '800 days';
update governance.evidence_view set at = at - interval '800 days';
update governance.departure set left_at = left_at - interval '800 days', returned_at = returned_at - interval '800 days';
update governance.over_grant set found_at = found_at - interval '800 days';
update governance.drift set found_at = found_at - interval '800 days';"""
