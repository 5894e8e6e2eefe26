/** Persons in the graph. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { ClinicalRecord } from '../clinical/clinical-record.type.js';
import { Membership } from '../clinical/membership.type.js';
import { DateScalar, IdScalar } from '../scalars/date.scalar.js';

/** CLEAR, or CONFLICT while an identity steward has to settle who is who. */
export const IdentityState = { CLEAR: 'CLEAR', CONFLICT: 'CONFLICT' } as const;
export type IdentityState = (typeof IdentityState)[keyof typeof IdentityState];
registerEnumType(IdentityState, { name: 'IdentityState', description: 'Whether it is settled who this is.' });

@ObjectType({
  simpleResolvers: true,
  description: 'A person. An analyst sees a pseudonym as id, and no identifiable field.',
})
export class Person {
  @Field(() => IdScalar, { description: 'The id; to an analyst a pseudonym.' })
  id: string;

  @Field(() => String, { nullable: true })
  nhsNumber: string | null;

  @Field(() => String, { nullable: true, description: 'NHS NUMBER STATUS INDICATOR CODE, 01 to 08.' })
  nhsNumberStatus: string | null;

  @Field(() => DateScalar, { nullable: true })
  dateOfBirth: string | null;

  @Field(() => DateScalar, { nullable: true })
  deceasedOn: string | null;

  @Field(() => String, { nullable: true })
  givenName: string | null;

  @Field(() => String, { nullable: true })
  familyName: string | null;

  @Field(() => String, { nullable: true })
  telephone: string | null;

  @Field(() => String, { nullable: true })
  postcode: string | null;

  @Field(() => IdentityState)
  identityState: IdentityState;

  @Field(() => ClinicalRecord, {
    nullable: true,
    description: 'What the clinical record systems say of the person at this moment.',
  })
  clinical: ClinicalRecord | null;

  @Field(() => [Membership], { description: 'Caseload memberships within your scope.' })
  memberships: Membership[];
}
