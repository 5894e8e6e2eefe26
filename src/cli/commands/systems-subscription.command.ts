/** `hub systems subscription`: the FHIR Subscription with which a record system tells this hub that a caseload has changed. */
import type { Command } from 'commander';
import { HINT_PATH } from '../../../schema/server/hint.routes.js';
import { londonDate } from '../../core/calendar.js';
import { inputError } from '../../core/errors.js';
import { hintsOf } from '../../main/hints.js';
import { type ConnectedSystem, systemByCode } from '../../main/systems.js';
import { type Settings, settingsError } from '../../platform/settings/settings.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

/** Where record systems reach the hub, without a slash at the end. @throws HUB_SETTINGS_INVALID where nobody has said. */
function publicAddress({ publicUrl, isDemonstration, host, port }: Settings): string {
  const address = publicUrl ?? (isDemonstration ? `http://${host}:${port}` : null);
  if (address !== null) return address.replace(/\/+$/, '');
  const accepted = 'the address at which the record system reaches this hub';
  throw settingsError([{ name: 'HUB_PUBLIC_URL', fault: 'required to say where hints go', accepted }]);
}

/** References of the site's team map that hold on a day. */
function teamsOn({ profile }: ConnectedSystem, day: string): readonly string[] {
  return profile.teams
    .filter(({ validFrom, validTo }) => (validFrom ?? day) <= day && day < (validTo ?? '9999'))
    .map(({ reference }) => reference);
}

/** Registers the command below `hub systems`. */
export function systemsSubscriptionCommand(systems: Command, registrar: Registrar): void {
  systems
    .command('subscription <code>')
    .description(
      'the Subscription to install at a record system, so that it says when a caseload has changed',
    )
    .action(
      registrar.act<object>(async (output, _options, [code]) =>
        withHub(registrar, async ({ hub }) => {
          const connected = systemByCode(hub.systems, code ?? '');
          const hints = hintsOf(connected.profile);
          if (hints === null)
            throw inputError('code', `${code} has an adapter whose far end gives no hints`, 'another system');
          const endpoint = `${publicAddress(hub.settings)}${HINT_PATH}/${connected.profile.code}`;
          const day = londonDate(hub.clock.now());
          const { resource, notes } = hints.installation(endpoint, teamsOn(connected, day));
          output.result(resource, [JSON.stringify(resource, null, 2)]);
          for (const note of notes) output.note(note);
          if (hints.secret === null)
            output.note('The site has no hintSecret: until it has, no hint is taken.');
          return undefined;
        }),
      ),
    );
}
