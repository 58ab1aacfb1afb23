-- breaking: no
-- Requests and work are written some ten times each within a second or two. Room on their page lets a write that touches no
-- indexed column (a claim, a longer lease) stay there, without a new entry in each index.
alter table governance.access_request set (fillfactor = 70);
alter table governance.flow set (fillfactor = 70);
alter table governance.ticket set (fillfactor = 80);
