-- breaking: no
-- More was given than asked for: told, or, where the source's configuration says so, in the way of the close until it is taken away
-- again or asked for.
alter table governance.source add column over_grant text not null default 'tell' check (over_grant in ('tell', 'hinder'));
comment on column governance.source.over_grant is 'What was given beside what was asked for: tell, or hinder the close';
drop function if exists governance.source_put(text, text, text, bigint, int, bigint);

update governance.refusal set weight = 8 where name = 'StillPresent';
update governance.refusal set weight = 7 where name = 'Missing';
insert into governance.refusal values ('OverGranted', 6);
