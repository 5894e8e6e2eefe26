/** Organisations, teams and staff in the graph. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { TeamKind } from '../../src/contracts/rule-values.js';
import { DateScalar, IdScalar } from '../scalars/date.scalar.js';

registerEnumType(TeamKind, { name: 'TeamKind', description: 'Kind of team.' });

@ObjectType({ simpleResolvers: true, description: 'An organisation: trust, provider or commissioner.' })
export class Organisation {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String, { description: 'Its code at the Organisation Data Service.' })
  odsCode: string;

  @Field(() => String)
  name: string;

  @Field(() => String, { description: 'TRUST, PROVIDER, COMMISSIONER or OTHER.' })
  kind: string;
}

@ObjectType({ simpleResolvers: true, description: 'A clinical or employment team.' })
export class Team {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String, { description: 'Code in the directory, unique within the organisation.' })
  code: string;

  @Field(() => String)
  name: string;

  @Field(() => TeamKind)
  kind: TeamKind;

  @Field(() => String, {
    nullable: true,
    description: 'SERVICE OR TEAM TYPE REFERRED TO (MENTAL HEALTH) of the MHSDS.',
  })
  mhsdsTeamType: string | null;

  @Field(() => String, { nullable: true, description: 'Area served, as the specification names it.' })
  area: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Where the team is reached when something cannot wait.',
  })
  dutyContact: string | null;

  @Field(() => DateScalar, { nullable: true })
  validFrom: string | null;

  @Field(() => DateScalar, { nullable: true, description: 'First day the team no longer existed.' })
  validTo: string | null;

  @Field(() => Organisation)
  organisation: Organisation;
}

@ObjectType({ simpleResolvers: true, description: 'A member of staff.' })
export class StaffMember {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String, { nullable: true })
  displayName: string | null;
}
