-- What was asked for and approved. A request that nobody approved yet may be mapped anew; after that the ticket is not the
-- authority. A wish that needs an approval goes on needing it; only the first mapping of a held one says whether it does.
create or replace function governance.guard_tuple() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    approving boolean := new.phase = 'approved' and old.phase <> 'approved';
    first_mapping boolean := old.held and not new.held and old.mapped_hash = '';
begin
    if old.cancel_asked and not new.cancel_asked then
        raise exception 'what was withdrawn stays withdrawn' using errcode = 'CG002';
    end if;
    if row(new.requester, new.emergency, new.approval_due, new.review_due)
       is distinct from row(old.requester, old.emergency, old.approval_due, old.review_due) then
        raise exception 'who asked and whether it is an emergency never change' using errcode = 'CG002';
    end if;
    if new.mode <> old.mode and (new.mode_mapping is null or new.mode_at <= old.mode_at or new.version <> old.version + 1) then
        raise exception 'how the gate treats it changes by a mapping, and on the record' using errcode = 'CG002';
    end if;
    if not new.requester_names @> old.requester_names
       or not new.beneficiary_names @> old.beneficiary_names and governance.same_person(new.beneficiary, old.beneficiary) then
        raise exception 'what is known of a person is not forgotten' using errcode = 'CG002';
    end if;
    if not governance.is_settled(old) then
        if old.approval_needed and not new.approval_needed and not first_mapping then
            raise exception 'an approval that is needed stays needed' using errcode = 'CG002';
        end if;
    elsif row(new.kind, new.beneficiary, new.is_privileged, new.access_until, new.approval_needed, new.lifecycle, new.subject_kind,
              new.sponsor, new.justification, new.rule, new.request_type, new.mapping_version, new.mapped, new.mapped_hash, new.held)
          is distinct from
          row(old.kind, old.beneficiary, old.is_privileged, old.access_until, old.approval_needed, old.lifecycle, old.subject_kind,
              old.sponsor, old.justification, old.rule, old.request_type, old.mapping_version, old.mapped, old.mapped_hash, old.held) then
        raise exception 'what was approved never changes' using errcode = 'CG002';
    end if;
    if new.mapping_kept is distinct from old.mapping_kept and old.mapping_kept is not null
       and (governance.is_settled(old) or new.mapping_kept is not null)
       and not exists (select from governance.mapping_rebase b -- both read the same in its ticket
                        where b.request_id = old.id and b.outcome = 'moved' and b.sha256 = new.mapping_kept and b.was = old.mapping_kept
                          and b.tuple = old.mapped_hash) then
        raise exception 'a request keeps its mapping' using errcode = 'CG002';
    end if;
    if old.contested and not new.contested then -- nested: a query in an "if" is run each time
        if exists (select from governance.mapping_rebase b where b.request_id = old.id and b.outcome in ('asked', 'held')) then
            raise exception 'whether it goes on as it was approved is decided by people' using errcode = 'CG002';
        end if;
    end if;
    if new.approved_hash <> (case when approving and old.approved_hash = '' then new.mapped_hash else old.approved_hash end) then
        raise exception 'what is approved is what was mapped then, for good' using errcode = 'CG002';
    end if;
    if new.mapped_hash = '' and old.mapped_hash <> '' then
        raise exception 'a mapped request stays mapped' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_tuple() is 'Trigger: what was asked for is frozen once it is approved';

create or replace function governance.is_settled(r governance.access_request) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return r.approved_at is not null or r.approved_hash <> '' or r.phase not in ('received', 'pending_approval');
end $$;
comment on function governance.is_settled(governance.access_request) is 'Is it decided what this request is about?';
