/** An engine that lists a team in pages when it is asked (QRY^A19), and misbehaves when it is told. */
import type { ListFaultKind } from '../contract/list-far-end.js';
import type { Fault, PeerMembership } from '../contract/misbehaving-peer.js';
import { type FarEnd, type FarEndMessage, startFarEnd } from './hl7-far-end.js';
import { framedText } from './hl7-peer.js';

/** Text that is in each of its answers, and none of the hub's business. */
export const LIST_CANARY = 'CANARYFAMILYNAME';

const VISIT_CLASS: Readonly<Record<string, string>> = { WAITING_LIST: 'W', PLANNED: 'P' };
const day = (date: string | null): string => date?.replaceAll('-', '') ?? '';
const at = (places: Readonly<Record<number, string>>): string =>
  Array.from({ length: Math.max(...Object.keys(places).map(Number)) }, (_, n) => places[n + 1] ?? '').join(
    '|',
  );

/** Somebody as a list has them. */
function personOf({ patient, coordinator, state, validFrom, validTo }: PeerMembership, team: string): string {
  const { localId, nhsNumber, nhsNumberStatus } = patient;
  const ids = [`${localId}^^^RXX^MR`, ...(nhsNumber === null ? [] : [`${nhsNumber}^^^NHS^NH`])];
  const [given, family] = coordinator?.name?.split(' ') ?? [];
  const pid = at({
    1: '1',
    3: ids.join('~'),
    5: `${LIST_CANARY}^Elowen`,
    7: day(patient.dateOfBirth),
    29: day(patient.deceasedOn),
    32: nhsNumberStatus === null ? '' : `NSTS${nhsNumberStatus}`,
  });
  const pv1 = at({
    1: '1',
    2: VISIT_CLASS[state] ?? 'O',
    3: team,
    7: coordinator === null ? '' : `${coordinator.reference}^${family}^${given}`,
    16: patient.restricted ? 'R' : '',
    19: `visit-${localId}`,
    44: day(validFrom),
    45: day(validTo),
  });
  return `PID|${pid}\rPV1|${pv1}\r`;
}

/** What it is told, and what it heard. */
export interface ListSite {
  readonly farEnd: FarEnd;
  held: readonly PeerMembership[];
  fault: Fault<ListFaultKind> | null;
}

/** What was asked. */
interface Asked {
  readonly queryId: string;
  readonly team: string;
  /** ISO instant; null: everybody. */
  readonly since: string | null;
  readonly from: number;
}

function askedIn(text: string): Asked {
  const fields = (name: string): readonly string[] =>
    new RegExp(`\\r(${name}\\|[^\\r]*)`).exec(text)?.[1]?.split('|') ?? [];
  const [, year, month, date, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(fields('QRF')[2] ?? '') ?? [];
  return {
    queryId: fields('QRD')[4]!,
    team: fields('QRF')[1]!,
    // The contract's memberships changed in winter, when London keeps UTC.
    since: year === undefined ? null : `${year}-${month}-${date}T${hour}:${minute}:${second}.000Z`,
    from: Number(fields('DSC')[1] ?? 0),
  };
}

/** Starts it. @param pageSize people for each page. */
export async function startListSite(pageSize: number): Promise<ListSite> {
  const site: ListSite = { farEnd: await startFarEnd(), held: [], fault: null };
  let met = 0;

  /** The fault that this page meets. */
  function faultOn(page: number): ListFaultKind | null {
    const { fault } = site;
    if (fault === null || met >= (fault.times ?? Number.POSITIVE_INFINITY)) return null;
    if ((fault.page ?? 1) !== 0 && (fault.page ?? 1) !== page) return null;
    met++;
    return fault.kind;
  }

  function listFor({ queryId, team, since, from }: Asked, kind: ListFaultKind | null): string {
    const all = site.held.filter(({ changedAt }) => since === null || changedAt >= since);
    const start = kind === 'DUPLICATE_PAGE' ? Math.max(0, from - pageSize) : from;
    const people = kind === 'EMPTY' ? [] : all.slice(start, start + pageSize);
    const next = kind === 'LINK_LOOP' ? from : from + pageSize;
    const hasMore = kind === 'LINK_LOOP' || (kind !== 'NEXT_MISSING' && from + pageSize < all.length);
    const hits = all.length + (kind === 'TOTAL_WRONG' || kind === 'TOTAL_CHANGES' ? 1 : 0);
    const found = kind === 'QUERY_REJECTED' ? 'AE' : all.length === 0 || kind === 'CONTRADICTS' ? 'NF' : 'OK';
    const tag = kind === 'OTHER_QUERY' ? 'OTHER' : queryId;
    const status =
      kind === 'UNCOUNTED' ? (found === 'NF' ? 'QAK||NF\r' : '') : `QAK|${tag}|${found}|A19|${hits}\r`;
    const listed = people.map((one) => personOf(one, kind === 'OTHER_TEAM' ? 'Another' : team)).join('');
    const nobody = kind === 'NOBODY' ? listed.replace(/\^\^\^RXX\^MR/, '^^^RXX^XX') : listed;
    return `${status}${nobody}${hasMore ? `DSC|${next}\r` : ''}`;
  }

  site.farEnd.deed = async ({ controlId, text, socket, acknowledge }: FarEndMessage) => {
    const asked = askedIn(text);
    const kind = faultOn(asked.from / pageSize + 1);
    const id = kind === 'FOREIGN' ? 'ANOTHER' : controlId;
    const head = (type: string, code: string): string =>
      `MSH|^~\\&|PAS|RXX|IPSHUB|RYY|20260301085959||${type}|R${controlId}|P|2.4\rMSA|${code}|${id}\r`;
    const answer = framedText(head('ADR^A19', 'AA') + listFor(asked, kind));
    const instead: Partial<Record<ListFaultKind, () => unknown>> = {
      SILENT: () => {},
      DROP: () => socket.destroy(),
      BREAK_OFF: () => socket.end(answer.subarray(0, answer.length / 2)),
      STORED_ONLY: () => acknowledge('CA'),
      HTML: () => socket.write(framedText(`<html><body>${LIST_CANARY}</body></html>`)),
      TRUNCATED: () => socket.write(framedText('MSH|^~')),
      NOT_IN_SET: () =>
        socket.write(framedText(`${head('ADR^A19', 'AA')}PID|1||7^^^RXX^MR||\xe9${LIST_CANARY}\r`)),
      TOO_LARGE: () => socket.write(framedText(`${head('ADR^A19', 'AA')}ZZZ|${'x'.repeat(2_000_000)}\r`)),
      NO_LIST: () => acknowledge('AA'),
      REJECTS: () => acknowledge('AE', id, `ERR|PID^1^3^204&${LIST_CANARY}&HL70357\r`),
      DECLINES: () => acknowledge('AR'),
      LOCKED: () => acknowledge('AE', id, 'ERR|PID^1^3^206&Locked&HL70357\r'),
    };
    const given = kind === null ? undefined : instead[kind];
    if (given !== undefined) return void given();
    if (kind === 'STORED_FIRST') acknowledge('CA');
    if (kind !== 'PIECES') return void socket.write(answer);
    socket.setNoDelay(true);
    for (let from = 0, size = 1; from < answer.length; from += size, size *= 3) {
      socket.write(answer.subarray(from, from + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return site;
}
