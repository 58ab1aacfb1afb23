-- breaking: no
-- What a request takes away does not wait for what it gives: its removal may go ahead, as a request of its own. Named as the
-- checks of 0051 were.
do $$
declare
    c text;
begin
    select k.conname into strict c from pg_constraint k
     where k.conrelid = 'governance.access_request'::regclass and k.contype = 'c' and pg_get_constraintdef(k.oid) like '%''expiry''%';
    execute format('alter table governance.access_request drop constraint %I', c);
end $$;
alter table governance.access_request
    add constraint access_request_cause_check check (cause in ('asked', 'drift', 'expiry', 'ahead'));
comment on column governance.access_request.cause is
    'asked by somebody; drift: what an earlier request proved is not so any more; expiry: the time it gave access for ends; ahead: what it takes away does not wait for what it gives';
