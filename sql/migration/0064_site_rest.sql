-- breaking: no
-- What one replica hears of a site holds for all of them, and after a restart: how long Jira wants no call, and how often it
-- refused the credential.
create table governance.site_rest (
    site text primary key references governance.site,
    told_until timestamptz,
    mark text not null default '',
    refused_at timestamptz[] not null default '{}',
    refused_since timestamptz,
    refused_until timestamptz
);
comment on table governance.site_rest is 'When nobody may call a site, by Jira''s word or because it refuses our credential';
comment on column governance.site_rest.site is 'Site';
comment on column governance.site_rest.told_until is 'Jira told us to send nothing before';
comment on column governance.site_rest.mark is 'Which secret was refused: four digits of its hash, which tell it from another and no more';
comment on column governance.site_rest.refused_at is 'When it was refused, the last times that count';
comment on column governance.site_rest.refused_since is 'When it was refused first since it was accepted; null: it is not';
comment on column governance.site_rest.refused_until is 'It was refused so often that nobody tries it before';
