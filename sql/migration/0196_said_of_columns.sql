-- breaking: no
-- What a file keeps of a request says more than its names: what else its row says for good, and its words.
comment on column governance.retention_told.kind is 'Kind of the entry; request.clock: of a clock that stopped; request.people: of all its names; request.row: of what else its row says for good; request.words: of its words, and who said done. Of a row that went itself: observation, flow, delivery';
