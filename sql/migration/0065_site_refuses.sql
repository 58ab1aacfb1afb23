-- breaking: no
-- What holds all requests of a site that does not accept our credential.
insert into governance.status_reason values
    ('SiteRefusesUs', 'stuck', 'governance_owner', 'our credential is tried again',
     'replace the secret file of the site: a new secret is tried at once, without a restart');
