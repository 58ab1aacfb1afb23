-- breaking: no
-- Each site may have a mapping of its own: which one is live is told for each. The routine is made anew right after; a program
-- that knows of one mapping only finds it too, by its default.
drop function if exists governance.mapping_put(text, text);

alter table governance.mapping_live drop column is_only;
alter table governance.mapping_live add column site text not null default '';
alter table governance.mapping_live add primary key (site);
comment on table governance.mapping_live is 'The mapping of each site that the service was last started with';
comment on column governance.mapping_live.site is 'The site; empty: of all, as told by a program before there were several';
