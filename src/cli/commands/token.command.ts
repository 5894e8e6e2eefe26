/** `hub token <role>`: a demonstration token, to try the graph with. Refused on a hub that is no demonstration. */
import { DEMONSTRATION_STAFF } from '../../../seeds/demonstration/staff.js';
import { DemonstrationIssuer } from '../../access/tokens/demonstration-issuer.js';
import { systemClock } from '../../core/clock.js';
import { HubError, inputError } from '../../core/errors.js';
import { DEMONSTRATION_AUDIENCE, TOKEN_ROLES } from '../../main/token-keys.js';
import { readSettings } from '../../platform/settings/settings.js';
import type { Registrar } from '../registrar.js';

/** Registers the command. */
export function tokenCommand({ program, act, env }: Registrar): void {
  program
    .command('token <role>')
    .description(`print a demonstration token: ${TOKEN_ROLES.join(', ')}`)
    .option('--minutes <number>', 'how long it is good for, 1 to 1440', '60')
    .action(
      act<{ minutes: string }>(async (output, { minutes }, [role]) => {
        const settings = readSettings(env);
        if (!settings.isDemonstration) {
          throw new HubError('HUB_ACCESS_REFUSED', {
            message: 'Demonstration tokens are issued on a demonstration only; ask your identity provider.',
          });
        }
        const person = DEMONSTRATION_STAFF.find(({ subject }) => subject === `demo-${role}`);
        if (!person) throw inputError('role', `${role} is nobody here`, TOKEN_ROLES.join(', '));
        const life = Number(minutes);
        if (!Number.isInteger(life) || life < 1 || life > 1440)
          throw inputError('--minutes', 'not a number of minutes', '1 to 1440');
        const issuer = await DemonstrationIssuer.open(settings.dataDir, DEMONSTRATION_AUDIENCE, systemClock);
        const token = await issuer.issue({
          subject: person.subject,
          roles: person.roles,
          org: person.organisation,
          ttlSeconds: life * 60,
        });
        output.result({ token, subject: person.subject, roles: person.roles }, [token]);
        return undefined;
      }),
    );
}
