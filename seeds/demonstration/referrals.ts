/** The referrals of the demonstration: the cast's, generated ones of trust A under all five specifications, and some of trust B. */
import type { EpisodeOfCare, Patient } from 'fhir/r4.js';
import { addDays, type LocalDate } from '../../src/core/calendar.js';
import { castReferrals } from './cast-referrals.js';
import { demonstrationNhsNumbers, NHS_NUMBER_BLOCK } from './demonstration-nhs-numbers.js';
import { inventAddress, inventName, inventTelephone } from './names.js';
import { OrganisationCode, teamCodeOf } from './organisations.js';
import { Random } from './random.js';
import { FhirSystem, type RecordResource } from './record-resources.js';
import {
  type DemonstrationReferral,
  type ReferralStatement,
  type ReferredPerson,
  SpecificationCode,
} from './referral.type.js';

/** Referrals in all, of every organisation. */
export const DEMONSTRATION_REFERRALS = 230;

const OF_TRUST_B = 12;
const SEED = 20_260_302;

const SPECIFICATION_WEIGHTS = [
  [SpecificationCode.DORSET, 44],
  [SpecificationCode.HEREFORDSHIRE, 26],
  [SpecificationCode.VOCATIONAL_SAMPLE, 18],
  [SpecificationCode.DORSET_2018, 8],
  [SpecificationCode.LEAFLET, 4],
] as const;

/** The first specification ran from 2018-10-01 to 2021-09-30 (000:19): its referrals were received in its last year. */
const DORSET_2018_LAST_DAY: LocalDate = '2021-09-30';

function statement(random: Random): ReferralStatement {
  const route = random.weighted([
    ['CARE_COORDINATOR', 60],
    ['CLINICAL_TEAM', 12],
    ['JOINT', 8],
    ['SELF', 12],
    ['JOBCENTRE_PLUS', 4],
    ['OTHER_AGENCY', 4],
  ] as const);
  return {
    route,
    wordOnWork: random.weighted([
      ['WANTS_PAID_WORK', 76],
      ['WANTS_STEPS_TOWARDS_WORK', 8],
      ['UNSURE', 8],
      ['NOT_RECORDED', 6],
      ['DOES_NOT_WANT_PAID_WORK', 2],
    ] as const),
    employment: random.weighted([
      ['OUT_OF_WORK', 74],
      ['EMPLOYED_AT_RISK', 8],
      ['EMPLOYED', 5],
      ['VOLUNTARY_OR_PERMITTED_WORK', 7],
      ['NOT_RECORDED', 6],
    ] as const),
    consent:
      route === 'SELF'
        ? random.weighted([
            ['GIVEN', 60],
            ['NOT_ASKED', 30],
            ['REFUSED', 10],
          ] as const)
        : 'GIVEN',
    residence: random.weighted([
      ['IN_REGION', 92],
      ['OUTSIDE_REGION', 4],
      ['NOT_RECORDED', 4],
    ] as const),
  };
}

interface Candidate {
  readonly team: string;
  readonly person: ReferredPerson;
}

/** Generated people with a number and a full date of birth who are on the caseload of a team that the hub knows. */
function candidates(records: readonly RecordResource[]): Candidate[] {
  const patients = new Map<string, Patient>();
  for (const resource of records)
    if (resource.resourceType === 'Patient' && resource.id) patients.set(resource.id, resource);
  const found = new Map<string, Candidate>();
  const episodes = records.filter(
    (resource): resource is EpisodeOfCare => resource.resourceType === 'EpisodeOfCare',
  );
  for (const episode of episodes.sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1))) {
    const patient = patients.get(episode.patient.reference?.slice('Patient/'.length) ?? '');
    const team = teamCodeOf(episode.managingOrganization?.reference ?? '');
    const nhsNumber = patient?.identifier?.find(
      (identifier) => identifier.system === FhirSystem.NHS_NUMBER,
    )?.value;
    const usable =
      patient?.id?.match(/^p-\d+$/) && patient.birthDate?.length === 10 && !patient.deceasedDateTime;
    if (!usable || !team || !nhsNumber || episode.status === 'entered-in-error' || found.has(nhsNumber))
      continue;
    found.set(nhsNumber, {
      team,
      person: {
        nhsNumber,
        dateOfBirth: patient.birthDate!,
        givenName: patient.name![0]!.given![0]!,
        familyName: patient.name![0]!.family!,
        telephone: patient.telecom![0]!.value!,
        postcode: patient.address![0]!.postalCode!,
      },
    });
  }
  return [...found.values()];
}

function datesFor(
  specification: SpecificationCode,
  today: LocalDate,
  random: Random,
): Pick<DemonstrationReferral, 'receivedOn' | 'acceptedOn'> {
  const receivedOn = addDays(
    specification === SpecificationCode.DORSET_2018 ? DORSET_2018_LAST_DAY : today,
    -random.int(1, 330),
  );
  const acceptedOn = addDays(receivedOn, random.int(2, 16));
  return { receivedOn, acceptedOn: acceptedOn < today && random.chance(0.7) ? acceptedOn : null };
}

function generated(
  key: string,
  organisation: OrganisationCode,
  who: Candidate,
  specification: SpecificationCode,
  today: LocalDate,
  random: Random,
): DemonstrationReferral {
  return {
    key,
    organisation,
    team: who.team,
    specification,
    ...statement(random),
    person: who.person,
    ...datesFor(specification, today, random),
  };
}

/** People of trust B exist only in the hub: no demonstration record system holds them. */
function ofTrustB(today: LocalDate, random: Random): DemonstrationReferral[] {
  const numbers = demonstrationNhsNumbers(NHS_NUMBER_BLOCK.OTHER_TRUST);
  return Array.from({ length: OF_TRUST_B }, (_, index) => {
    const name = inventName(random, index % 2 === 0 ? 'female' : 'male');
    const person = {
      nhsNumber: numbers.next().value ?? null,
      dateOfBirth: addDays('1975-01-01', random.int(0, 9_000)),
      givenName: name.given,
      familyName: name.family,
      telephone: inventTelephone(random),
      postcode: inventAddress(random).postcode,
    };
    return generated(
      `b-${index + 1}`,
      OrganisationCode.TRUST_B,
      { team: 'CMHT-WEST', person },
      SpecificationCode.DORSET,
      today,
      random,
    );
  });
}

/**
 * The referrals that go with `records`. `DEMONSTRATION_REFERRALS` of them, or fewer where the record system holds too few
 * generated people to refer.
 */
export function demonstrationReferrals(
  today: LocalDate,
  records: readonly RecordResource[],
): readonly DemonstrationReferral[] {
  const random = new Random(SEED);
  const fixed = [...castReferrals(today), ...ofTrustB(today, random)];
  const people = candidates(records);
  const wanted = Math.min(DEMONSTRATION_REFERRALS - fixed.length, people.length);
  const stride = Math.max(1, Math.floor(people.length / Math.max(1, wanted)));
  const ofTrustA = Array.from({ length: wanted }, (_, index) => {
    const who = people[index * stride]!;
    return generated(
      `a-${index + 1}`,
      OrganisationCode.TRUST_A,
      who,
      random.weighted(SPECIFICATION_WEIGHTS),
      today,
      random,
    );
  });
  return [...fixed, ...ofTrustA];
}
