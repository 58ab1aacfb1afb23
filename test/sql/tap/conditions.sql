-- What is made ready anew by each statement that writes a row: checks of its table, conditions of its triggers.
select plan(3);
select is_empty($$select conrelid::regclass, conname from pg_constraint where contype = 'c' and connamespace = 'governance'::regnamespace
                     and pg_get_constraintdef(oid) ~ '^CHECK \(\(\w+ = ANY \(ARRAY\['$$, 'a check has the words of a column as one array: = any (''{…}'')');
select is_empty($$select tgrelid::regclass, tgname from pg_trigger where tgqual is not null and pg_get_triggerdef(oid) ~ 'ANY \(ARRAY\['$$,
                'so has a condition of a trigger');
select is_empty($$select tgrelid::regclass, tgname from pg_trigger where tgqual is not null and pg_get_triggerdef(oid) ~ 'WHEN .*governance\.\w+\(.*EXECUTE'$$,
                'which calls no function of ours');
select * from finish();
