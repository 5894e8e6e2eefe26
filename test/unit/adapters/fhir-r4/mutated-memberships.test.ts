/** CareTeams, Encounters, members and entries changed at random: never a throw, never an invented day, never a reference that could climb. */
import fc from 'fast-check';
import { mapParticipant } from '../../../../adapters/fhir-r4/mapping/care-manager.rules.js';
import { readCareTeam } from '../../../../adapters/fhir-r4/mapping/care-team-membership.rules.js';
import { readEncounter } from '../../../../adapters/fhir-r4/mapping/encounter.rules.js';
import { groupFault, readGroupMember } from '../../../../adapters/fhir-r4/mapping/group-member.rules.js';
import { listFault, readListEntry } from '../../../../adapters/fhir-r4/mapping/list-entry.rules.js';
import { UnmappedTally } from '../../../../adapters/fhir-r4/mapping/unmapped.js';
import { MembershipState } from '../../../../src/clinical/clinical-record.port.js';
import { isLocalDate } from '../../../../src/core/calendar.js';
import { asJson, changed, type Value } from '../../../support/mutated-json.js';

const PERIOD = { start: '2026-01-01', end: '2026-02-01T10:00:00Z' };
const ROLE = [{ coding: [{ system: 'http://snomed.info/sct', code: '768820003' }] }];

const PARTS = [
  {
    read: readCareTeam,
    path: 'CareTeam',
    valid: {
      status: 'active',
      period: PERIOD,
      participant: [{ role: ROLE, member: { reference: 'Practitioner/w' } }],
    },
  },
  {
    read: readEncounter,
    path: 'Encounter',
    valid: {
      status: 'in-progress',
      period: PERIOD,
      class: { system: 'urn:c', code: 'AMB' },
      participant: [{ type: ROLE, individual: { reference: 'Practitioner/w' } }],
    },
  },
  { read: readGroupMember, path: 'Group.member', valid: { inactive: true, period: PERIOD } },
  { read: readListEntry, path: 'List.entry', valid: { deleted: false, date: '2026-01-01' } },
] as const;

function textsIn(value: Value): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Some text of the part begins with the day or, since times shift between zones, with a neighbour of it. */
function isFrom(day: string | null, part: Value): boolean {
  const near = textsIn(part).filter((text) => isLocalDate(text.slice(0, 10)));
  const distance = (text: string) => Math.abs(Date.parse(text.slice(0, 10)) - Date.parse(String(day)));
  return day === null || near.some((text) => distance(text) <= 86_400_000);
}

test.each(PARTS)('$path', ({ read, path, valid }) => {
  const tally = new UnmappedTally();
  let reached = 0;
  fc.assert(
    fc.property(changed(valid as unknown as Value), (part) => {
      const terms = read(asJson(part), tally.count);
      groupFault(asJson(part));
      listFault(asJson(part));
      const elements = { resource: 'CareTeam', role: 'role', person: 'member' } as const;
      const base = 'https://record.example/fhir/';
      const coordinator = mapParticipant(elements, ['768820003'], asJson(part), new Map(), base, tally.count);
      if (coordinator !== null)
        expect(coordinator.reference).toMatch(/^Practitioner(Role)?\/[A-Za-z0-9\-.]{1,64}$/);
      if (terms === null) return;
      reached += 1;
      expect(Object.values(MembershipState)).toContain(terms.state);
      expect(isFrom(terms.validFrom, part) && isFrom(terms.validTo, part)).toBe(true);
    }),
    { numRuns: 3000 },
  );
  process.stdout.write(`${path}: ${reached} of 3000 changed ones were read\n`);
  expect(reached).toBeGreaterThan(500);
  // mapParticipant was asked as of a CareTeam.
  const known = new RegExp(`^(${path}|CareTeam\\.participant)\\.[a-z.A-Z]+$`);
  for (const counted of tally.byPath.keys()) expect(counted).toMatch(known);
});
