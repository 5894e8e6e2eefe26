/** The floor: Fastify without anything on it, one prepared statement for each question, and its text as the answer. No token, no limit, no policy, no record. */
import { fastify } from 'fastify';
import pg from 'pg';
import { QUESTIONS } from './questions.mjs';

const { BENCH_DATABASE_URL, BENCH_POOL, BENCH_TEAMS } = process.env;
const pool = new pg.Pool({
  connectionString: BENCH_DATABASE_URL,
  max: Number(BENCH_POOL),
  options: '-c TimeZone=UTC',
});
const values = [`{${BENCH_TEAMS}}`];
const app = fastify();
for (const { id, list, floorSql } of QUESTIONS) {
  app.post(`/${id}`, async (_request, reply) => {
    const { rows } = await pool.query({ name: id, text: floorSql, values, rowMode: 'array' });
    void reply.type('application/json; charset=utf-8');
    return `{"data":{"${list}":{"nodes":${rows[0][0]}}}}`;
  });
}
await app.listen({ host: '127.0.0.1', port: Number(process.env.BENCH_PORT) });
