-- The pretend SAP FIN: who has which role. Countersign reads it with a login that may only look.
create table app_user (id int primary key, login text unique not null, active boolean not null default true);
create table app_role (id int primary key, name text unique not null);
create table app_user_role (user_id int references app_user, role_id int references app_role, primary key (user_id, role_id));
insert into app_user values (1, 'canary', true), (2, 'okafor', true), (3, 'reyes', true), (4, 'lind', true), (5, 'novak', true);
insert into app_role values (1, 'canary-role'), (2, 'fin-ledger-admin'), (3, 'fin-viewer');
insert into app_user_role values (1, 1), (2, 2), (4, 2);
do $$
begin
    if not exists (select from pg_roles where rolname = 'sap_reader') then
        create role sap_reader login;
    end if;
end $$;
grant select on app_user, app_role, app_user_role to sap_reader;
