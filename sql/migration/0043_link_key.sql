-- breaking: no
-- A ticket that moves to another project gets another key, and the link to its evidence says the old one: which key it was made
-- with is kept, so that it is made anew. Of earlier links that is not known, and they count as they stand.
alter table governance.flow add column for_key text;
comment on column governance.flow.for_key is 'Of a link to evidence: the key that the ticket had when it was wanted';
