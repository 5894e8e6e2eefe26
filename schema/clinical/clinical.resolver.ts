/** Memberships, record systems and their freshness. */
import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  Ctx,
  Field,
  Info,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  registerEnumType,
} from 'type-graphql';
import { attempt } from '../attempt.js';
import { GraphContext } from '../graph-context.js';
import { connectionOf } from '../paging/connection.js';
import { PageArgs } from '../paging/page.args.js';
import { resultOf } from '../refusal.type.js';
import { ROOTS } from '../roots.js';
import { IdScalar } from '../scalars/date.scalar.js';
import { ClinicalDocumentResult } from './document-text.type.js';
import { MembershipListArgs } from './membership.input.js';
import { ClinicalRecordSystem, Membership } from './membership.type.js';

export const MembershipConnection = connectionOf(Membership);
export const ClinicalRecordSystemConnection = connectionOf(ClinicalRecordSystem);

export const PullKind = { SWEEP: 'SWEEP', INCREMENT: 'INCREMENT' } as const;
export type PullKind = (typeof PullKind)[keyof typeof PullKind];
registerEnumType(PullKind, { name: 'PullKind', description: 'Everything, or changes only.' });

@ObjectType({ simpleResolvers: true, description: 'Caseloads were pulled.' })
export class CaseloadRefreshed {
  @Field(() => [IdScalar], { description: 'One pull per team; their state is in clinicalRecordSystems.' })
  pullIds: string[];
}

export const RefreshCaseloadResult = resultOf('RefreshCaseloadResult', CaseloadRefreshed);

@Resolver()
export class ClinicalResolver {
  @Query(() => MembershipConnection)
  memberships(
    @Args(() => MembershipListArgs) _args: MembershipListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.memberships);
  }

  @Query(() => ClinicalRecordSystemConnection)
  clinicalRecordSystems(
    @Args(() => PageArgs) _args: PageArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.clinicalRecordSystems);
  }

  @Query(() => ClinicalDocumentResult, {
    description:
      'The text of one document of a person’s clinical record, read at this moment and put on record as read. For direct care, where the site profile permits it.',
  })
  clinicalDocument(
    @Arg('personId', () => IdScalar) personId: string,
    @Arg('system', () => String, { description: 'Code of the record system.' }) system: string,
    @Arg('reference', () => String, { description: 'As `ClinicalDocument.reference` has it.' })
    reference: string,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.clinicalDocument(caller, { personId, system, reference }));
  }

  @Mutation(() => RefreshCaseloadResult, { description: 'Pulls every caseload of a record system now.' })
  refreshCaseload(
    @Arg('systemCode', () => String) systemCode: string,
    @Arg('kind', () => PullKind) kind: PullKind,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, async (caller) => ({
      pullIds: await context.services.refreshCaseload(caller, systemCode, kind),
    }));
  }
}
