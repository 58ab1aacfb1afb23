-- breaking: no
-- What else an account held is kept beside what was asked: it names what was changed instead.
alter table governance.observation add column others text;
alter table governance.observation add constraint observation_others_bounded check (length(others) <= 4096) not valid; -- no row has any yet
comment on column governance.observation.others is 'What else the account held, a name a line; null: the source does not tell. Proves nothing';
create index request_item_of_account on governance.request_item (source, account);
