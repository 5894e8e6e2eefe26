/** Refuses modifiers that medplum's parser would drop without a word, answering a wider search than was asked. */
import { refuse } from './outcomes.js';

const KNOWN = ['contains', 'exact', 'identifier', 'iterate', 'missing', 'not'];

/** 400 when a parameter carries a modifier that this server does not know. Chains name types after a colon and are checked where they are resolved. */
export function checkModifiers(query: URLSearchParams): void {
  for (const name of query.keys()) {
    const [code, modifier] = name.split(':');
    if (modifier !== undefined && code !== '_has' && !name.includes('.') && !KNOWN.includes(modifier))
      throw refuse('a search modifier is not supported');
  }
}
