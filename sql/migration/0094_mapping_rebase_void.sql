-- breaking: no
comment on column governance.mapping_rebase.outcome is 'asked: its next read decides; anew: nothing was approved yet, it is understood anew; moved: the same is approved; held: it would be something else; kept: somebody decided that it goes on as it was approved; void: another mapping was live before that was decided, which may be the one it keeps';
comment on column governance.mapping_rebase.number is 'Which mapping, as mapping_live counts; once another is live, what was only asked is void, and what was held is asked about that one';
