/** A process of its own that sweeps one team and is killed while it applies: arguments are the owner's URL, the organisation, the system and the team. */
import { entities } from '../../../ormconfig.js';
import { RefreshService } from '../../../src/clinical/refresh/refresh.service.js';
import { systemClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { openDatabase } from '../../../src/platform/database/pg-database.js';
import { patient, ScriptedCaseload } from '../../support/scripted-caseload.js';

const [ownerUrl, organisationId, systemId, teamReference] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const database = await openDatabase({ ownerUrl, entities });
const record = new ScriptedCaseload('SYS', systemClock, 50);
for (let n = 50; n < 150; n++)
  record.put(teamReference, `Episode/${n}`, { patient: patient(`p${n}`, null), validFrom: '2026-02-02' });
const refresh = new RefreshService({ database, clock: systemClock, logger: silentLogger, leaseMs: 1 });
await refresh.refreshTeam(
  { id: systemId, organisationId, code: 'SYS' },
  record,
  { teamReference, teamId: null },
  'SWEEP',
);
process.stdout.write('applied\n');
await database.close();
