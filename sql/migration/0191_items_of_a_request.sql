-- breaking: no
-- The items of a request are asked for with every look at it, those that were replaced among them: without an index that has all of them,
-- each look read the items of all requests that ever were.
create index request_item_request on governance.request_item (request_id);
drop index governance.request_item_replaced; -- a part of it
-- What Jira refused is looked for among all that was ever done, by whoever lists what is stuck.
create index flow_parked on governance.flow (request_id) where state = 'parked';
