/** `hub eligibility check`: decides for referrals as the hub's own work, and prints verdict, criteria and clauses. */
import { systemCaller } from '../../access/caller.service.js';
import type { Purpose } from '../../casework/eligibility/facts.js';
import { isLocalDate } from '../../core/calendar.js';
import { inputError } from '../../core/errors.js';
import { isId, newId } from '../../core/ids.js';
import { DECISIONS_FOR_COMMAND_LINE, type DecisionLine } from '../eligibility-lines.js';
import { ExitCode } from '../output.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

const PURPOSES = ['ENTRY', 'CONTINUE', 'RE_ENTRY'];

/** Registers the commands. */
export function eligibilityCommands(registrar: Registrar): void {
  const { program, act } = registrar;
  const eligibility = program.command('eligibility').description('eligibility decisions');
  eligibility
    .command('check <referralId...>')
    .description('decide for referrals and keep the decisions; prints no personal data')
    .option('--purpose <purpose>', PURPOSES.join(', '), 'ENTRY')
    .option('--as-of <date>', 'what was so on this day; default today')
    .action(
      act<{ purpose: string; asOf?: string }>(async (output, options, referralIds) => {
        for (const id of referralIds)
          if (!isId(id)) throw inputError('referralId', 'not an id', 'a uuid, as the graph shows it');
        if (!PURPOSES.includes(options.purpose))
          throw inputError('--purpose', `${options.purpose} is no purpose`, PURPOSES.join(', '));
        if (options.asOf !== undefined && !isLocalDate(options.asOf))
          throw inputError('--as-of', 'not a calendar date', 'YYYY-MM-DD');
        return withHub(
          registrar,
          async ({ hub }) => {
            const lines: DecisionLine[] = [];
            const refused: { referralId: string; refusal: string }[] = [];
            const found = await hub.database.transaction(
              'worker',
              { organisationId: null, teamIds: [], organisationIds: [], staffId: null },
              (tx) => tx.query<{ id: string }>('select id from organisations order by id'),
            );
            for (const { id: organisationId } of found) {
              const scope = { organisationId, teamIds: [], organisationIds: [], staffId: null };
              const own = await hub.database.transaction('decide', scope, (tx) =>
                tx.query<{ id: string; team_id: string }>(
                  'select id, team_id from referrals where id = any ($1::uuid[])',
                  [referralIds],
                ),
              );
              if (own.length === 0) continue;
              const caller = systemCaller('command-line', organisationId, `cli-${newId()}`, [
                ...new Set(own.map((row) => row.team_id)),
              ]);
              const question = {
                idempotencyKey: `cli-${newId()}`,
                referralIds: own.map((row) => row.id),
                purpose: options.purpose as Purpose,
                asOf: options.asOf ?? null,
              };
              const { outcomes } = await hub.services.eligibility.check(caller, question);
              for (const outcome of outcomes)
                if (outcome.refusal)
                  refused.push({ referralId: outcome.referralId, refusal: outcome.refusal });
              const decisionIds = outcomes.flatMap((outcome) => outcome.decisionId ?? []);
              lines.push(
                ...(await hub.database.transaction('decide', scope, (tx) =>
                  tx.query<DecisionLine>(DECISIONS_FOR_COMMAND_LINE, [decisionIds]),
                )),
              );
            }
            const answered = new Set([...lines, ...refused].map((line) => line.referralId));
            for (const id of referralIds)
              if (!answered.has(id)) refused.push({ referralId: id, refusal: 'HUB_NOT_FOUND' });
            output.result({ decisions: lines, refused }, [
              ...lines.flatMap((line) => [
                `${line.referralId}  ${line.verdict}  ${line.reason}${line.confirmBy ? `  ask: ${line.confirmBy}` : ''}  may proceed: ${line.mayProceed}`,
                ...line.criteria.map((criterion) =>
                  `    ${criterion.result.padEnd(13)} ${criterion.key.padEnd(24)} ${criterion.reason} ${criterion.clause ? `(${criterion.clause})` : ''}`.trimEnd(),
                ),
              ]),
              ...refused.map((line) => `${line.referralId}  refused: ${line.refusal}`),
            ]);
            return refused.length > 0 ? ExitCode.FAULT : ExitCode.DONE;
          },
          { sites: false },
        );
      }),
    );
}
