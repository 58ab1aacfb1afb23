-- A request as its entries tell it: where it stands, since when, and which entries those are. What an auditor is shown of a request is this;
-- tables lend what entries have no word for. Whoever has the published log makes the same of it (connector/cli/evidence_told.h), and
-- `evidence verify` holds a population to that. Where a move led to is cut out of its text, which is canonical and has no other member of that
-- name: a population is made of millions, and to read each as JSON takes as long as all the rest ten times over.
create or replace view governance.request_told as
with move as (
    select e.request_id, e.seq, e.at, x.is_move, x.is_first, x.led_to, x.kind, x.cause, x.started_us, x.lifecycle, x.subject_kind, x.is_privileged
      from governance.evidence_entry e
     cross join lateral (
        select e.kind <> 'request.remapped' as is_move, e.kind = 'request.received' as is_first,
               nullif(split_part(split_part(e.body, '"to":"', 2), '"', 1), '') as led_to, d.detail->>'kind' as kind,
               d.detail->>'cause' as cause, (d.detail #>> '{clock,started_us}')::bigint as started_us,
               nullif(split_part(split_part(e.body, '"lifecycle":"', 2), '"', 1), '') as lifecycle, -- as these: of an approval
               nullif(split_part(split_part(e.body, '"subject_kind":"', 2), '"', 1), '') as subject_kind,
               case split_part(split_part(e.body, '"privileged":', 2), ',', 1) when 'true' then true when 'false' then false end as is_privileged
          from (select case when e.kind <> 'request.moved' then e.body::jsonb->'detail' end as detail offset 0) d offset 0) x
     where e.kind in ('request.received', 'request.moved', 'request.remapped') and e.request_id is not null),
moves as (
    select m.request_id, bool_or(m.is_first) as is_whole,
           (array_agg(m.led_to order by m.seq desc) filter (where m.is_move))[1] as phase,
           (array_agg(m.led_to order by m.seq desc) filter (where m.is_move and m.led_to in ('verified', 'exception')))[1] as proof,
           (array_agg(m.kind order by m.seq desc) filter (where m.kind is not null))[1] as kind,
           max(m.cause) filter (where m.is_first) as cause,
           min(timestamptz 'epoch' + m.started_us * interval '1 microsecond') filter (where m.is_first) as started_at, min(m.at) filter (where m.is_first) as received_at,
           min(m.at) filter (where m.is_move and m.led_to = 'approved') as approved_at, max(m.at) filter (where m.is_move and m.led_to = 'claimed') as claimed_at,
           max(m.at) filter (where m.is_move and m.led_to in ('verified', 'exception')) as verified_at,
           max(m.at) filter (where m.is_move and m.led_to = 'closed') as closed_at,
           max(m.lifecycle) as lifecycle, max(m.subject_kind) as subject_kind, bool_or(m.is_privileged) as is_privileged
      from move m group by m.request_id),
span as (
    select e.request_id, min(e.seq) as first_entry, max(e.seq) as last_entry, count(*) as entries
      from governance.evidence_entry e where e.request_id is not null group by e.request_id)
select s.request_id, coalesce(m.is_whole, false) as is_whole, m.kind, coalesce(m.cause, 'asked') as cause, m.phase,
       case when m.phase in ('verified', 'closed') and m.proof = 'verified' then 'verified' when m.phase in ('exception', 'closed') then 'excepted'
            when m.phase in ('denied', 'cancelled', 'expired') then 'withdrawn' end as outcome,
       coalesce(m.started_at, m.received_at) as requested_at, m.approved_at, m.claimed_at,
       case when m.phase in ('verified', 'exception', 'closed') then m.verified_at end as verified_at,
       case when m.phase = 'closed' then m.closed_at end as closed_at,
       s.first_entry, s.last_entry, s.entries, m.lifecycle, m.subject_kind, m.is_privileged
  from span s left join moves m on m.request_id = s.request_id;
comment on view governance.request_told is 'Each request as the entries tell it that are in the database: nothing here is read from its own row';
comment on column governance.request_told.request_id is 'Request';
comment on column governance.request_told.is_whole is 'Its first entry is there: none of it was retained away';
comment on column governance.request_told.kind is 'grant, removal or modify';
comment on column governance.request_told.cause is 'asked by somebody, drift, expiry or ahead';
comment on column governance.request_told.phase is 'Where its last move led; null: the entries do not tell, or that one was too long to be written out';
comment on column governance.request_told.outcome is 'How it ended: verified, excepted or withdrawn; null: it runs';
comment on column governance.request_told.requested_at is 'First trace of the wish, as it said when it was received';
comment on column governance.request_told.approved_at is 'When it was first approved';
comment on column governance.request_told.claimed_at is 'When the fulfiller last said done';
comment on column governance.request_told.verified_at is 'When it was found proven, or covered by an exception';
comment on column governance.request_told.closed_at is 'When it was closed';
comment on column governance.request_told.first_entry is 'Its first entry';
comment on column governance.request_told.last_entry is 'Its last one, so far';
comment on column governance.request_told.entries is 'How many there are';
comment on column governance.request_told.lifecycle is 'What the approval froze: of which template kind it is; null: it was not approved';
comment on column governance.request_told.subject_kind is 'What the approval froze: whose access it is; null: it was not approved';
comment on column governance.request_told.is_privileged is 'What the approval froze: is it privileged access? null: it was not approved';
