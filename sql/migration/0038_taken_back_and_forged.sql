-- breaking: no
-- Which answer on the ticket granted an exception: taken back there, it ends.
alter table governance.exception add column plea_edit text not null default '';
comment on column governance.exception.plea_edit is
    'Changelog id of the answer on the ticket that granted it; empty = granted by the API or the command line';

-- Which words of ours stand in which fields: a mapping that names others makes no forgery of those that never held any.
alter table governance.access_request add column said_in text not null default '';
comment on column governance.access_request.said_in is 'Fields in which what the ticket shall say was said, or was seen to stand last; empty = not known';
alter table governance.ticket
    add column stated_hash text not null default '',
    add column shown_in text not null default '';
comment on column governance.ticket.stated_hash is 'Of what its state property says alone, whatever the fields say';
comment on column governance.ticket.shown_in is 'The two fields of shown_hash, as the mapping named them when it was read';

-- By what else the people of an exception are known, and why one that was asked for on the ticket was not granted.
alter table governance.exception
    add column approver_names text[] not null default '{}',
    add column owner_names text[] not null default '{}';
comment on column governance.exception.approver_names is 'What Jira showed of the approver: "account=…", "address=…"';
comment on column governance.exception.owner_names is 'What Jira showed of the owner: "account=…", "address=…"';
alter table governance.access_request add column plea_refused text not null default '';
comment on column governance.access_request.plea_refused is
    'Why plea_done was not granted: own, unclear, owner, or the name of a rule that it breaks; empty = it was';

-- Those that were granted on the ticket before this was kept: where it can be none but the answer that stands there.
update governance.exception e set plea_edit = r.plea_done
  from governance.request_item i, governance.access_request r, governance.ticket t
 where i.id = e.item_id and r.id = i.request_id and t.request_id = r.id
   and e.revoked_at is null and e.expires_at > clock_timestamp()
   and r.plea_done <> '' and r.plea_done = t.plea->>'edit'
   and row(e.owner, e.approved_by, e.reason) = row(t.plea->>'owner', t.plea->>'decided_by', t.plea->>'reason')
   and e.expires_at = to_timestamp((t.plea->>'until_ms')::bigint / 1000.0);
