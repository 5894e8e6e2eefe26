/** Filter of disputes about identity, and what settles one. */
import { ArgsType, Field, InputType } from 'type-graphql';
import { RulingResolution } from '../../src/people/ruling.rules.js';
import { PageArgs } from '../paging/page.args.js';
import { IdScalar } from '../scalars/date.scalar.js';
import { IdentityConflictKind } from './identity-conflict.type.js';

@InputType({ description: 'All that is given must hold.' })
export class IdentityConflictFilter {
  @Field(() => [IdentityConflictKind], { nullable: true })
  kindIn?: IdentityConflictKind[] | null;

  @Field(() => Boolean, { nullable: true })
  open?: boolean | null;

  @Field(() => [IdentityConflictFilter], { nullable: true })
  and?: IdentityConflictFilter[] | null;

  @Field(() => [IdentityConflictFilter], { nullable: true })
  or?: IdentityConflictFilter[] | null;

  @Field(() => IdentityConflictFilter, { nullable: true })
  not?: IdentityConflictFilter | null;
}

@ArgsType()
export class IdentityConflictListArgs extends PageArgs {
  @Field(() => IdentityConflictFilter, { nullable: true })
  filter?: IdentityConflictFilter | null;
}

@InputType({ description: 'What a steward rules of the two persons of a dispute.' })
export class SettleIdentityConflictInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  conflictId: string;

  @Field(() => String, { description: '`version` of the dispute as you saw it.' })
  version: string;

  @Field(() => RulingResolution)
  resolution: RulingResolution;

  @Field(() => String, { description: 'Why, without clinical detail; 3 to 500 characters.' })
  reason: string;
}
