/** Asking a far end about a person, page by page. */
import type { Clock } from '../../../src/core/clock.js';
import { HubError } from '../../../src/core/errors.js';
import { type AskContext, ask } from './ask.js';
import { type Candidate, type PersonQuestion, personPage, personQuestion } from './person-query.rules.js';
import { newControlId, newQueryId } from './query-envelope.rules.js';

/** What asking works with. */
export interface FindContext extends AskContext {
  readonly clock: Clock;
  /** People for each page; null: as many as the far end gives. */
  readonly pageSize: number | null;
  readonly maxPages: number;
}

/**
 * Everybody whom the far end offers, in its order; nobody where it says that it found nobody.
 * @throws what `ask` and `personPage` throw; HUB_UPSTREAM_PROTOCOL for pages without an end, or that do not add up.
 */
export async function findPeople(
  question: PersonQuestion,
  context: FindContext,
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const { clock, pageSize, maxPages, envelope } = context;
  const tag = newQueryId();
  const people: Candidate[] = [];
  let pointer: string | null = null;
  for (let page = 1; page <= maxPages; page++) {
    const controlId = newControlId();
    const asked = { tag, controlId, at: clock.now(), pageSize, pointer };
    const answer = await ask(personQuestion(question, asked, envelope), controlId, context, signal);
    const found = personPage(answer, question.by, tag);
    people.push(...found.people);
    pointer = found.pointer;
    if (pointer !== null) continue;
    if (found.hits !== null && found.hits !== people.length)
      throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'QAK-4' } });
    return people;
  }
  throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'DSC', maxPages } });
}
