-- breaking: no
-- What is refused beyond what is kept of one token leaves a row that says so.
comment on column governance.refused_decision.why is
    'own, unclear (nobody can tell whether it is his own), left, void (it could not count any more), owner, control, reason, end, circle, unnamed; more (a hundred of this token came before it within the hour, and those after it are not kept); of a ticket stranger and declined, too';
comment on column governance.refused_decision.ends_at is 'Until when it was to last; null: nothing was said';
