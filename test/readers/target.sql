create table app_user (id int primary key, login text unique, active boolean not null default true);
create table app_role (id int primary key, name text unique);
create table app_user_role (user_id int references app_user, role_id int references app_role, primary key (user_id, role_id));
create table copy_state (at timestamptz);
insert into copy_state values (clock_timestamp() - interval '1 hour');
insert into app_user values (1, 'canary', true), (2, 'ada', true), (3, 'ben', false), (4, 'o''brien; drop table app_role --', true),
    (5, 'žofie', true), (6, 'cyd', true);
insert into app_role values (1, 'watch'), (2, 'ledger');
insert into app_user_role values (1, 1), (2, 2), (3, 2), (4, 2), (5, 2);
create role reader login;
grant select on app_user, app_role, app_user_role, copy_state to reader;
create role outsider login;
