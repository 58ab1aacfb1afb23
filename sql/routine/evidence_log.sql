-- What publishing the chain needs to know before it goes on.
create or replace function governance.evidence_log_state() returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_build_object('head', h.seq, 'published', coalesce(c.seq, 0), 'root', coalesce(encode(c.root, 'hex'), ''))
      from governance.evidence_head h
      left join lateral (select x.seq, x.root from governance.evidence_checkpoint x where x.root is not null
                          order by x.seq desc limit 1) c on true
$$;
comment on function governance.evidence_log_state() is 'How far the chain goes, and the last checkpoint that was published of it';

-- A checkpoint only goes forward, and says of a size what was said of it before: two replicas that publish at once are one log.
create or replace function governance.evidence_publish(p_seq bigint, p_root text, p_note text, p_anchor text) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    last governance.evidence_checkpoint;
begin
    perform pg_advisory_xact_lock(hashtextextended('evidence log', 0));
    select * into last from governance.evidence_checkpoint c where c.root is not null order by c.seq desc limit 1;
    if last.seq > p_seq or last.seq = p_seq and encode(last.root, 'hex') <> p_root then
        return null;
    end if;
    insert into governance.evidence_checkpoint (seq, hash, root, note, anchored_to)
    select e.seq, e.hash, decode(p_root, 'hex'), p_note, nullif(p_anchor, '') from governance.evidence_entry e where e.seq = p_seq
    on conflict (seq) do nothing;
    return p_seq;
end $$;
comment on function governance.evidence_publish(bigint, text, text, text) is 'Record a checkpoint that was signed; null: another one stands in its place';

create or replace function governance.evidence_forked(p_published bigint, p_head bigint, p_why text) returns void
language sql set search_path = pg_catalog as $$
    insert into governance.evidence_fork (published, head, why) values (p_published, p_head, p_why) on conflict do nothing
$$;
comment on function governance.evidence_forked(bigint, bigint, text) is 'Record, once, that the chain is not what was published';
