/** The demonstration's people as cases of eligibility: its records read by the FHIR adapter's mapping, linked by the rules of identity, put together as facts. */
import type { EpisodeOfCare, Patient } from 'fhir/r4.js';
import { mapCareManager } from '../../adapters/fhir-r4/mapping/care-manager.rules.js';
import { membershipDates, membershipState } from '../../adapters/fhir-r4/mapping/episode.rules.js';
import { mapPatient } from '../../adapters/fhir-r4/mapping/patient.rules.js';
import { parseSettings } from '../../adapters/fhir-r4/settings.js';
import { demonstrationRecords } from '../../seeds/demonstration/clinical-world.js';
import { demonstrationSite } from '../../seeds/demonstration/hub-world.js';
import { DEMONSTRATION_TEAMS, UNMAPPED_TEAM } from '../../seeds/demonstration/organisations.js';
import type { DemonstrationReferral } from '../../seeds/demonstration/referral.type.js';
import { absenceByKind } from '../../src/casework/eligibility/case-facts.reader.js';
import {
  type CaseFacts,
  IdentityFact,
  type MembershipFact,
  UNKNOWN_CODE,
} from '../../src/casework/eligibility/facts.js';
import type { TeamKind } from '../../src/contracts/rule-values.js';
import type { LocalDate } from '../../src/core/calendar.js';
import type { KnownPerson, LinkedRecord } from '../../src/people/identity.rules.js';
import { IdentityGraph, type KnownConflict } from '../../src/people/identity-graph.rules.js';
import { type IdentityPlan, type Neighbourhood, planLinks } from '../../src/people/linking.rules.js';
import { matchPerson } from '../../src/people/person-match.rules.js';

const BASE = 'http://127.0.0.1:4100/fhir';
const SYSTEM = 'demo';

const kindOf = (reference: string | undefined): TeamKind | typeof UNKNOWN_CODE =>
  DEMONSTRATION_TEAMS.find((team) => team.reference === reference)?.kind ?? UNKNOWN_CODE;

/** The world of one day as the hub would know it after a complete sweep two hours before noon. */
export class CastCases {
  private readonly persons = new Map<string, KnownPerson>();
  private readonly links = new Map<string, LinkedRecord>();
  private readonly conflicts = new Map<string, KnownConflict>();
  private readonly memberships = new Map<string, MembershipFact[]>();
  private ids = 0;
  /** Parts of the records that the adapter could not use, by path. */
  readonly unmapped = new Map<string, number>();

  constructor(
    readonly today: LocalDate,
    people = 0,
  ) {
    const settings = parseSettings(demonstrationSite(BASE).settings);
    const count = (path: string): void => void this.unmapped.set(path, (this.unmapped.get(path) ?? 0) + 1);
    const records = demonstrationRecords(today, people);
    const patients = records.filter((each): each is Patient => each.resourceType === 'Patient');
    const identities = patients.map((one) => mapPatient(one.id!, { ...one }, settings, count));
    this.write(planLinks(SYSTEM, identities, this.everything, this.newId));
    const restricted = new Set(identities.filter((one) => one.restricted).map(({ localId }) => localId));
    const episodes = records.filter((each): each is EpisodeOfCare => each.resourceType === 'EpisodeOfCare');
    for (const episode of episodes) {
      const raw = { ...episode };
      const localId = episode.patient.reference!.slice('Patient/'.length);
      const { validFrom, validTo, understood } = membershipDates(raw, count);
      const fact: MembershipFact = {
        teamKind: kindOf(episode.managingOrganization?.reference),
        teamId: null,
        state: membershipState(raw, count)!,
        validFrom,
        validTo,
        restricted: restricted.has(localId),
        complete: understood,
        careCoordinator: mapCareManager(raw, new Map(), BASE, count) !== null,
        lastSeenAt: this.sweptAt,
        sourceAsOf: episode.meta?.lastUpdated ?? null,
        systemId: null,
        reference: `EpisodeOfCare/${episode.id}`,
        version: null,
      };
      this.memberships.set(localId, [...(this.memberships.get(localId) ?? []), fact]);
    }
  }

  /** Noon in UTC, after which the world's day is asked about. */
  get knownAt(): string {
    return `${this.today}T12:00:00.000Z`;
  }

  private get sweptAt(): string {
    return `${this.today}T10:00:00.000Z`;
  }

  /** The facts of a referral, whose person is found or made as the hub would. */
  factsOf(referral: DemonstrationReferral): CaseFacts {
    const { nhsNumber, dateOfBirth } = referral.person;
    const match = matchPerson({ nhsNumber, dateOfBirth }, this.everything, this.newId);
    this.write(match.plan);
    const graph = this.graph;
    const root = graph.root(match.personId);
    const family = graph.family(root);
    const records = family.flatMap((id) => graph.recordsOf(id));
    const person = this.persons.get(root)!;
    const { route, receivedOn, acceptedOn, wordOnWork, employment, consent, residence } = referral;
    return {
      asOf: this.today,
      knownAt: this.knownAt,
      dateOfBirth: person.dateOfBirth,
      identity:
        person.identityState === 'CONFLICT'
          ? IdentityFact.CONFLICT
          : family.length > 1
            ? IdentityFact.MERGED
            : IdentityFact.CLEAR,
      restricted: records.some((one) => one.restricted),
      referral: {
        route,
        receivedOn,
        acceptedOn,
        wordOnWork,
        employment,
        consentToContactClinician: consent,
        residence,
        onCareProgrammeApproach: null,
      },
      memberships: records.flatMap(({ localId }) => this.memberships.get(localId) ?? []),
      absence: this.absence,
      teamAnswer: null,
      presenceBudgetHours: 168,
      absenceBudgetHours: 26,
    };
  }

  /** Every team reference of the site swept completely. */
  private get absence(): CaseFacts['absence'] {
    const references = [
      ...DEMONSTRATION_TEAMS.flatMap(({ reference, kind }) => (reference ? [{ reference, kind }] : [])),
      { reference: UNMAPPED_TEAM.reference, kind: null },
    ];
    return absenceByKind(
      references.map(({ reference, kind }) => ({
        systemId: SYSTEM,
        systemCode: SYSTEM,
        teamReference: reference,
        teamId: kind === null ? null : reference,
        teamName: null,
        teamKind: kind,
        sweepStartedAt: new Date(this.sweptAt),
        presenceBudgetHours: 168,
        absenceBudgetHours: 26,
      })),
    );
  }

  get graph(): IdentityGraph {
    return new IdentityGraph([...this.persons.values()], [...this.links.values()]);
  }

  private get everything(): Neighbourhood {
    return {
      persons: [...this.persons.values()],
      links: [...this.links.values()],
      conflicts: [...this.conflicts.values()],
      rulings: [],
    };
  }

  private readonly newId = (): string => `person-${String(++this.ids).padStart(5, '0')}`;

  private write(plan: IdentityPlan): void {
    for (const person of plan.persons) this.persons.set(person.id, person);
    for (const link of plan.links) this.links.set(link.localId, link);
    for (const opened of plan.opened) {
      const id = `${opened.kind} ${opened.personId} ${opened.otherPersonId}`;
      this.conflicts.set(id, { ...opened, id, open: true, resolution: null });
    }
  }
}
