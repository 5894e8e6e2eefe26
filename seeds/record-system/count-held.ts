/** Counts what a record system's file holds, from outside its process and without trusting its own answers. */
import { DatabaseSync } from 'node:sqlite';
import { documentsHeld, type HeldDocument } from './held-documents.js';

/** What a file holds at the moment of counting. */
export interface HeldCount {
  /** Resources by type that exist and are not deleted. */
  readonly current: Readonly<Record<string, number>>;
  /** Versions of every resource, deletions included. */
  readonly versions: number;
  /** SQLite's own verdict on the file; `ok` when it is sound. */
  readonly integrity: string;
}

/** Opens the file read-only, also while a server has it open, and counts. */
export function countHeld(file: string): HeldCount {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const current = database
      .prepare('select type, count(*) as held from current group by type order by type')
      .all() as { type: string; held: number }[];
    const versions = database.prepare('select count(*) as held from version').get() as { held: number };
    const integrity = database.prepare('pragma integrity_check').get() as { integrity_check: string };
    return {
      current: Object.fromEntries(current.map(({ type, held }) => [type, held])),
      versions: versions.held,
      integrity: integrity.integrity_check,
    };
  } finally {
    database.close();
  }
}

/** Ids of the current resources of a type that carry an identifier `system|value`; more than one is a duplicate. */
export function heldWithIdentifier(
  file: string,
  type: string,
  system: string,
  value: string,
): readonly string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database
      .prepare(
        `select c.id from current c join idx i on i.seq = c.seq
         where i.type = ? and i.code = 'identifier' and i.system = ? and i.value = ? order by c.seq`,
      )
      .all(type, system, value) as { id: string }[];
    return rows.map(({ id }) => id);
  } finally {
    database.close();
  }
}

/** Every DocumentReference in the file that is not deleted, in the order in which they were first held. */
export function heldDocuments(file: string): readonly HeldDocument[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return documentsHeld((sql) => database.prepare(sql).all());
  } finally {
    database.close();
  }
}
