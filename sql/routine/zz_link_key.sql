-- Which key a link to evidence is made with: that of the moment when it was wanted, so that one built from an older read of the
-- ticket is never taken for newer. A move in between makes one look too many, which finds that the link stands already.
create or replace function governance.link_key() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    new.for_key := (select t.issue_key from governance.ticket t where t.request_id = new.request_id);
    return new;
end $$;
comment on function governance.link_key() is 'Keeps which key a link to evidence is made with';
create or replace trigger link_key before insert on governance.flow for each row
    when (new.kind = 'evidence_link') execute function governance.link_key();
