-- breaking: no
-- Where many tickets are to go back first, whoever adds outbound work is told how long the next look waits, and whoever claims any says so.
drop function if exists governance.flows_add(governance.access_request, jsonb);
drop function if exists governance.flow_claim(text, interval, int, text[], int[]);
drop function if exists governance.request_claim(text, interval, int, text[], int[]);
