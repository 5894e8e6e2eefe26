/** Who the hub takes the caller to be. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Purpose, Role } from '../../src/core/caller.js';
import { IdScalar } from '../scalars/date.scalar.js';

registerEnumType(Role, { name: 'Role', description: 'Roles of the hub.' });
registerEnumType(Purpose, { name: 'Purpose', description: 'Why a caller asks; header hub-purpose.' });

@ObjectType({ simpleResolvers: true, description: 'Who the hub takes you to be, from token and directory.' })
export class Me {
  @Field(() => String)
  subject: string;

  @Field(() => Role)
  role: Role;

  @Field(() => Purpose)
  purpose: Purpose;

  @Field(() => [IdScalar], { description: 'Teams whose rows you reach.' })
  teamIds: string[];
}
