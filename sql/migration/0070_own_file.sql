-- breaking: no
-- Where a plan is applied from another folder than the service's, the file there is not the one that the service has: both are passed
-- over, each for what it is.
alter table governance.mapping_live add column beside text;
comment on column governance.mapping_live.beside is 'SHA-256 of the file that stood where the plan was applied from; passed over like from_file, which is the service''s own';
comment on column governance.mapping_live.from_file is 'SHA-256 of the file that a service offered last and that was taken; the same file again changes nothing';
