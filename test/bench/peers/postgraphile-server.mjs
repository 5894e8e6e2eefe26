/** PostGraphile 5 on the hub's tables as superuser: no policy, no record; production mode, persistent statements, no explorer. */
import { createServer } from 'node:http';
import pg from 'pg';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { makePgSmartTagsPlugin } from 'postgraphile/utils';

const { BENCH_DATABASE_URL, BENCH_POOL, BENCH_PORT } = process.env;
const pool = new pg.Pool({
  connectionString: BENCH_DATABASE_URL,
  max: Number(BENCH_POOL),
  options: '-c TimeZone=UTC',
});

const column = (identifier) => ({
  kind: 'attribute',
  match: identifier,
  tags: { behavior: '+orderBy +filterBy +attribute:filterBy +attribute:orderBy' },
});
const key = (identifier, fieldName) => ({ kind: 'constraint', match: identifier, tags: { fieldName } });
const tags = makePgSmartTagsPlugin([
  column('caseload_memberships.observed_from'),
  column('caseload_memberships.observed_to'),
  column('eligibility_decisions.decided_at'),
  column('notes.created_at'),
  key('referrals.fk_referrals_person', 'person'),
  key('referrals.fk_referrals_team', 'team'),
  key('referrals.fk_referrals_specification', 'specification'),
  key('employment_episodes.fk_employment_episodes_person', 'person'),
  key('employment_episodes.fk_employment_episodes_specialist', 'specialist'),
  key('employment_episodes.fk_employment_episodes_referral', 'referral'),
  key('notes.fk_notes_author', 'author'),
]);

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [tags],
  disablePlugins: ['NodePlugin', 'PgIndexBehaviorsPlugin'],
  pgServices: [makePgService({ pool, schemas: ['public'] })],
  grafast: { explain: false },
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false, websockets: false },
};
const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(Number(BENCH_PORT), '127.0.0.1');
