-- Anchors: checkpoints of the published log outside the database. Leaving one twice is harmless, so what is not known is done again.

-- What deciding about the next anchor needs. unpublished_ms: so long has the oldest entry waited that is in no checkpoint. Of an anchor
-- behind_ms: so long has the oldest checkpoint waited that is newer than what is there.
create or replace function governance.evidence_anchors(p_origin text) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_build_object(
        'entries', h.seq, 'published', coalesce(c.seq, 0), 'note', coalesce(c.note, ''),
        'published_ms', coalesce(governance.ms(clock_timestamp() - c.at), -1),
        'unpublished_ms', coalesce((select governance.ms(clock_timestamp() - e.at) from governance.evidence_entry e
                                     where e.seq = coalesce(c.seq, 0) + 1), 0),
        'forked', exists (select from governance.evidence_fork f where f.origin = p_origin),
        'anchors', coalesce((select jsonb_object_agg(a.kind, jsonb_build_object(
                'place', a.place, 'seq', a.seq, 'failures', a.failures, 'said', a.said,
                'tried_ms', governance.ms(clock_timestamp() - a.tried_at),
                'left_ms', coalesce(governance.ms(clock_timestamp() - a.left_at), -1),
                'behind_ms', coalesce((select governance.ms(clock_timestamp() - x.at) from governance.evidence_checkpoint x
                                        where x.origin = p_origin and x.seq > a.seq order by x.seq limit 1), 0)))
            from governance.evidence_anchor a where a.origin = p_origin), '{}'),
        'first_ms', coalesce((select governance.ms(clock_timestamp() - x.at) from governance.evidence_checkpoint x
                               where x.origin = p_origin order by x.seq limit 1), 0))
      from governance.evidence_head h
      left join lateral (select x.seq, x.note, x.at from governance.evidence_checkpoint x where x.origin = p_origin
                          order by x.seq desc limit 1) c on true
$$;
comment on function governance.evidence_anchors(text) is 'How far the published log and each place beside it are';

-- The intent, before the call. 0: the turn is over.
create or replace function governance.evidence_anchor_meant(p_owner text, p_fence bigint, p_origin text, p_kind text, p_place text,
                                                            p_seq bigint) returns bigint
language plpgsql set search_path = pg_catalog as $$
begin
    perform from governance.lease l
      where l.name = 'evidence anchors' and l.owner = p_owner and l.fence = p_fence and l.until > clock_timestamp() for update;
    if not found then
        return 0;
    end if;
    insert into governance.evidence_anchor as a (origin, kind, place, meant, tried_at) values (p_origin, p_kind, p_place, p_seq, clock_timestamp())
    on conflict (origin, kind) do update set meant = p_seq, tried_at = clock_timestamp(), place = p_place,
        -- another place has nothing yet
        seq = case when a.place = p_place then a.seq else 0 end, left_at = case when a.place = p_place then a.left_at end,
        failures = case when a.place = p_place then a.failures else 0 end;
    return p_seq;
end $$;
comment on function governance.evidence_anchor_meant(text, bigint, text, text, text, bigint) is 'A checkpoint is about to be left at a place; 0: the turn is over';

-- What became of it; p_why empty: it is there.
create or replace function governance.evidence_anchor_left(p_origin text, p_kind text, p_seq bigint, p_why text) returns void
language sql set search_path = pg_catalog as $$
    update governance.evidence_anchor a
       set seq = case when p_why = '' then greatest(a.seq, p_seq) else a.seq end,
           left_at = case when p_why = '' then clock_timestamp() else a.left_at end,
           failures = case when p_why = '' then 0 else a.failures + 1 end, said = p_why
     where a.origin = p_origin and a.kind = p_kind and a.meant >= p_seq
$$;
comment on function governance.evidence_anchor_left(text, text, bigint, text) is 'A checkpoint was left at a place, or why not';
