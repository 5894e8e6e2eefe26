/** A team of the directory. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { OrganisationEntity } from './organisation.entity.js';

/** A clinical or employment team, with the days between which it existed. */
@Entity('teams')
@Unique('uq_teams_code', ['organisationId', 'code'])
export class TeamEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_teams' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @ManyToOne(() => OrganisationEntity, { nullable: false })
  @JoinColumn({ name: 'organisation_id', foreignKeyConstraintName: 'fk_teams_organisation' })
  organisation: Relation<OrganisationEntity>;

  /** Unique within the organisation. */
  @Column('text')
  code: string;

  @Column('text')
  name: string;

  @Column('text')
  kind:
    | 'CMHT'
    | 'OLDER_ADULT_CMHT'
    | 'EIP'
    | 'REHABILITATION'
    | 'NEIGHBOURHOOD'
    | 'ASSERTIVE_OUTREACH'
    | 'CRISIS'
    | 'PRIMARY_CARE'
    | 'INPATIENT'
    | 'EMPLOYMENT'
    | 'OTHER';

  /** Service or team type of the Mental Health Services Data Set, when known. */
  @Column('text', { name: 'mhsds_team_type', nullable: true })
  mhsdsTeamType: string | null;

  @Column('text', { nullable: true })
  area: string | null;

  /** Whom to ask when no care coordinator answers; a role or a mailbox, never a person's own number. */
  @Column('text', { name: 'duty_contact', nullable: true })
  dutyContact: string | null;

  @Column('date', { name: 'valid_from', nullable: true })
  validFrom: string | null;

  /** First day on which it no longer existed; null when open. */
  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;
}
