-- breaking: no
-- Exceptions lapse in portions, in a transaction of their own; one of duties is of the definition it was granted for; a departure that
-- was seen is of one account, and ends when that is seen active.
alter table governance.exception
    add column sod_set_id bigint references governance.sod_set,
    add column wake_after uuid;
update governance.exception x
   set sod_set_id = (select s.id from governance.sod_set s where s.name = x.sod_set and s.since <= x.created_at order by s.id desc limit 1)
 where x.scope = 'sod';
create index exception_waking on governance.exception (id) where wake_after is not null;
comment on column governance.exception.sod_set_id is 'Definition of sod_set it was granted for; null = the configuration had none of that name';
comment on column governance.exception.wake_after is
    'Of scope source: its requests up to this id were looked through, the rest is still to be woken; null = nothing is';

alter table governance.departure
    add column account text not null default '',
    add column swept_at timestamptz;
drop index governance.departure_live;
create unique index departure_live on governance.departure (lower(btrim(person, E' \t\r\n')), how, coalesce(source, ''), account)
    where returned_at is null;
create index departure_unswept on governance.departure (id) where swept_at is null and returned_at is null;
create index departure_account on governance.departure (source, account) where how = 'disabled' and returned_at is null;
comment on column governance.departure.account is
    'Account that was seen disabled: its immutable id, or its name where the source tells none; empty = told, a leaver''s request, or not known any more';
comment on column governance.departure.swept_at is 'When all exceptions he owned had lapsed; null = they are still looked for';
comment on column governance.departure.returned_by is 'Who said so; empty: the account was seen active';

drop trigger if exists departed on governance.departure;
drop function if exists governance.departed();
drop function if exists governance.exception_lock(bigint[]);
update governance.departure d
   set swept_at = clock_timestamp(),
       account = coalesce((select coalesce(nullif(o.native_id, ''), i.account)
                             from governance.request_item i join governance.observation o on o.item_id = i.id
                            where i.request_id = d.request_id and i.source = d.source and o.account = 'disabled' and o.outcome <> 'unknown'
                            order by o.id limit 1), '')
 where d.returned_at is null;
set constraints all immediate; -- the evidence of it, before triggers are made anew
update governance.departure d set returned_at = clock_timestamp()
 where d.how = 'disabled' and d.returned_at is null
   and exists (select from governance.request_item i join governance.observation o on o.item_id = i.id
                where i.source = d.source and coalesce(nullif(o.native_id, ''), i.account) = d.account
                  and o.account = 'active' and o.outcome <> 'unknown' and o.observed_at > d.left_at);
set constraints all deferred;
