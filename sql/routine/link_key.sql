-- Which key a link to evidence is made with: that of the moment when it was wanted, so that one built from an older read of the
-- ticket is never taken for newer. A move in between makes one look too many, which finds that the link stands already.
create or replace function governance.link_key() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    new.for_key := (select t.issue_key from governance.ticket t where t.request_id = new.request_id);
    return new;
end $$;
comment on function governance.link_key() is 'Keeps which key a link to evidence is made with';
