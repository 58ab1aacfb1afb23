-- breaking: no
-- What boards ask most, found without reading what they do not show: closes that were refused (one in ten of all), and what waits for
-- an approval, longest first.
create index close_attempt_refused on governance.close_attempt (at, request_id) include (mode, proven_at) where refused is not null;
create index access_request_waits on governance.access_request (requested_at, id) where phase = 'pending_approval';
