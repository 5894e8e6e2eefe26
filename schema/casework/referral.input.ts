/** Filters, orders and inputs of referrals. */
import { ArgsType, Field, InputType, registerEnumType } from 'type-graphql';
import {
  ConsentToContactClinician,
  EmploymentAtReferral,
  ReferralRoute,
  ReferralState,
  Residence,
  WordOnWork,
} from '../../src/casework/referrals/referral.rules.js';
import { ServiceSpecificationFilter } from '../contracts/specification.input.js';
import { PageArgs } from '../paging/page.args.js';
import { PersonFilter } from '../people/person.input.js';
import { DateScalar, IdScalar } from '../scalars/date.scalar.js';

/** Orders of referrals. */
export const ReferralOrder = {
  NEWEST: 'NEWEST',
  OLDEST: 'OLDEST',
  FIRST_CONTACT_DUE: 'FIRST_CONTACT_DUE',
} as const;
export type ReferralOrder = (typeof ReferralOrder)[keyof typeof ReferralOrder];
registerEnumType(ReferralOrder, { name: 'ReferralOrder', description: 'Orders of referrals.' });

@InputType({ description: 'All that is given must hold.' })
export class ReferralFilter {
  @Field(() => [ReferralState], { nullable: true })
  stateIn?: ReferralState[] | null;

  @Field(() => [ReferralRoute], { nullable: true })
  routeIn?: ReferralRoute[] | null;

  @Field(() => IdScalar, { nullable: true })
  teamId?: string | null;

  @Field(() => DateScalar, { nullable: true })
  receivedFrom?: string | null;

  @Field(() => DateScalar, { nullable: true })
  receivedUntil?: string | null;

  @Field(() => [WordOnWork], { nullable: true })
  wordOnWorkIn?: WordOnWork[] | null;

  @Field(() => PersonFilter, { nullable: true })
  person?: PersonFilter | null;

  @Field(() => ServiceSpecificationFilter, { nullable: true })
  specification?: ServiceSpecificationFilter | null;

  @Field(() => [ReferralFilter], { nullable: true })
  and?: ReferralFilter[] | null;

  @Field(() => [ReferralFilter], { nullable: true })
  or?: ReferralFilter[] | null;

  @Field(() => ReferralFilter, { nullable: true })
  not?: ReferralFilter | null;
}

@ArgsType()
export class ReferralListArgs extends PageArgs {
  @Field(() => ReferralFilter, { nullable: true })
  filter?: ReferralFilter | null;

  @Field(() => ReferralOrder, { nullable: true })
  orderBy?: ReferralOrder | null;
}

@InputType({ description: 'The person referred. Found by NHS number and date of birth together, else made.' })
export class ReferredPersonInput {
  @Field(() => String, { nullable: true, description: 'Ten digits; spaces as printed are allowed.' })
  nhsNumber?: string | null;

  @Field(() => DateScalar, { nullable: true })
  dateOfBirth?: string | null;

  @Field(() => String)
  givenName: string;

  @Field(() => String)
  familyName: string;

  @Field(() => String, { nullable: true })
  telephone?: string | null;

  @Field(() => String, { nullable: true })
  postcode?: string | null;
}

@InputType({ description: 'A referral as it came.' })
export class RecordReferralInput {
  @Field(() => String, {
    description: 'Your key for this request, 8 to 100 characters; repeats get the same answer for 30 days.',
  })
  idempotencyKey: string;

  @Field(() => String, { description: 'Code of the service specification.' })
  specificationCode: string;

  @Field(() => IdScalar, { description: 'Receiving team; one of yours.' })
  teamId: string;

  @Field(() => ReferralRoute)
  route: ReferralRoute;

  @Field(() => DateScalar)
  receivedOn: string;

  @Field(() => ReferredPersonInput)
  person: ReferredPersonInput;

  @Field(() => WordOnWork, { nullable: true, description: 'Left out: not recorded.' })
  wordOnWork?: WordOnWork | null;

  @Field(() => EmploymentAtReferral, { nullable: true, description: 'Left out: not recorded.' })
  employmentAtReferral?: EmploymentAtReferral | null;

  @Field(() => ConsentToContactClinician, { nullable: true, description: 'Left out: not asked.' })
  consentToContactClinician?: ConsentToContactClinician | null;

  @Field(() => Residence, { nullable: true, description: 'Left out: not recorded.' })
  residence?: Residence | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Supported on the Care Programme Approach; left out: not known.',
  })
  onCareProgrammeApproach?: boolean | null;
}

@InputType({ description: 'Acceptance of a received referral, from the day it came to today.' })
export class AcceptReferralInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  referralId: string;

  @Field(() => DateScalar)
  acceptedOn: string;
}

@InputType({ description: 'What the person said of work, and when.' })
export class RecordWordOnWorkInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  referralId: string;

  @Field(() => WordOnWork)
  wordOnWork: WordOnWork;

  @Field(() => DateScalar)
  saidOn: string;
}

@InputType({ description: 'Whether the person lets the service speak with the clinician, and since when.' })
export class RecordConsentInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  referralId: string;

  @Field(() => ConsentToContactClinician)
  consent: ConsentToContactClinician;

  @Field(() => DateScalar)
  givenOn: string;
}
