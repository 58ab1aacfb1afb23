-- breaking: no
-- What an exception covers: one item, all items of a request, all that is asked of a source, or a conflict of a request. Those of
-- before cover an item each.
alter table governance.exception
    alter column item_id drop not null,
    add column scope text not null default 'item' check (scope in ('item', 'request', 'source', 'sod')),
    add column request_id uuid references governance.access_request,
    add column source text references governance.source,
    add column sod_set text check (sod_set <> ''),
    add constraint exception_scope_names check (
        (item_id is not null) = (scope = 'item')
        and (request_id is not null) = (scope in ('request', 'sod'))
        and (source is not null) = (scope = 'source')
        and (sod_set is not null) = (scope = 'sod'));
create index exception_request on governance.exception (request_id) where request_id is not null;
create index exception_source on governance.exception (source) where source is not null;
comment on column governance.exception.item_id is 'Item it covers; null: its scope is wider';
comment on column governance.exception.scope is
    'item, request (all its items), source (items of every request there, while its reads prove nothing), sod (a conflict of separation of duties; no item)';
comment on column governance.exception.request_id is 'Request of scope request or sod';
comment on column governance.exception.source is 'Source of scope source';
comment on column governance.exception.sod_set is 'Set of separation of duties of scope sod, as the policy names it';
