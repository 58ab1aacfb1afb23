-- What the last look at each project's gate proved. No names of people: who is in a group stays in governance.gate_proof.
create or replace view sla.gate_v1 as
select p.site, p.project, p.at, p.known, p.open, p.since,
       (select max(g.installed_at) from governance.gate_installation g
         where g.site = p.site and g.project = p.project and g.kind = 'workflow' and g.state = 'installed') as installed_at
  from governance.gate_proof p;
comment on view sla.gate_v1 is 'The gate of each project, as the last look proved it';
comment on column sla.gate_v1.site is 'Site';
comment on column sla.gate_v1.project is 'Key of the project';
comment on column sla.gate_v1.at is 'When it was looked at';
comment on column sla.gate_v1.known is 'Could all of it be read';
comment on column sla.gate_v1.open is 'Ways to close without proof; 0: nobody but the connector closes';
comment on column sla.gate_v1.since is 'Since when it shows this';
comment on column sla.gate_v1.installed_at is 'When countersign installed the gate that is there; null: it did not';
