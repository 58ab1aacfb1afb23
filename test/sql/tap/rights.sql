-- Who may do what, told in full: a right that is not listed here must not exist.
select plan(18);

create temp table may as
select r.rolname as who, (n.nspname || '.' || c.relname) collate "default" as what, p.privilege as how
  from pg_roles r, pg_class c join pg_namespace n on n.oid = c.relnamespace,
       (values ('select'), ('insert'), ('update'), ('delete'), ('truncate'), ('references'), ('trigger')) as p(privilege)
 where r.rolname in ('countersign_service', 'countersign_ingest', 'countersign_auditor', 'countersign_dashboard')
   and n.nspname in ('governance', 'sla', 'audit') and c.relkind in ('r', 'v')
   and has_table_privilege(r.rolname, c.oid, p.privilege);

select is_empty($$select * from may where how in ('delete', 'truncate', 'references', 'trigger')$$, 'nobody deletes anything');
select is_empty($$select * from may where who = 'countersign_ingest'$$, 'ingest has no right on a whole table');
select results_eq($$select column_name::text collate "default" from information_schema.column_privileges
                     where grantee = 'countersign_ingest' order by 1$$,
                  array['body', 'delivery_id', 'retry', 'site'], 'it inserts four columns of a delivery');
select is_empty($$select * from may where who = 'countersign_auditor' and how <> 'select'$$, 'the auditor reads');
select results_eq($$select distinct what from may where who = 'countersign_dashboard' order by 1$$,
                  $$select ('sla.' || viewname) collate "default" from pg_views where schemaname = 'sla' order by 1$$, 'dashboards see schema sla, all of it and nothing else');
select results_eq($$select what from may where who = 'countersign_service' and how = 'update' order by 1$$,
    array['governance.access_request', 'governance.event_subscriber', 'governance.exception', 'governance.flow', 'governance.gate_installation',
          'governance.gate_proof', 'governance.jsm_clock', 'governance.lease', 'governance.poll_cursor',
          'governance.site', 'governance.site_rest', 'governance.sla_clock', 'governance.sla_policy', 'governance.source', 'governance.ticket',
          'governance.ticket_fields', 'governance.webhook_delivery', 'governance.webhook_echo', 'governance.webhook_watch'], 'what the service may change');
select is_empty($$select * from may where who = 'countersign_service' and how = 'insert'
                     and what in ('governance.evidence_entry', 'governance.evidence_head', 'governance.installed',
                                  'governance.migration', 'governance.phase_edge', 'governance.flow_edge')$$, 'evidence and rules are not its to write');
select ok(not has_function_privilege('countersign_service', 'governance.evidence_append(text, uuid, text, text[], text[], bytea[])', 'execute'), 'nor can it append an entry by hand');
select is_empty($$select proname from pg_proc where pronamespace = 'governance'::regnamespace and prorettype = 'trigger'::regtype
                     and has_function_privilege('countersign_service', oid, 'execute')$$, 'nor put a trigger of ours on a table of its own');
select is_empty($$select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace, pg_roles r
                    where n.nspname = 'governance' and r.rolname in ('countersign_ingest', 'countersign_auditor', 'countersign_dashboard')
                      and has_function_privilege(r.oid, p.oid, 'execute')
                      -- which a view asks for them: yes or no, or what is owed, about a row that only a view can hand over; how a key is folded
                      and not (p.proname in ('approval_is', 'approval_stands', 'approval_nobody_may', 'exception_counts', 'exception_void', 'permit_in_the_way', 'emergency_owed', 'person_folded') and r.rolname <> 'countersign_ingest')
                      -- and when a goal passes, which the same view shows
                      and not (p.proname = 'checkpoint_passes' and r.rolname <> 'countersign_ingest')
                      -- what an auditor may read table by table, put together
                      and not (p.proname in ('evidence_page', 'request_named', 'utc') and r.rolname = 'countersign_auditor')
                      -- what `db verify` compares, and that an auditor looked or took something away
                      and not (p.proname in ('rights', 'catalog', 'catalog_changes', 'retention_forged', 'retention_runs_sha256', 'retention_told_sha256',
                                             'commitments_forged', 'is_retained', 'us', 'evidence_taken', 'evidence_exported', 'events_exported')
                               and r.rolname = 'countersign_auditor')$$, 'no other role runs our functions');
select is_empty($$select proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                    where n.nspname = 'governance' and not exists (select from unnest(p.proconfig) c where c like 'search_path=pg_catalog%')
                      and p.oid <> all (array['governance.evidence_append(text, uuid, text, text[], text[], bytea[])']::regprocedure[])$$, -- only triggers of the owner call it
                'every function pins its search path');
select is_empty($$select proname from pg_proc where pronamespace = 'governance'::regnamespace
                     and (prosecdef or prorettype = 'trigger'::regtype or proname = 'canonical_json')
                     and not 'search_path=pg_catalog, pg_temp' = any(proconfig)$$, 'those of triggers and of the owner look at the session last');
select is_empty($$select rolname from pg_roles where rolname like 'countersign\_%' and rolcanlogin$$, 'our roles do not log in');
select is_empty($$select n.nspname from pg_namespace n where n.nspname in ('governance', 'sla', 'audit')
                     and has_schema_privilege('public', n.oid, 'usage, create')$$, 'the public has no way in');

-- every object explains itself
select is_empty($$select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where n.nspname in ('governance', 'sla', 'audit') and c.relkind in ('r', 'v') and obj_description(c.oid, 'pg_class') is null$$,
                'tables and views have comments');
select is_empty($$select c.relname || '.' || a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
                    where n.nspname in ('governance', 'sla', 'audit') and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped
                      and col_description(c.oid, a.attnum) is null$$, 'so have columns');
select is_empty($$select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                    where n.nspname = 'governance' and obj_description(p.oid, 'pg_proc') is null$$, 'and functions');
select is_empty($$select column_name from information_schema.columns where table_schema = 'sla'
                     and column_name in ('requester', 'beneficiary', 'account', 'justification', 'approver', 'owner')$$, 'no personal data in schema sla');
select * from finish();
