-- breaking: no
-- What weeks of asking are counted from, in the order they are grouped in, and of each class by how long it took: nothing is sorted, and
-- what percentiles are taken of is there already. date_bin is one step where date_trunc between two time zones was three; 345600 s is the
-- first Monday of 1970. The expressions are those of sla.parity_weekly_v1, letter by letter.
drop index governance.sla_clock_week;
create index sla_clock_week on governance.sla_clock
    (date_bin('7 days', started_at, to_timestamp(345600)), kind, is_privileged, round(date_part('epoch', stopped_at - started_at - paused)))
    include (started_at, goal, paused, stopped_at, ended, due_at, paused_since);
