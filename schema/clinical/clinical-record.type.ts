/** What the clinical record systems say of a person at the moment of asking: read live, shown, never kept. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import { SourceState } from '../../src/clinical/record-read.rules.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { ReadFromRecord } from './read-from-record.type.js';
import {
  ClinicalAppointment,
  ClinicalConsent,
  ClinicalEncounter,
  ClinicalGeneralPractice,
  ClinicalProblem,
  ClinicalRiskFlag,
  ClinicalWithheld,
} from './record-detail.type.js';

registerEnumType(SourceState, {
  name: 'ClinicalSourceState',
  description: 'How a clinical record system stands to a person at the moment of asking.',
  valuesConfig: {
    CURRENT: { description: 'Read just now.' },
    NOT_ASKED: { description: 'The person has a record there; nothing of it was asked for.' },
    FAILED: { description: 'It did not answer, or not usably; what it holds is missing here.' },
    NOT_LINKED: {
      description:
        'The hub knows of no record of the person there, or the system itself knows of none any more.',
    },
    NOT_OFFERED: { description: 'The system offers no live reads of what was asked for.' },
    NOT_PERMITTED: {
      description: 'Nothing of what was asked for may be shown; `withheld` says why.',
    },
    RESTRICTED: {
      description:
        'A record of the person is marked restricted at its source, at this moment or when the caseload was last read: open it there, it is not shown here.',
    },
    IDENTITY_CONFLICT: {
      description:
        'It has to be settled first who the person is, or the record there is by now another’s, replaced or out of use; nothing is shown, so that nobody is shown another’s record.',
    },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'Who a person is and how to reach them, by one clinical record.',
})
export class ClinicalDemographics extends ReadFromRecord {
  @Field(() => String, { nullable: true, description: 'Official name as one line.' })
  name: string | null;

  @Field(() => String, { nullable: true, description: 'male, female, other or unknown.' })
  gender: string | null;

  @Field(() => DateScalar, { nullable: true })
  dateOfBirth: string | null;

  @Field(() => DateScalar, { nullable: true })
  deceasedOn: string | null;

  @Field(() => String, { nullable: true })
  telephone: string | null;

  @Field(() => String, { nullable: true, description: 'Lines, town and postcode as one line.' })
  address: string | null;

  @Field(() => String, { nullable: true })
  postcode: string | null;

  @Field(() => String, { nullable: true, description: 'The general practice or practitioner, by name.' })
  generalPractitioner: string | null;

  @Field(() => ClinicalGeneralPractice, {
    nullable: true,
    description: 'The practice where the person is registered, by name and ODS code.',
  })
  generalPractice: ClinicalGeneralPractice | null;
}

@ObjectType({ simpleResolvers: true, description: 'Somebody in a care team.' })
export class ClinicalCareTeamMember {
  @Field(() => String, { nullable: true, description: 'The record system’s own reference.' })
  reference: string | null;

  @Field(() => String, { nullable: true })
  name: string | null;

  @Field(() => String, { nullable: true, description: 'What they are in the team, as the record words it.' })
  role: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A care team of a person, by one clinical record.' })
export class ClinicalCareTeam extends ReadFromRecord {
  @Field(() => String, { nullable: true })
  name: string | null;

  @Field(() => String, { nullable: true, description: 'proposed, active, suspended or inactive.' })
  status: string | null;

  @Field(() => [ClinicalCareTeamMember])
  members: ClinicalCareTeamMember[];
}

@ObjectType({ simpleResolvers: true, description: 'A care coordinator, as an open episode names them.' })
export class ClinicalCareCoordinator {
  @Field(() => String, { description: 'The record system’s own reference.' })
  reference: string;

  @Field(() => String, { nullable: true })
  name: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The care coordinator of a person, and where that was read.',
})
export class ClinicalCareCoordination extends ClinicalCareCoordinator {
  @Field(() => String, { description: 'Code of the record system.' })
  system: string;

  @Field(() => DateTimeScalar, { description: 'When the hub read it.' })
  fetchedAt: string;
}

@ObjectType({
  simpleResolvers: true,
  description: 'An episode of care that is open today, by one clinical record.',
})
export class ClinicalEpisode extends ReadFromRecord {
  @Field(() => String, { nullable: true, description: 'The record system’s own reference of the team.' })
  teamReference: string | null;

  @Field(() => String, { nullable: true })
  teamName: string | null;

  @Field(() => MembershipState)
  state: MembershipState;

  @Field(() => DateScalar, { nullable: true })
  startedOn: string | null;

  @Field(() => ClinicalCareCoordinator, { nullable: true })
  careCoordinator: ClinicalCareCoordinator | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A document in a clinical record: what it is, never its text.',
})
export class ClinicalDocument extends ReadFromRecord {
  @Field(() => String, { nullable: true })
  title: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What sort of document it is, as the record words it.',
  })
  type: string | null;

  @Field(() => String, { nullable: true, description: 'current, superseded or entered-in-error.' })
  status: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was put on the record.' })
  recordedAt: string | null;

  @Field(() => String, { nullable: true })
  author: string | null;

  @Field(() => IdScalar, {
    nullable: true,
    description: 'The hub’s own id of that version of a note, when the hub filed it.',
  })
  documentVersionId: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A clinical record system, and how it stands to the person.',
})
export class ClinicalSource {
  @Field(() => String, { description: 'Code of the record system.' })
  system: string;

  @Field(() => SourceState)
  state: SourceState;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Until when what is known of the system holds: when it was read; where nothing was, when it last answered the hub at all.',
  })
  asOf: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was read; null when nothing was.' })
  fetchedAt: string | null;

  @Field(() => String, { nullable: true, description: 'Error code when it failed.' })
  code: string | null;

  @Field(() => [ClinicalWithheld], {
    description: 'Fields asked for that may not be shown, each also an error of the answer.',
  })
  withheld: ClinicalWithheld[];
}

@ObjectType({
  simpleResolvers: true,
  description:
    'What the clinical record systems say of a person at this moment; nothing of it is kept. Lists hold what every system says, each item with its system; null where no system could be read or shown, which `sources` explains. Nothing is shown of a record before its patient has been read beside it and judged; a system that offers no demographics is judged by the last caseload alone. A system that fails, or may not show something to your purpose, is one error of the answer for each field that lacks something.',
})
export class ClinicalRecord {
  @Field(() => [ClinicalDemographics], { nullable: true, description: 'One for each record of the person.' })
  demographics: ClinicalDemographics[] | null;

  @Field(() => [ClinicalCareTeam], { nullable: true })
  careTeams: ClinicalCareTeam[] | null;

  @Field(() => ClinicalCareCoordination, {
    nullable: true,
    description: 'Of the open episodes that name one, the coordinator of the episode begun last.',
  })
  careCoordinator: ClinicalCareCoordination | null;

  @Field(() => [ClinicalEpisode], { nullable: true, description: 'Open today, by the date in London.' })
  openEpisodes: ClinicalEpisode[] | null;

  @Field(() => [ClinicalDocument], { nullable: true, description: 'Newest first within each record.' })
  documents: ClinicalDocument[] | null;

  @Field(() => [ClinicalEncounter], {
    nullable: true,
    description: 'Contacts of the last 90 days, newest first within each record.',
  })
  encounters: ClinicalEncounter[] | null;

  @Field(() => [ClinicalAppointment], {
    nullable: true,
    description: 'Of the last 90 days and to come, in the order of their start within each record.',
  })
  appointments: ClinicalAppointment[] | null;

  @Field(() => [ClinicalProblem], {
    nullable: true,
    description: 'Problems and diagnoses. For direct care, where the site profile permits it.',
  })
  problems: ClinicalProblem[] | null;

  @Field(() => [ClinicalRiskFlag], {
    nullable: true,
    description: 'Warnings in force. For direct care, where the site profile permits it.',
  })
  riskFlags: ClinicalRiskFlag[] | null;

  @Field(() => [ClinicalConsent], { nullable: true })
  consents: ClinicalConsent[] | null;

  @Field(() => [ClinicalSource], { description: 'Every record system of the organisation.' })
  sources: ClinicalSource[];
}
