/** A process that refreshes a team's caseload as the hub does, every setting as shipped, and tells its time and memory; another team's first, to warm up. */
import { hubModule } from './built-hub.mjs';

const { ownerUrl, baseUrl, system, teamId, warmUp, teamReference, pageSize } = JSON.parse(process.argv[2]);
const { openDatabase } = await hubModule('src/platform/database/pg-database.js');
const { RefreshService } = await hubModule('src/clinical/refresh/refresh.service.js');
const { fhirR4 } = await hubModule('adapters/fhir-r4/index.js');
const { systemClock: clock } = await hubModule('src/core/clock.js');
const { silentLogger: logger } = await hubModule('src/core/logger.js');
const { entities } = await hubModule('ormconfig.js');

const database = await openDatabase({ ownerUrl, entities });
const settings = fhirR4.parseSettings({
  baseUrl,
  pageSize,
  auth: 'BEARER',
  bearerToken: 'bench-token-of-32-characters-xx',
});
const adapter = fhirR4.create(settings, { system: system.code, clock, logger });
const refresh = new RefreshService({ database, clock, logger });

const pull = (team, options) =>
  refresh.refreshTeam(system, adapter, { teamReference: team, teamId }, 'SWEEP', options);
await pull(warmUp, {});

/** Resident memory in bytes when the first 2,000 had come. */
let early = null;
const startedAt = performance.now();
const cpuAt = process.cpuUsage();
const result = await pull(teamReference, {
  onProgress: ({ received }) => {
    if (early === null && received >= 2_000) early = process.memoryUsage.rss();
  },
});
const ms = performance.now() - startedAt;
const late = process.memoryUsage.rss();
const { user, system: kernel } = process.cpuUsage(cpuAt);
process.send({
  ms,
  nodeMs: (user + kernel) / 1000,
  early,
  late,
  state: result.state,
  received: result.received,
  code: result.failureCode,
});
await adapter.close();
await database.close();
process.disconnect();
