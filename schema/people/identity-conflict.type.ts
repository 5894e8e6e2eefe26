/** Disputes about identity in the graph: as much of both sides as settles who is who, for identity stewards. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { RulingResolution } from '../../src/people/ruling.rules.js';
import { ClinicalRecordSystem } from '../clinical/membership.type.js';
import { resultOf } from '../refusal.type.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';

/** What two persons, or the records of one, dispute. */
export const IdentityConflictKind = {
  SHARED_NHS_NUMBER: 'SHARED_NHS_NUMBER',
  DATE_OF_BIRTH_MISMATCH: 'DATE_OF_BIRTH_MISMATCH',
  UNVERIFIED_NUMBER: 'UNVERIFIED_NUMBER',
} as const;
export type IdentityConflictKind = (typeof IdentityConflictKind)[keyof typeof IdentityConflictKind];
registerEnumType(IdentityConflictKind, {
  name: 'IdentityConflictKind',
  description: 'What is in dispute.',
  valuesConfig: {
    SHARED_NHS_NUMBER: {
      description: 'Two have one NHS number; or the records of one person have come to have two.',
    },
    DATE_OF_BIRTH_MISMATCH: {
      description: 'One NHS number, two dates of birth; between two, or among the records of one person.',
    },
    UNVERIFIED_NUMBER: {
      description:
        'One NHS number that a side has not verified, and nothing that speaks against one person; listed where a referral is concerned.',
    },
  },
});

/** How a dispute ended. */
export const IdentityResolution = {
  MERGED: 'MERGED',
  NO_LONGER_SO: 'NO_LONGER_SO',
  ...RulingResolution,
} as const;
export type IdentityResolution = (typeof IdentityResolution)[keyof typeof IdentityResolution];
registerEnumType(IdentityResolution, {
  name: 'IdentityResolution',
  description: 'How a dispute ended: by what the records say (MERGED, NO_LONGER_SO), or by a ruling.',
});
registerEnumType(RulingResolution, {
  name: 'IdentityRulingResolution',
  description: 'What an identity steward rules of two persons.',
});

@ObjectType({
  simpleResolvers: true,
  description: 'A person’s record in a record system, as far as it settles who is who.',
})
export class IdentityRecord {
  @Field(() => ClinicalRecordSystem)
  system: ClinicalRecordSystem;

  @Field(() => String, { nullable: true, description: 'Null where the record is restricted at its source.' })
  localId: string | null;

  @Field(() => String, { nullable: true })
  nhsNumber: string | null;

  @Field(() => String, { nullable: true, description: 'NHS NUMBER STATUS INDICATOR CODE, 01 to 08.' })
  nhsNumberStatus: string | null;

  @Field(() => DateScalar, { nullable: true })
  dateOfBirth: string | null;

  @Field(() => Boolean)
  isActive: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The record into which its system merged it. Null where it is restricted.',
  })
  replacedByLocalId: string | null;

  @Field(() => Boolean, { description: 'Its system restricts who may open it.' })
  isRestricted: boolean;

  @Field(() => DateTimeScalar)
  observedAt: string;
}

@ObjectType({ simpleResolvers: true, description: 'One side of a dispute: a person with all their records.' })
export class IdentitySide {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String, { nullable: true })
  nhsNumber: string | null;

  @Field(() => String, { nullable: true, description: 'Null where only a referral states the number.' })
  nhsNumberStatus: string | null;

  @Field(() => DateScalar, { nullable: true })
  dateOfBirth: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Names as a referral gave them; null where there is none, or a record is restricted.',
  })
  givenName: string | null;

  @Field(() => String, { nullable: true })
  familyName: string | null;

  @Field(() => Boolean, { description: 'Somebody has referred the person.' })
  isReferred: boolean;

  @Field(() => Boolean, { description: 'A record of the person is restricted at its source.' })
  isRestricted: boolean;

  @Field(() => [IdentityRecord])
  records: IdentityRecord[];
}

@ObjectType({ simpleResolvers: true, description: 'What an identity steward ruled.' })
export class IdentityRuling {
  @Field(() => RulingResolution)
  resolution: RulingResolution;

  @Field(() => String)
  reason: string;

  @Field(() => DateTimeScalar)
  ruledAt: string;

  @Field(() => String, { description: 'Subject of the steward’s token.' })
  ruledBy: string;
}

@ObjectType({ simpleResolvers: true, description: 'A dispute about who is who, with both its sides.' })
export class IdentityConflict {
  @Field(() => IdScalar)
  id: string;

  @Field(() => IdentityConflictKind)
  kind: IdentityConflictKind;

  @Field(() => DateTimeScalar)
  foundAt: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Null while open.' })
  resolvedAt: string | null;

  @Field(() => IdentityResolution, { nullable: true })
  resolution: IdentityResolution | null;

  @Field(() => String, {
    description: 'Stands for all that is shown of both sides; `settleIdentityConflict` asks for it.',
  })
  version: string;

  @Field(() => IdentitySide)
  person: IdentitySide;

  @Field(() => IdentitySide, {
    nullable: true,
    description:
      'Null where the records of one person contradict each other: that is corrected at its source.',
  })
  otherPerson: IdentitySide | null;

  @Field(() => IdentityRuling, {
    nullable: true,
    description:
      'The newest ruling; of a dispute that is open again, the one that a corrected record has overtaken.',
  })
  ruling: IdentityRuling | null;
}

@ObjectType({ simpleResolvers: true, description: 'The dispute as it is now.' })
export class IdentityConflictSettled {
  @Field(() => IdentityConflict)
  conflict: IdentityConflict;
}

/** Answer of settleIdentityConflict. */
export const SettleIdentityConflictResult = resultOf('SettleIdentityConflictResult', IdentityConflictSettled);
