-- Canonical JSON text (RFC 8785 for what we write: ASCII names, strings, integers, booleans, null): members by name, no
-- blanks. to_json escapes strings exactly as the RFC asks.
create or replace function governance.canonical_json(v jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    case jsonb_typeof(v)
    when 'object' then
        return (select '{' || coalesce(string_agg(to_json(e.key)::text || ':' || case when jsonb_typeof(e.value) in ('object', 'array')
                                                                           then governance.canonical_json(e.value)
                                                                           else e.value::text end, -- a call less
                                                  ',' order by e.key collate "C"), '') || '}'
                  from jsonb_each(v) as e);
    when 'array' then
        return (select '[' || coalesce(string_agg(governance.canonical_json(e.value), ',' order by e.ordinality), '') || ']'
                  from jsonb_array_elements(v) with ordinality as e);
    else
        return v::text;
    end case;
end $$;
comment on function governance.canonical_json(jsonb) is 'Canonical JSON text (RFC 8785) of a value made of strings, integers, booleans and null';
