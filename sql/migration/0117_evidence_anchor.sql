-- breaking: no
-- Checkpoints are left outside the database at several places; how far each place is.
create table governance.evidence_anchor (
    origin text not null,
    kind text not null check (kind in ('issue', 'timestamp')),
    place text not null,
    meant bigint not null,
    tried_at timestamptz not null,
    seq bigint not null default 0,
    left_at timestamptz,
    failures bigint not null default 0,
    said text not null default '',
    primary key (origin, kind)
);
comment on table governance.evidence_anchor is 'Where checkpoints of the published log are left beside its files, and how far each place is; the log''s own file and the journal are written with the checkpoint itself';
comment on column governance.evidence_anchor.origin is 'Name of the log';
comment on column governance.evidence_anchor.kind is 'issue: a property of a ticket. timestamp: stamped by an authority (RFC 3161)';
comment on column governance.evidence_anchor.place is 'The ticket, or the authority''s address';
comment on column governance.evidence_anchor.meant is 'Entries of the checkpoint that was about to be left there last, committed before the call';
comment on column governance.evidence_anchor.tried_at is 'When that was';
comment on column governance.evidence_anchor.seq is 'Entries of the last checkpoint that certainly is there';
comment on column governance.evidence_anchor.left_at is 'When it was left';
comment on column governance.evidence_anchor.failures is 'Tries since then that failed, or whose outcome is not known';
comment on column governance.evidence_anchor.said is 'Why the last one failed';
