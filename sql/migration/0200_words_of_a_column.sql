-- breaking: no
-- A check is made ready anew by each statement that writes a row, and a list of words word by word: a move of a request spent more on
-- that than on its evidence. As one array the list is one value. The words stay what they were.
do $$
declare
    c record;
begin
    for c in
        select k.conrelid::regclass as of, k.conname, w.words,
               substring(pg_get_constraintdef(k.oid) from '^CHECK \(\((\w+) = ANY \(ARRAY\[') as word
          from pg_constraint k
         cross join lateral (select array_agg(m[1]) as words from regexp_matches(pg_get_constraintdef(k.oid), '''([^'']*)''::text', 'g') m) w
         where k.connamespace = 'governance'::regnamespace and k.contype = 'c' and k.coninhcount = 0
           and pg_get_constraintdef(k.oid) ~ '^CHECK \(\(\w+ = ANY \(ARRAY\[(''[^'']*''::text(, )?)+\]\)\)\)$'
    loop
        execute format('alter table %s drop constraint %I, add constraint %I check (%I = any (%L::text[]))',
                       c.of, c.conname, c.conname, c.word, c.words);
    end loop;
end $$;
