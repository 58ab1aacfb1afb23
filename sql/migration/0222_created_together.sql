-- breaking: no
-- New requests are written together (routine/request_create.sql).
drop function if exists governance.clock_begin(governance.access_request, jsonb), governance.request_items_add(uuid, jsonb),
    governance.request_submit(text, text, jsonb);
