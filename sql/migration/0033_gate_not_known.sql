-- breaking: no
-- A look at the gate that could not read everything leaves what was last known. What was kept so far was compared by another
-- rule: the next look is a first one.
delete from governance.gate_proof;
alter table governance.gate_proof
    add column unknown_looks int not null default 0,
    add column unknown_since timestamptz;
comment on column governance.gate_proof.open is 'Roads into Done that somebody else can go, and what else makes the gate worth nothing; as last known';
comment on column governance.gate_proof.fingerprint is 'Hash of what it showed when it was last known: another one is drift; empty: never known';
comment on column governance.gate_proof.detail is 'Roads and findings, as last known';
comment on column governance.gate_proof.unknown_looks is 'How many looks in a row could not read everything';
comment on column governance.gate_proof.unknown_since is 'When the first of them was; null: it is known';
