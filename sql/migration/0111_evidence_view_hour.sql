-- breaking: no
-- A page that is loaded again and again is one look: reloading does not fill the log.
comment on table governance.evidence_view is
    'That somebody looks at the evidence of a request on the console or has a page made of it, written before it is shown, once in an hour; append only';
