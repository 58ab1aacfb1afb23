-- May a request go over to another ticket while people work on these, which carry its marker, too (p_rivals)? Null: not before
-- each of them is judged: bound, opened as a request of its own, or left alone (p_left_alone: why).
create or replace function governance.second_is_next(p_site text, p_rivals text[], p_left_alone text) returns boolean
language sql stable set search_path = pg_catalog as $$
    select case when not exists (
        select from unnest(p_rivals) i
         where not exists (select from governance.ticket t
                            where t.site = p_site and t.issue_id = i
                              and (t.request_id is not null or t.ignored = p_left_alone and t.look_at is null)))
        then true end
$$;
comment on function governance.second_is_next(text, text[], text) is
    'Whether a request may go over to a second ticket: no other one is to be judged first';
