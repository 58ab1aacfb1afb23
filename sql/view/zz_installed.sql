-- Last of all: remember what was made.
delete from governance.installed;
insert into governance.installed
select kind, name, encode(sha256(convert_to(definition, 'UTF8')), 'hex') from governance.catalog();
