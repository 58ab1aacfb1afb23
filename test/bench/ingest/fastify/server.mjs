// The same intake as Countersign's, as a team would write it today: Fastify and pg, one process, a pool, one row a
// statement. Same work: HMAC over the raw bytes in constant time, insert into the same table, commit, answer.
import { createHmac, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

const { BENCH_SECRET, BENCH_CONNINFO_HOST, BENCH_DATABASE, BENCH_USER, BENCH_SQL } = process.env;
const pool = new pg.Pool({ host: BENCH_CONNINFO_HOST, database: BENCH_DATABASE, user: BENCH_USER, max: 8 });
const app = Fastify({ logger: false, bodyLimit: 5 * 1024 * 1024 });

app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

app.post('/webhook/jira/:site', async (request, reply) => {
  const given = String(request.headers['x-hub-signature'] ?? '');
  const wanted = 'sha256=' + createHmac('sha256', BENCH_SECRET).update(request.body).digest('hex');
  const same = given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted));
  if (!same) return reply.code(401).send();
  const id = request.headers['x-atlassian-webhook-identifier'];
  await pool.query({ name: 'put', text: BENCH_SQL, values: [request.params.site, id, request.body] });
  return reply.code(200).send();
});

await app.listen({ host: '127.0.0.1', port: 0 });
console.log(JSON.stringify({ port: app.server.address().port }));
process.on('SIGTERM', () => process.exit(0));
