-- breaking: no
-- inbox_claim takes a budget of bytes now and says how long a body is. The routine is made anew right after; a program
-- that knows only lease and batch finds it too, by its default.
drop function if exists governance.inbox_claim(interval, int);

-- Which mapping is live now; mapping_version keeps all that ever were, and one that was left can come back.
create table governance.mapping_live (
    is_only boolean primary key default true check (is_only),
    sha256 text not null references governance.mapping_version,
    since timestamptz not null default clock_timestamp()
);
comment on table governance.mapping_live is 'The mapping that the service was last started with: one row';
comment on column governance.mapping_live.is_only is 'True: there is one row';
comment on column governance.mapping_live.sha256 is 'The mapping';
comment on column governance.mapping_live.since is 'When a service was first started with it, after another';
