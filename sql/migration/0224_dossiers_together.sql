-- breaking: no
-- Dossiers are read together (routine/dossier.sql), and what only one caller asks of a read is a question of its own (routine/read_state.sql).
drop function if exists governance.dossier_items(uuid, text, int, boolean, boolean, boolean), governance.dossier_observed(bigint, int),
    governance.read_state(governance.ticket, governance.access_request);
