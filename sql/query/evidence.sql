-- Statements about evidence: it is published, shown, exported, retained away, and people are erased.

-- name: evidence_log_state
-- params: origin text
select governance.evidence_log_state($1)

-- name: evidence_publish
-- params: owner text, fence bigint, origin text, seq bigint, hash text, root text, note text, anchor text
select governance.evidence_publish($1, $2::bigint, $3, $4::bigint, $5, $6, $7, $8)

-- name: evidence_forked
-- params: owner text, fence bigint, origin text, published bigint, head bigint, why text
select case when governance.evidence_forked($1, $2::bigint, $3, $4::bigint, $5::bigint, $6) then 1 else 0 end

-- name: evidence_anchors
-- params: origin text
select governance.evidence_anchors($1)

-- name: evidence_anchor_meant
-- params: owner text, fence bigint, origin text, kind text, place text, seq bigint
select governance.evidence_anchor_meant($1, $2::bigint, $3, $4, $5, $6::bigint)

-- name: evidence_anchor_left
-- params: origin text, kind text, seq bigint, why text
select governance.evidence_anchor_left($1, $2, $3::bigint, $4)

-- name: evidence_facts
-- params: name text
select governance.evidence_page($1)

-- name: evidence_seen
-- params: request uuid, viewer text, role text
select governance.evidence_seen($1::uuid, $2, $3)

-- name: evidence_taken
-- params: request text, viewer text
select governance.evidence_taken($1::uuid, $2)

-- name: request_named
-- params: name text
select n.id, n.name from governance.request_named($1) n order by n.name

-- name: evidence_of
-- params: request text, after bigint, count int
select governance.evidence_of($1, $2::bigint, $3::int)

-- name: evidence_page
-- params: after bigint, page int
select seq, kind, request_id, body, prev, hash from audit.evidence_v1 where seq > $1::bigint order by seq limit $2::int

-- name: evidence_checkpoints
-- params: after bigint, page int
select c.seq, encode(c.root, 'hex') from governance.evidence_checkpoint c where c.seq > $1::bigint and c.root is not null
 order by c.seq, c.origin limit $2::int

-- name: population_open
-- params: from text, to text, by text
-- All in one pass, read page by page. By what changed: of what was retained away, whatever was open in the period.
declare population no scroll cursor for
select p.request_id, p.ticket, p.site, p.change_kind, p.lifecycle, p.subject_kind, p.is_privileged::text, p.cause, p.phase, p.outcome,
       governance.utc(p.requested_at), governance.utc(p.approved_at), governance.utc(p.claimed_at), governance.utc(p.verified_at),
       governance.utc(p.closed_at), p.first_entry, p.last_entry, p.sources, p.entitlements
  from audit.population_v1 p
 where case when $3 = 'requested' then p.requested_at >= $1::timestamptz and p.requested_at < $2::timestamptz
            else p.request_id in (select e.request_id from governance.evidence_entry e where e.kind in ('request.received', 'request.moved')
                                      and e.at >= $1::timestamptz and e.at < $2::timestamptz)
                 or p.request_id in (select q.request_id from governance.retention_request q join governance.retention r on r.id = q.retention_id
                                      where r.kind = 'evidence')
                    and p.requested_at < $2::timestamptz and coalesce(p.closed_at, 'infinity') >= $1::timestamptz end
 order by p.request_id

-- name: population_fetch
-- params:
fetch 1000 from population

-- name: population_about
-- params: from text, to text
select jsonb_build_object('database', current_database(), 'made_by', session_user, 'made_at', governance.utc(clock_timestamp()),
           'server', current_setting('server_version'), 'zone', current_setting('timezone'), 'since', governance.utc($1::timestamptz),
           'until', governance.utc($2::timestamptz), 'evidence', jsonb_build_object('entries', h.seq, 'head', encode(h.hash, 'hex')),
           'requests_of_all_times', (select count(*) from (select e.request_id from governance.evidence_entry e where e.kind = 'request.received'
                                                            union select r.id from governance.access_request r) x),
           'reconciliation', (select jsonb_agg(jsonb_build_object('what', c.what, 'counted', c.counted, 'logged', c.logged, 'difference', c.difference)
                                               order by c.what) from audit.reconciliation_v1 c))
  from governance.evidence_head h

