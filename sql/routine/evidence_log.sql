-- What publishing the chain needs to know before it goes on.
create or replace function governance.evidence_log_state(p_origin text) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_build_object('head', h.seq, 'published', coalesce(c.seq, 0), 'root', coalesce(encode(c.root, 'hex'), ''), 'anchored_to', coalesce(c.anchored_to, ''),
               'retained', coalesce((select max(r.last) from governance.retention_run r), 0),
               'forked', coalesce((select f.why from governance.evidence_fork f where f.origin = p_origin order by f.id limit 1), ''))
      from governance.evidence_head h
      left join lateral (select x.seq, x.root, x.anchored_to from governance.evidence_checkpoint x where x.origin = p_origin
                          order by x.seq desc limit 1) c on true
$$;
comment on function governance.evidence_log_state(text) is 'How far the chain goes, the last checkpoint that was signed of it under that origin, and whether it has forked from that';

-- Is it still the turn of whoever asks? Its lease is held until the end of the transaction.
create or replace function governance.evidence_turn(p_owner text, p_fence bigint) returns boolean
language plpgsql set search_path = pg_catalog as $$
begin
    perform from governance.lease l
      where l.name = 'evidence log' and l.owner = p_owner and l.fence = p_fence and l.until > clock_timestamp() for update;
    return found;
end $$;
comment on function governance.evidence_turn(text, bigint) is 'Is the turn of publishing still that owner''s?';

-- Before a checkpoint is shown to anybody. It only goes forward, and says of a size what was said of it before: of two replicas that
-- publish at once, or a directory that was lost, one log comes. 0: the turn is over, or the last entry is not what it was when it was
-- read (a failover meanwhile): the next turn finds out. p_hash empty: it was not read in this turn. -1: it contradicts what was signed.
create or replace function governance.evidence_publish(p_owner text, p_fence bigint, p_origin text, p_seq bigint, p_hash text, p_root text,
                                                       p_note text, p_anchor text) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    last governance.evidence_checkpoint;
    entry_hash bytea;
begin
    select e.hash into entry_hash from governance.evidence_entry e where e.seq = p_seq;
    if entry_hash is null or p_hash <> '' and encode(entry_hash, 'hex') <> p_hash or not governance.evidence_turn(p_owner, p_fence) then
        return 0;
    end if;
    select * into last from governance.evidence_checkpoint c where c.origin = p_origin order by c.seq desc limit 1;
    if last.seq > p_seq or last.seq = p_seq and encode(last.root, 'hex') <> p_root
       or exists (select from governance.evidence_fork f where f.origin = p_origin) then
        return -1;
    end if;
    insert into governance.evidence_checkpoint (origin, seq, hash, root, note, anchored_to)
    values (p_origin, p_seq, entry_hash, decode(p_root, 'hex'), p_note, nullif(p_anchor, ''))
    on conflict (origin, seq) do nothing;
    return p_seq;
end $$;
comment on function governance.evidence_publish(text, bigint, text, bigint, text, text, text, text) is 'Record a checkpoint before it is shown; 0: the turn is over, -1: another one stands in its place';

-- By whose turn it still is: who slept over it has compared files of now with what the database said then. False: it is over, or the
-- chain is shorter than it was when the turn began (a failover meanwhile): the next turn looks afresh.
create or replace function governance.evidence_forked(p_owner text, p_fence bigint, p_origin text, p_published bigint, p_head bigint,
                                                      p_why text) returns boolean
language plpgsql set search_path = pg_catalog as $$
begin
    if not governance.evidence_turn(p_owner, p_fence) or (select h.seq from governance.evidence_head h) < p_head then
        return false;
    end if;
    insert into governance.evidence_fork (origin, published, head, why) values (p_origin, p_published, p_head, p_why) on conflict do nothing;
    return true;
end $$;
comment on function governance.evidence_forked(text, bigint, text, bigint, bigint, text) is 'Record, once, that the chain is not what was published';
