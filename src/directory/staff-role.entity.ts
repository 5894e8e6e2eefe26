/** A role that somebody holds. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { StaffEntity } from './staff.entity.js';

/** A role held for a time; a token only claims it. */
@Entity('staff_roles')
@Unique('uq_staff_roles', ['staffId', 'role', 'validFrom'])
export class StaffRoleEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_staff_roles' })
  id: string;

  @Column('uuid', { name: 'staff_id' })
  staffId: string;

  @ManyToOne(() => StaffEntity, { nullable: false })
  @JoinColumn({ name: 'staff_id', foreignKeyConstraintName: 'fk_staff_roles_staff' })
  staff: Relation<StaffEntity>;

  @Column('text')
  role:
    | 'EMPLOYMENT_SPECIALIST'
    | 'TEAM_MANAGER'
    | 'CARE_COORDINATOR'
    | 'ANALYST'
    | 'INTEGRATION'
    | 'ADMINISTRATOR'
    | 'IDENTITY_STEWARD';

  @Column('date', { name: 'valid_from' })
  validFrom: string;

  /** First day on which it was no longer held; null when open. */
  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;
}