-- name: evidence_subject
-- params: request text
select r.id, coalesce(t.issue_key, '') from governance.access_request r left join governance.ticket t on t.request_id = r.id
 where r.id::text = $1

-- name: evidence_request
-- params: request text
select e.seq, e.kind, e.request_id, e.body, e.prev, e.hash from audit.evidence_v1 e where e.request_id = $1::uuid order by e.seq

-- name: retention_run
-- params: first bigint
select r.last, encode(r.prev, 'hex'), encode(r.hash, 'hex'), encode(r.tree, 'hex'), k.export, encode(k.sha256, 'hex')
  from governance.retention_run r join governance.retention k on k.id = r.retention_id where r.first = $1::bigint

-- name: retention_files
-- params:
select k.export from governance.retention k where exists (select from governance.retention_run r where r.retention_id = k.id) order by k.id

-- name: retention_forged
-- params:
select count(*) from governance.retention_forged()

-- What somebody wrote beside the chain in the place of what it commits to.

-- name: commitments_forged
-- params:
select count(*) from governance.commitments_forged()

-- name: retain_lock
-- params:
select pg_advisory_xact_lock(hashtextextended('countersign retain', 0))

-- name: retain_takes
-- params:
-- as long as it takes: what is over is found by one statement, among all that there is
set local statement_timeout = 0

-- name: retain_rests
-- params:
-- while a file goes to a slow disk
set local idle_in_transaction_session_timeout = '10min'

-- name: retain_alone
-- params:
-- of a program that was killed: its statement would go on, and the next run wait for its lock in vain
set local client_connection_check_interval = '1s'

-- name: holds_known
-- params: holds text
select governance.holds_known($1::jsonb)

-- name: retain_plan
-- params: kinds text, holds text
select kind, month, until, records, first, last from governance.retain_plan($1::jsonb, $2::jsonb)

-- name: retain_export
-- params: kind text, month text
select format('%s-%s%s.jsonl', $1::text, left($2::text, 7), nullif('-' || (count(*) + 1), '-1')), current_database(), session_user, governance.utc(clock_timestamp())
  from governance.retention r where r.kind = $1::text and r.month = $2::text::date

-- name: retain_ids
-- params: kind text, month text, until text, holds text, first bigint, last bigint
-- In the order in which they are written and counted; asked once.
declare retained no scroll cursor for
select r.id from governance.retain_rows($1, $2::date::timestamp at time zone 'utc', ($2::date + interval '1 month') at time zone 'utc', $3::timestamptz, $4::jsonb, $5::bigint, $6::bigint) r

-- name: retain_fetch
-- params:
-- A page of them, as an array.
fetch 1000 from retained

-- name: retain_page
-- params: kind text, ids text
select id, line, body, prev, hash from governance.retain_page($1, $2::bigint[])

-- name: retain_drop
-- params: kind text, month text, until text, holds text, first bigint, last bigint, export text, sha256 text, rows bigint, ids_sha256 text, runs text
select governance.retain_drop($1, $2::date, $3::timestamptz, $4::jsonb, $5::bigint, $6::bigint, $7, $8, $9::bigint, $10, $11::jsonb)

-- name: person_erase
-- params: person text, holds text, sure boolean, actor text, reason text
select governance.person_erase($1, $2::jsonb, $3::boolean, $4, $5)

-- What a reader may see of what entries commit to: value and salt, that it is erased, or nothing.

-- name: may_reveal
-- params:
select has_table_privilege('audit.commitment_v1', 'select')

-- name: commitments_revealed
-- params: request text
select entry, member, coalesce(salt, ''), coalesce(value, ''), (erased_at is not null)::int from audit.commitment_v1
 where request_id = $1::uuid order by entry nulls first, member

-- name: commitments_erased
-- params: request text
select entry, member, '', '', 1 from governance.person_commitment where request_id = $1::uuid and erased_at is not null
union all
select null, 'documents', '', '', 1 from governance.request_salt where request_id = $1::uuid and erased_at is not null
 order by 1 nulls first, 2

-- name: checkpoint_of
-- params: entries bigint
select c.note from governance.evidence_checkpoint c where c.seq <= $1::bigint and c.root is not null order by c.seq desc, c.at desc limit 1

-- name: evidence_last
-- params:
select seq from governance.evidence_head
