/** Pulls a peer's team through its adapter, and tells what came in the words in which the peer was loaded. */
import type { CaseloadItem, CaseloadPage } from '../../src/clinical/clinical-record.port.js';
import { isHubError } from '../../src/core/errors.js';
import { never } from './contract-case.js';
import type { CaseloadSubject, PeerMembership } from './misbehaving-peer.js';

export interface Pulled {
  readonly pages: readonly CaseloadPage[];
  readonly error: unknown;
}

/** Pulls to the end or to the failure. */
export async function pull(
  subject: CaseloadSubject<string>,
  since: string | null = null,
  signal = never(),
  teamReference = subject.peer.teamReference,
): Promise<Pulled> {
  const pages: CaseloadPage[] = [];
  try {
    for await (const page of subject.adapter.caseload!.pull({ teamReference, since }, signal))
      pages.push(page);
    return { pages, error: null };
  } catch (error) {
    return { pages, error };
  }
}

/** What came, in the words in which the peer was loaded, by patient. */
export function received({ pages }: Pulled): Omit<CaseloadItem, 'teamReference'>[] {
  return pages
    .flatMap(({ items }) => items.map(({ value }) => value))
    .map(({ teamReference: _team, ...item }) => item)
    .sort((a, b) => a.patient.localId.localeCompare(b.patient.localId));
}

/** What was loaded, as it should come. */
export function loaded(held: readonly PeerMembership[]): Omit<CaseloadItem, 'teamReference'>[] {
  return held
    .map(({ changedAt: _at, coordinator, ...rest }) => ({ ...rest, careCoordinator: coordinator }))
    .sort((a, b) => a.patient.localId.localeCompare(b.patient.localId));
}

/** Pulls `count` pages and turns away, as a caller does that keeps cursors and is interrupted; then goes on from the last of them. */
export async function interrupted(
  subject: CaseloadSubject<string>,
  count: number,
  between: () => void = () => {},
  most = Number.POSITIVE_INFINITY,
): Promise<{ readonly before: readonly CaseloadPage[]; readonly after: Pulled }> {
  const request = { teamReference: subject.peer.teamReference, since: null, keep: async () => {} };
  const before: CaseloadPage[] = [];
  for await (const page of subject.adapter.caseload!.pull(request, never()))
    if (before.push(page) === count) break;
  between();
  return { before, after: await resumed(subject, before.at(-1)!.cursor!, most) };
}

/** Goes on from a cursor, by so many pages at most. */
export async function resumed(
  subject: CaseloadSubject<string>,
  cursor: string,
  most = Number.POSITIVE_INFINITY,
): Promise<Pulled> {
  const request = {
    teamReference: subject.peer.teamReference,
    since: null,
    resume: cursor,
    keep: async () => {},
  };
  const pages: CaseloadPage[] = [];
  try {
    for await (const page of subject.adapter.caseload!.pull(request, never()))
      if (pages.push(page) === most) break;
    return { pages, error: null };
  } catch (error) {
    return { pages, error };
  }
}

export const endedWell = ({ pages, error }: Pulled): boolean => error === null && pages.at(-1)?.last === true;

/** Either complete and equal, or a `HubError` that was not preceded by a page said to be the last. */
export function expectNoSilentPartial(pulled: Pulled, held: readonly PeerMembership[]): void {
  if (endedWell(pulled)) expect(received(pulled)).toEqual(loaded(held));
  else {
    expect(isHubError(pulled.error)).toBe(true);
    expect(pulled.pages.some(({ last }) => last)).toBe(false);
  }
}
