-- breaking: no
-- Our words in a comment are nobody else's to change: no field moves by it, so the delivery that tells is all there is of it.
alter table governance.ticket add column comment_over_at timestamptz;
comment on column governance.ticket.comment_over_at is 'When a delivery last told that somebody else edited or deleted a comment of ours; null: none did';
