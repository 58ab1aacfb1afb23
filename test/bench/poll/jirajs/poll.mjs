// The same walk as Countersign's, as a team would write it today: jira.js and pg, pages of a hundred, the mapping's rules by
// request type, one upsert a page. Ends with one line of JSON: what it took.
import { Version3Client } from 'jira.js';
import pg from 'pg';

const { BENCH_JIRA, BENCH_HOST, BENCH_DATABASE, BENCH_USER, BENCH_FIELDS } = process.env;
const jira = new Version3Client({
  host: BENCH_JIRA,
  authentication: { basic: { email: 'connector@example.com', apiToken: 'connector-token' } },
});
const database = new pg.Client({ host: BENCH_HOST, database: BENCH_DATABASE, user: BENCH_USER });
const governed = { 30: 'grant', 31: 'removal', 41: 'removal' };

function map(issue) {
  const { fields } = issue;
  const change = governed[fields.customfield_10010?.requestType?.id];
  if (!change) return { tuple: null, ignored: 'request type not governed' };
  return {
    tuple: JSON.stringify({
      kind: change,
      beneficiary: fields.customfield_10061?.trim().toLowerCase(),
      application: fields.customfield_10050?.value,
      entitlement: fields.customfield_10052?.trim(),
    }),
    ignored: null,
  };
}

await database.connect();
let nextPageToken;
let count = 0;
do {
  const page = await jira.issueSearch.searchForIssuesUsingJqlEnhancedSearchPost({
    jql: 'project in ("IAM", "OPS") AND updated >= 0 ORDER BY updated ASC, key ASC',
    maxResults: 100,
    fields: BENCH_FIELDS.split(','),
    nextPageToken,
  });
  const rows = page.issues.map((issue) => ({ issue, mapped: map(issue) }));
  await database.query({
    name: 'upsert',
    text: `insert into bench_ticket select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::jsonb[], $5::text[])
           on conflict (issue_id) do update set key = excluded.key, updated = excluded.updated, mapped = excluded.mapped,
             ignored = excluded.ignored where excluded.updated > bench_ticket.updated`,
    values: [rows.map((r) => r.issue.id), rows.map((r) => r.issue.key), rows.map((r) => r.issue.fields.updated),
      rows.map((r) => r.mapped.tuple), rows.map((r) => r.mapped.ignored)],
  });
  count += rows.length;
  nextPageToken = page.nextPageToken;
} while (nextPageToken);
await database.end();
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ count, cpu_s: (user + system) / 1e6, peak_kib: process.resourceUsage().maxRSS }));
