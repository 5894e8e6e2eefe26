/** A service specification. */
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** What a commissioner asks of a service; its rules are in versions. */
@Entity('service_specifications')
@Unique('uq_service_specifications_code', ['code'])
export class ServiceSpecificationEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_service_specifications' })
  id: string;

  @Column('text')
  code: string;

  /** Title of the document that the rules were read from. */
  @Column('text', { name: 'source_document' })
  sourceDocument: string;

  @Column('text')
  name: string;

  @Column('text', { nullable: true })
  commissioner: string | null;

  @Column('text', { nullable: true })
  provider: string | null;
}
