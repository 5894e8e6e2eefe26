/** Field maps of service specifications: versions, rules, clauses. Open to every authenticated caller. */
import { ANYONE } from '../access/policies.js';
import { type TypeMap, typeMap } from '../platform/database/select/field-map.js';
import {
  among,
  asc,
  bool,
  date,
  desc,
  int,
  json,
  many,
  order,
  text,
  time,
  uuid,
} from '../platform/database/select/map-words.js';

/** Rules of a version, in alphabetical order of their keys. */
export const SPECIFICATION_RULES: TypeMap = typeMap({
  type: 'SpecificationRule',
  table: 'specification_rules',
  columns: {
    id: uuid('id', ANYONE),
    key: text('key', ANYONE),
    value: json('value', ANYONE, { nullable: true }),
    strength: text('strength', ANYONE),
    clause: text('clause', ANYONE, { nullable: true }),
    reading: text('reading', ANYONE, { nullable: true }),
    unfilled: bool('unfilled', ANYONE),
  },
  orders: { KEY: order(ANYONE, asc('key', 'text'), asc('id', 'uuid')) },
});

/** Versions of a specification, newest first. */
export const SPECIFICATION_VERSIONS: TypeMap = typeMap({
  type: 'SpecificationVersion',
  table: 'specification_versions',
  columns: {
    id: uuid('id', ANYONE),
    version: int('version', ANYONE),
    validFrom: date('valid_from', ANYONE, { nullable: true }),
    validTo: date('valid_to', ANYONE, { nullable: true }),
    reviewDue: text('review_due', ANYONE, { nullable: true }),
    activatedAt: time('activated_at', ANYONE, { nullable: true }),
  },
  many: { rules: many(() => SPECIFICATION_RULES, 'version_id', ANYONE) },
  orders: { NEWEST: order(ANYONE, desc('version', 'int'), desc('id', 'uuid')) },
});

/** Service specifications. */
export const SERVICE_SPECIFICATIONS: TypeMap = typeMap({
  type: 'ServiceSpecification',
  table: 'service_specifications',
  columns: {
    id: uuid('id', ANYONE),
    code: text('code', ANYONE),
    name: text('name', ANYONE),
    sourceDocument: text('source_document', ANYONE),
    commissioner: text('commissioner', ANYONE, { nullable: true }),
    provider: text('provider', ANYONE, { nullable: true }),
  },
  many: { versions: many(() => SPECIFICATION_VERSIONS, 'specification_id', ANYONE) },
  filters: { codeIn: among('code', 'text[]', ANYONE) },
  orders: { CODE: order(ANYONE, asc('code', 'text'), asc('id', 'uuid')) },
});
