-- breaking: no
-- While it is in doubt whether a site accepts our credential, replicas have three tries in all, and each asks for one before it calls.
drop function if exists governance.site_refused(text, text, int, interval);
alter table governance.site_rest add column lent_at timestamptz[] not null default '{}';
comment on column governance.site_rest.lent_at is 'Tries that replicas have out, the oldest first';
