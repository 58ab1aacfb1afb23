-- breaking: no
-- Where the gate is installed, Resolve is gone or refuses: what people press is what the ticket says, too. In Verifying access they press nothing.
update governance.status_reason set remedy = 'do the change and press Mark done (or Resolve)' where name = 'WorkAwaited';
update governance.status_reason set remedy = 'make the access as asked: in Verifying access it is checked by itself, else press Mark done (or Resolve)'
 where name = 'NotAsAsked';
