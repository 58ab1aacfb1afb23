-- breaking: no
-- Whose turn it is to change the gate of a site was held by a session, which is nobody's own behind a pooler: governance.gate_hold holds it
-- by a transaction. An older program that asks here is told so, and changes nothing.
drop function if exists governance.gate_turn(text);
