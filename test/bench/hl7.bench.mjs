/** Bars 4.6 and 4.7: a listener that keeps before it answers, beside bare inserts, and its memory; messages read and written. */
import { openBenchDatabase } from './bench-database.mjs';
import { bar } from './figures.mjs';
import { measureText } from './hl7/er7.mjs';
import { fillHl7World, hl7World } from './hl7/hl7-world.mjs';
import { measureMemory } from './hl7/listener-memory.mjs';
import { measureRate } from './hl7/listener-rate.mjs';
import { printMachine } from './machine.mjs';

/** Runs the benchmark; 0 when every bar is met, else 1. */
export async function run() {
  const db = await openBenchDatabase(fillHl7World);
  try {
    await printMachine(db.client, db.folder);
    const ratio = await measureRate(db, hl7World);
    const grown = await measureMemory(db, hl7World);
    const text = await measureText();
    const met = [
      bar(
        '4.6a',
        'ADT of 1 kB kept and answered at 16 connections, over bare single-row inserts',
        ratio,
        1,
        'higher',
      ),
      bar('4.6b', 'held after 200,000 messages over held after the first 20,000: MiB', grown, 8, 'lower'),
      bar(
        '4.7',
        'every field read as text and the message written: rate over the fastest other library that loses nothing',
        text,
        1,
        'higher',
      ),
    ];
    return met.every(Boolean) ? 0 : 1;
  } finally {
    await db.close();
  }
}
