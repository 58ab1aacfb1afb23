-- breaking: no
-- inbox_claim takes a budget of bytes now and says how long a body is. The routine is made anew right after; a program
-- that knows only lease and batch finds it too, by its default.
drop function if exists governance.inbox_claim(interval, int);
