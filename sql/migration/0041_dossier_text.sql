-- breaking: no
-- What a dossier is made of is JSON as text from now on: routine/dossier.sql makes it anew.
drop function if exists governance.dossier_items(uuid, int, boolean);
