/** A rule of a specification version. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { SpecificationVersionEntity } from './specification-version.entity.js';

/** One rule with the clause that it comes from. */
@Entity('specification_rules')
@Unique('uq_specification_rules', ['versionId', 'key'])
export class SpecificationRuleEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_specification_rules' })
  id: string;

  @Column('uuid', { name: 'version_id' })
  versionId: string;

  @ManyToOne(() => SpecificationVersionEntity, { nullable: false })
  @JoinColumn({ name: 'version_id', foreignKeyConstraintName: 'fk_specification_rules_version' })
  version: Relation<SpecificationVersionEntity>;

  @Column('text')
  key: string;

  /** Null when the document is silent. */
  @Column('jsonb', { nullable: true })
  value: unknown;

  @Column('text')
  strength: 'HARD' | 'SOFT' | 'SETTING' | 'NOT_SPECIFIED';

  @Column('text', { nullable: true })
  clause: string | null;

  /** How an ambiguous clause is read, and why. */
  @Column('text', { nullable: true })
  reading: string | null;

  /** True while the value is a placeholder. */
  @Column('boolean', { default: false })
  unfilled: boolean;
}
