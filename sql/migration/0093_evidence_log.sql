-- breaking: no
-- The chain is published as a log that strangers verify: each checkpoint that was signed, and what was found not to follow from it.
alter table governance.evidence_checkpoint
    alter column anchored_to drop not null,
    add column origin text not null default '',
    add column root bytea check (octet_length(root) = 32),
    add column note text,
    drop constraint evidence_checkpoint_pkey,
    add primary key (origin, seq);
comment on table governance.evidence_checkpoint is 'Checkpoints of the log that was published of the chain, signed; append only';
comment on column governance.evidence_checkpoint.seq is 'Entries in it: up to this sequence number';
comment on column governance.evidence_checkpoint.hash is 'Hash of the chain there';
comment on column governance.evidence_checkpoint.anchored_to is 'Where else it is left; null: with the log only';
comment on column governance.evidence_checkpoint.origin is 'Name of the log';
comment on column governance.evidence_checkpoint.root is 'Root of the Merkle tree over all entries up to there (RFC 6962)';
comment on column governance.evidence_checkpoint.note is 'Size and root as a signed note (c2sp.org/tlog-checkpoint)';

create table governance.evidence_fork (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    origin text not null,
    published bigint not null,
    head bigint not null,
    why text not null check (why in ('EntriesMissing', 'EntriesDiffer', 'RootDiffers', 'ChainBroken')),
    unique (origin, why)
);
comment on table governance.evidence_fork is 'The chain is not what was published: entries are missing or other ones, after a failover or by somebody''s hand; nothing is signed under that origin any more. Append only';
comment on column governance.evidence_fork.id is 'Order';
comment on column governance.evidence_fork.at is 'When it was noticed';
comment on column governance.evidence_fork.origin is 'Name of the log';
comment on column governance.evidence_fork.published is 'Entries that were published';
comment on column governance.evidence_fork.head is 'Entries that the chain had then';
comment on column governance.evidence_fork.why is 'EntriesMissing: fewer than published. EntriesDiffer: the last published one is another. RootDiffers: an earlier checkpoint is not of these entries. ChainBroken: one does not follow from the one before';
