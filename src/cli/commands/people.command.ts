/** `hub people conflicts`: how many disputes about identity wait for a steward, of which kind and for how long; nothing of anybody. */
import { systemCaller } from '../../access/caller.service.js';
import { newId } from '../../core/ids.js';
import { ON_THE_LIST } from '../../people/identity-conflict.reader.js';
import { rowSql } from '../../platform/database/select/map-words.js';
import { inEachOrganisation } from '../delivery-lines.js';
import { ExitCode } from '../output.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

interface ConflictLine {
  /** ODS code. */
  readonly organisation: string;
  readonly kind: string;
  readonly open: number;
  readonly underADay: number;
  readonly underAWeek: number;
  readonly older: number;
  /** Whole days since the oldest was found. */
  readonly oldestDays: number;
}

const since = (days: number): string => `c.found_at > clock_timestamp() - interval '${days} days'`;

/** Open disputes of one organisation that are on the stewards' list, by kind. */
const CONFLICTS = `
select o.ods_code as organisation, c.kind, count(*)::int as open, count(*) filter (where ${since(1)})::int as "underADay",
  count(*) filter (where ${since(7)} and not ${since(1)})::int as "underAWeek",
  count(*) filter (where not ${since(7)})::int as older,
  greatest(0, floor(extract(epoch from clock_timestamp() - min(c.found_at)) / 86400))::int as "oldestDays"
from identity_conflicts c join organisations o on o.id = c.organisation_id
where c.resolved_at is null and ${rowSql(ON_THE_LIST, 'c')}
group by o.ods_code, c.kind order by o.ods_code, c.kind`;

/** Registers the commands. */
export function peopleCommands(registrar: Registrar): void {
  const { program, act } = registrar;
  const people = program.command('people').description('who is who');
  people
    .command('conflicts')
    .description(
      'open disputes about identity by kind and age: counts alone, for whoever minds that stewards keep up',
    )
    .action(
      act<object>(async (output) =>
        withHub(
          registrar,
          async ({ hub }) => {
            const lines = await inEachOrganisation(hub, async (tx, organisationId) => {
              const found = await tx.query<ConflictLine>(CONFLICTS);
              if (found.length > 0)
                await hub.audit.record(systemCaller('command-line', organisationId, `cli-${newId()}`), {
                  kind: 'SYSTEM',
                  operation: 'people conflicts',
                  personIds: [],
                  details: { open: found.reduce((sum, { open }) => sum + open, 0) },
                });
              return found;
            });
            output.table(
              lines,
              ['ORGANISATION', 'KIND', 'OPEN', 'UNDER A DAY', 'UNDER A WEEK', 'OLDER', 'OLDEST, DAYS'],
              lines.map((line) => [
                line.organisation,
                line.kind,
                ...[line.open, line.underADay, line.underAWeek, line.older, line.oldestDays].map(String),
              ]),
            );
            return ExitCode.DONE;
          },
          { sites: false },
        ),
      ),
    );
}
