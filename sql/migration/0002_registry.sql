-- breaking: no
-- What the configuration says: sites, sources, mapping versions, service levels.
create table governance.site (
    name text primary key check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    flavour text not null check (flavour in ('cloud', 'datacenter')),
    url text not null,
    registered_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp()
);
comment on table governance.site is 'One Jira Cloud or Data Center';
comment on column governance.site.name is 'Name in the configuration and in webhook addresses';
comment on column governance.site.flavour is 'cloud or datacenter';
comment on column governance.site.url is 'Base address, for links';
comment on column governance.site.registered_at is 'First start with this site: what was closed before is history, not a breach';
comment on column governance.site.seen_at is 'When a service last started with this site configured';

create table governance.source (
    name text primary key,
    label text not null,
    kind text not null,
    settle interval not null default '5 min' check (settle >= '0'),
    confirmations int not null default 2 check (confirmations between 1 and 32),
    max_age interval not null default '15 min' check (max_age > '0'),
    last_read_at timestamptz,
    last_known_at timestamptz,
    seen_at timestamptz not null default clock_timestamp()
);
comment on table governance.source is 'A target system whose entitlements can be read';
comment on column governance.source.name is 'Name in the configuration';
comment on column governance.source.label is 'What people call it';
comment on column governance.source.kind is 'Kind of reader: sql, ldap, ...';
comment on column governance.source.settle is 'How long it may lag behind a change';
comment on column governance.source.confirmations is 'Consecutive absent reads that prove a removal';
comment on column governance.source.max_age is 'A proof older than this no longer counts';
comment on column governance.source.last_read_at is 'Last read of any result';
comment on column governance.source.last_known_at is 'Last read that said something (present or absent)';
comment on column governance.source.seen_at is 'When a service last started with this source configured';

create table governance.mapping_version (
    sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
    body text not null,
    live_from timestamptz not null default clock_timestamp()
);
comment on table governance.mapping_version is 'Every mapping that was ever live, word for word';
comment on column governance.mapping_version.sha256 is 'SHA-256 of the file';
comment on column governance.mapping_version.body is 'The file';
comment on column governance.mapping_version.live_from is 'First seen live';

create table governance.sla_policy (
    name text primary key,
    goal interval not null check (goal > '0'),
    escalate_percent int[] not null default array[75, 100]
);
comment on table governance.sla_policy is 'Named service levels';
comment on column governance.sla_policy.name is 'Name in the configuration';
comment on column governance.sla_policy.goal is 'From the first request to verified fulfilment';
comment on column governance.sla_policy.escalate_percent is 'Steps in per cent of the goal, ascending';

create table governance.lease (
    name text primary key,
    owner text,
    fence bigint not null default 0,
    until timestamptz
);
comment on table governance.lease is 'Single-flight work that is not a row of its own';
comment on column governance.lease.name is 'What is leased';
comment on column governance.lease.owner is 'Replica that holds it';
comment on column governance.lease.fence is 'Grows with every taking; writes name it';
comment on column governance.lease.until is 'On the database clock';
