-- breaking: no
-- Also told: the end of an exception's cover, its proof after all, and what the look at an emergency found.
insert into governance.event_type values
    ('exception.lapsed', 'exception.lapsed'), ('exception.settled', 'exception.settled'), ('emergency.reviewed', 'emergency.reviewed');
