-- breaking: no
-- That a site is held is told by its row alone, to every replica and after a restart: with what was expected of it.
alter table governance.poll_cursor add column held_known bigint not null default 0;
comment on column governance.poll_cursor.held_known is
    'So many changes a walk expected when it was held: it shows what it did when a walk shows half of them; 0 = a sweep held it';

-- what they return or take grows, which cannot be replaced in place; a program that knows less finds them all the same
drop function if exists governance.poll_begin(text, text, interval);
drop function if exists governance.poll_hold(text, text);
