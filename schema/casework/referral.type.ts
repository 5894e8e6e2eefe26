/** Referrals in the graph. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { Relation } from 'typeorm';
import {
  ConsentToContactClinician,
  EmploymentAtReferral,
  ReferralRoute,
  ReferralState,
  Residence,
  WordOnWork,
} from '../../src/casework/referrals/referral.rules.js';
import { ServiceSpecification } from '../contracts/specification.type.js';
import { StaffMember, Team } from '../directory/directory.type.js';
import { Person } from '../people/person.type.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { ConfirmationRequest, EligibilityDecision } from './eligibility.type.js';
import { EmploymentEpisode } from './episode.type.js';

registerEnumType(ReferralRoute, { name: 'ReferralRoute', description: 'How the referral came.' });
registerEnumType(ReferralState, {
  name: 'ReferralState',
  description: 'RECEIVED, then ACCEPTED or DECLINED, then CLOSED.',
});
registerEnumType(WordOnWork, {
  name: 'WordOnWork',
  description: 'The person’s own word on work. Only an explicit no is a no.',
});
registerEnumType(EmploymentAtReferral, {
  name: 'EmploymentAtReferral',
  description: 'Employment when the referral came.',
});
registerEnumType(ConsentToContactClinician, {
  name: 'ConsentToContactClinician',
  description: 'Consent that the service speaks with the clinician.',
});
registerEnumType(Residence, {
  name: 'Residence',
  description: 'Whether the person lives in the region of the specification.',
});

@ObjectType({ simpleResolvers: true, description: 'A referral to the employment service.' })
export class Referral {
  @Field(() => IdScalar)
  id: string;

  @Field(() => ReferralState)
  state: ReferralState;

  @Field(() => ReferralRoute)
  route: ReferralRoute;

  @Field(() => DateScalar)
  receivedOn: string;

  @Field(() => DateScalar, { nullable: true })
  acceptedOn: string | null;

  @Field(() => DateScalar, { nullable: true })
  closedOn: string | null;

  @Field(() => WordOnWork)
  wordOnWork: WordOnWork;

  @Field(() => DateScalar, { nullable: true })
  wordRecordedOn: string | null;

  @Field(() => EmploymentAtReferral)
  employmentAtReferral: EmploymentAtReferral;

  @Field(() => ConsentToContactClinician)
  consentToContactClinician: ConsentToContactClinician;

  @Field(() => Residence)
  residence: Residence;

  @Field(() => String, {
    nullable: true,
    description: 'Age band at receipt: 16-25, 26-35, 36-45, 46-55, 56-64, OTHER.',
  })
  ageBand: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'Last day for first contact; null where the specification names none.',
  })
  firstContactDueOn: string | null;

  @Field(() => DateTimeScalar)
  createdAt: string;

  @Field(() => Person, { nullable: true })
  person: Person | null;

  @Field(() => Team)
  team: Team;

  @Field(() => ServiceSpecification)
  specification: ServiceSpecification;

  @Field(() => StaffMember, { nullable: true })
  specialist: StaffMember | null;

  @Field(() => EmploymentEpisode, {
    nullable: true,
    description: 'The episode opened from it; null while there is none.',
  })
  episode: Relation<EmploymentEpisode> | null;

  @Field(() => EligibilityDecision, { nullable: true })
  latestDecision: EligibilityDecision | null;

  @Field(() => [EligibilityDecision], { description: 'Newest first.' })
  decisions: EligibilityDecision[];

  @Field(() => [ConfirmationRequest], { nullable: true, description: 'Newest first.' })
  confirmationRequests: ConfirmationRequest[] | null;
}
