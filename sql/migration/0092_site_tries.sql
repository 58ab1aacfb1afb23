-- breaking: no
-- While it is in doubt whether a site accepts our credential, replicas have three tries in all, and each asks for one before it calls.
alter table governance.site_rest add column lent_at timestamptz[] not null default '{}';
comment on column governance.site_rest.lent_at is 'Tries that replicas have out, the oldest first';

-- What else holds all requests of a site.
insert into governance.status_reason values
    ('JiraTellsWait', 'waiting', 'jira', 'the site is called again',
     'nothing: Jira allows no call before; told by mistake, governance.site_rest_lift ends it');
