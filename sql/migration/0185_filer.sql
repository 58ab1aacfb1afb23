-- breaking: no
-- Whoever files a ticket asks for it, whomever a field of it names as the requester.
alter table governance.ticket add column filer_names text[] not null default '{}';
comment on column governance.ticket.filer_names is 'What Jira shows of who reported and who created it: "account=…", "address=…"; empty: our own account, or not read since this is kept';
