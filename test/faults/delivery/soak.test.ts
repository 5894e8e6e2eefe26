/** Twenty authors, thirty per cent bad answers, workers that are stopped and go on: everything is on the record once, in order and as signed. */
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { checkDeliveries, type DeliveryReport, readHeld } from '../../support/delivery-checker.js';
import { expectSound, tellSoak } from '../../support/delivery-expectations.js';
import { runSoak, type Soak } from '../../support/delivery-soak.js';

const FORM = { authors: 20, people: 200, notes: 500, badAnswers: 0.3, seed: 20_260_311, restMs: 150_000 };

let soak: Soak;
beforeAll(async () => {
  soak = await runSoak(FORM);
  tellSoak(soak);
}, 420_000);
afterAll(() => soak?.close());

test('nothing is lost, doubled, out of order or falsely filed', () => {
  expectSound(soak, FORM);
});

interface Stored {
  readonly seq: number;
  readonly id: string;
  readonly body: string;
}

/** The report on a copy of the store that somebody has changed behind the record system's back. */
function reportOn(name: string, change: (store: DatabaseSync) => void): DeliveryReport {
  const file = join(dirname(soak.file), `${name}.sqlite`);
  copyFileSync(soak.file, file);
  const store = new DatabaseSync(file);
  change(store);
  store.close();
  return checkDeliveries(soak.told, readHeld(file), soak.acknowledged);
}

/** First versions in the store, of documents that still are as they came. */
function untouched(store: DatabaseSync): readonly Stored[] {
  return store
    .prepare(
      `select seq, id, body from version where type = 'DocumentReference' and vid = 1 and superseded_by is null
       and json_extract(body, '$.status') = 'current' order by seq`,
    )
    .all() as unknown as readonly Stored[];
}

describe('the checker finds', () => {
  test('one removed', () => {
    const report = reportOn('removed', (store) => {
      store.prepare('delete from version where seq = ?').run(untouched(store)[5]!.seq);
    });
    expect(report.lost).toHaveLength(1);
    expect(report.falselyFiled).toHaveLength(1);
    expect(report.doubled).toEqual([]);
  });

  test('one doubled', () => {
    const report = reportOn('doubled', (store) => {
      const { body } = untouched(store)[7]!;
      store
        .prepare(
          `insert into version (seq, type, id, vid, op, updated, body)
           select max(seq) + 1, 'DocumentReference', 'again', 1, 'create', max(updated), ? from version`,
        )
        .run(body);
    });
    expect(report.doubled).toHaveLength(1);
    expect(report.lost).toEqual([]);
  });

  test('two swapped', () => {
    const report = reportOn('swapped', (store) => {
      const documents = untouched(store);
      const subjectOf = ({ body }: Stored): string =>
        (JSON.parse(body) as { subject: { reference: string } }).subject.reference;
      const first = documents.find((one) => documents.some((other) => isLater(one, other)))!;
      const second = documents.find((other) => isLater(first, other))!;
      function isLater(one: Stored, other: Stored): boolean {
        return other.seq > one.seq && subjectOf(other) === subjectOf(one);
      }
      const move = store.prepare('update version set seq = ? where seq = ?');
      move.run(-1, first.seq);
      move.run(first.seq, second.seq);
      move.run(second.seq, -1);
    });
    expect(report.disordered.length).toBeGreaterThan(0);
    expect([report.lost, report.doubled, report.falselyFiled]).toEqual([[], [], []]);
  });

  test('one with another text', () => {
    const report = reportOn('altered', (store) => {
      const { seq, body } = untouched(store)[11]!;
      const text = Buffer.from('Somebody else wrote this.').toString('base64');
      store
        .prepare(`update version set body = json_set(?, '$.content[0].attachment.data', ?) where seq = ?`)
        .run(body, text, seq);
    });
    expect(report.unequal.length).toBeGreaterThan(0);
    expect(report.falselyFiled).toHaveLength(1);
    expect(report.lost).toEqual([]);
  });

  test('one under another person', () => {
    const report = reportOn('misplaced', (store) => {
      const { seq, body } = untouched(store)[13]!;
      store
        .prepare(
          `update version set body = json_set(?, '$.subject.reference', 'Patient/nobody') where seq = ?`,
        )
        .run(body, seq);
    });
    expect(report.unequal).toHaveLength(1);
    expect(report.falselyFiled).toHaveLength(1);
  });

  test('a withdrawal undone, and one that nobody asked for', () => {
    const restored = reportOn('restored', (store) => {
      store.exec(
        `update version set body = json_set(body, '$.status', 'current') where seq = (
           select max(seq) from version where json_extract(body, '$.status') = 'entered-in-error')`,
      );
    });
    expect(restored.lost.length).toBeGreaterThan(0);
    expect(restored.falselyFiled).toHaveLength(1);
    const withdrawn = reportOn('withdrawn', (store) => {
      const { seq, body } = untouched(store)[17]!;
      store
        .prepare(`update version set body = json_set(?, '$.status', 'entered-in-error') where seq = ?`)
        .run(body, seq);
    });
    expect(withdrawn.unequal).toHaveLength(1);
    expect(withdrawn.falselyFiled).toHaveLength(1);
  });

  test('one that the hub says it never knew', () => {
    const [signed] = soak.acknowledged.signed;
    const told = soak.told.filter(({ documentVersionId }) => documentVersionId !== signed!.documentVersionId);
    const report = checkDeliveries(told, readHeld(soak.file), soak.acknowledged);
    expect(report.lost).toHaveLength(1);
    expect(report.unequal).toHaveLength(1);
  });
});
