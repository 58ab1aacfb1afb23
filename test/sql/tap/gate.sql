-- The gate in Jira's workflow: what we changed, what a look proved, drift.
\ir fixtures.psql
