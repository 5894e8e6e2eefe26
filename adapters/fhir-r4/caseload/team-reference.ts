/** Team references as a site's strategy has them, checked before anything is sent. */
import { inputError } from '../../../src/core/errors.js';
import { requireReference } from '../transport/search-values.rules.js';
import type { CaseloadStrategy } from './strategy.js';

/** `<system>|<value>` of an identifier: an absolute URI and a value without white space or what separates search values. */
const TOKEN = /^[a-z][a-z0-9+.-]*:[^\s|,$\\]+\|[^\s|,$\\]+$/i;

/** A reference that can be sent as one search value as it stands, else `HUB_INPUT_INVALID`. */
export function requireTeamReference({ team, teamByIdentifier }: CaseloadStrategy, text: string): string {
  if (teamByIdentifier !== true) return requireReference('teamReference', team.type, text);
  if (!TOKEN.test(text) || text.length > 300)
    throw inputError('teamReference', 'not an identifier of this record system', '<system>|<value>');
  return text;
}
