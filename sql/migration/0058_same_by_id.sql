-- breaking: no
-- Two names of one entitlement (it was renamed between two requests) are known by the id that both are pinned to.
create index entitlement_link_id on governance.entitlement_link (source, native_id) where replaced_at is null;
drop function if exists governance.closed_items(text, interval);
