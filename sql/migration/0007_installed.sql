-- breaking: no
-- What `countersign db migrate` left behind, object by object, for `countersign db verify`.
create table governance.installed (
    kind text not null,
    name text not null,
    sha256 text not null,
    primary key (kind, name)
);
comment on table governance.installed is 'Digest of every object as db migrate made it; db verify names those that differ now';
comment on column governance.installed.kind is 'schema, table, column, constraint, index, function, view or trigger';
comment on column governance.installed.name is 'Qualified name';
comment on column governance.installed.sha256 is 'SHA-256 of its definition, owner and rights';
