/** Contacts, appointments, problems, risk flags and consents as a clinical record has them at the moment of asking. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { MomentPrecision } from '../../src/clinical/record.port.js';
import { WithheldReason } from '../../src/clinical/record-read.rules.js';
import { DateScalar, DateTimeScalar } from '../scalars/date.scalar.js';
import { ReadFromRecord } from './read-from-record.type.js';

registerEnumType(MomentPrecision, {
  name: 'ClinicalMomentPrecision',
  description: 'How precisely a record says when something was.',
});

registerEnumType(WithheldReason, {
  name: 'ClinicalWithheldReason',
  description: 'Why something of a clinical record is withheld.',
  valuesConfig: {
    NOT_PERMITTED_BY_SITE: {
      description: 'The site profile of the record system does not permit it to be shown here.',
    },
    NOT_PERMITTED_FOR_PURPOSE: {
      description: 'It is for direct care, and you ask for another purpose (header hub-purpose).',
    },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'When something was, exactly as precisely as the record says it.',
})
export class ClinicalMoment {
  @Field(() => String, { description: 'YYYY, YYYY-MM, YYYY-MM-DD, or a time in UTC.' })
  said: string;

  @Field(() => MomentPrecision)
  precision: MomentPrecision;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'The day in London; null when the record says less than a day.',
  })
  day: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Null when the record says no time.' })
  at: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A code as the record has it.' })
export class ClinicalCode {
  @Field(() => String, { nullable: true, description: 'URI of the code system.' })
  system: string | null;

  @Field(() => String)
  code: string;

  @Field(() => String, { nullable: true })
  display: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A general practice; it has a name or a code, or both.' })
export class ClinicalGeneralPractice {
  @Field(() => String, { nullable: true, description: 'The record system’s own reference.' })
  reference: string | null;

  @Field(() => String, { nullable: true })
  name: string | null;

  @Field(() => String, { nullable: true })
  odsCode: string | null;
}

@ObjectType()
abstract class ContactInRecord extends ReadFromRecord {
  @Field(() => String, { nullable: true, description: 'What sort of contact it is, as the record words it.' })
  kind: string | null;

  @Field(() => ClinicalMoment, { nullable: true })
  start: ClinicalMoment | null;

  @Field(() => ClinicalMoment, { nullable: true })
  end: ClinicalMoment | null;

  @Field(() => String, { nullable: true, description: 'The record system’s own reference of the team.' })
  teamReference: string | null;

  @Field(() => String, { nullable: true })
  teamName: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A contact with a person, by one clinical record.' })
export class ClinicalEncounter extends ContactInRecord {
  @Field(() => String, {
    nullable: true,
    description:
      'planned, arrived, triaged, in-progress, onleave, finished, cancelled or unknown; null when the record has another.',
  })
  status: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'An appointment for a person, by one clinical record.' })
export class ClinicalAppointment extends ContactInRecord {
  @Field(() => String, {
    nullable: true,
    description:
      'proposed, pending, booked, arrived, fulfilled, cancelled, noshow, checked-in or waitlist; null when the record has another.',
  })
  status: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A problem or diagnosis of a person, by one clinical record.',
})
export class ClinicalProblem extends ReadFromRecord {
  @Field(() => String, { nullable: true, description: 'In words.' })
  problem: string | null;

  @Field(() => [ClinicalCode])
  codes: ClinicalCode[];

  @Field(() => String, {
    nullable: true,
    description: 'active, recurrence, relapse, inactive, remission or resolved.',
  })
  clinicalStatus: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'unconfirmed, provisional, differential, confirmed, or refuted: it was ruled out.',
  })
  verificationStatus: string | null;

  @Field(() => String, { nullable: true })
  category: string | null;

  @Field(() => ClinicalMoment, { nullable: true, description: 'Since when.' })
  onset: ClinicalMoment | null;

  @Field(() => ClinicalMoment, { nullable: true, description: 'When it was put on the record.' })
  recorded: ClinicalMoment | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A warning on a person’s clinical record that is in force.',
})
export class ClinicalRiskFlag extends ReadFromRecord {
  @Field(() => String, { nullable: true, description: 'In words.' })
  flag: string | null;

  @Field(() => [ClinicalCode])
  codes: ClinicalCode[];

  @Field(() => String, { nullable: true })
  category: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'active; null when the record has a status of its own: it is rather shown than lost.',
  })
  status: string | null;

  @Field(() => ClinicalMoment, { nullable: true })
  start: ClinicalMoment | null;

  @Field(() => ClinicalMoment, { nullable: true })
  end: ClinicalMoment | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'What a person has agreed to or refused, by one clinical record.',
})
export class ClinicalConsent extends ReadFromRecord {
  @Field(() => String, { nullable: true, description: 'draft, proposed, active, rejected or inactive.' })
  status: string | null;

  @Field(() => String, { nullable: true, description: 'What it is about, as the record words it.' })
  scope: string | null;

  @Field(() => String, { nullable: true })
  category: string | null;

  @Field(() => ClinicalMoment, { nullable: true, description: 'When it was given or refused.' })
  recorded: ClinicalMoment | null;

  @Field(() => String, {
    nullable: true,
    description: 'permit or deny: what holds unless an exception says otherwise.',
  })
  provision: string | null;

  @Field(() => ClinicalMoment, { nullable: true, description: 'From when that holds.' })
  start: ClinicalMoment | null;

  @Field(() => ClinicalMoment, { nullable: true, description: 'Until when that holds.' })
  end: ClinicalMoment | null;

  @Field(() => Boolean, { description: 'The record holds exceptions: read them there.' })
  hasExceptions: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'A field of a clinical record that may not be shown.' })
export class ClinicalWithheld {
  @Field(() => String, { description: 'Name of the field of ClinicalRecord.' })
  field: string;

  @Field(() => WithheldReason)
  reason: WithheldReason;
}
