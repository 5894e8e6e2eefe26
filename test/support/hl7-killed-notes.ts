/**
 * Notes that twenty people write, sent as messages by hubs that are killed one after the other, by a wire on which a good deal
 * happens, to a receiving engine that nobody here wrote. What came of it is counted by what the engine took.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageNumber, numberIn } from '../../src/core/document-numbers.js';
import { readMessage } from './hl7-documents.js';
import type { Engine } from './hl7-documents-engines.js';
import { openFaultyPath } from './hl7-documents-faults.js';
import type { Hl7Variant } from './hl7-hub-variants.js';
import { type Death, faultsOf, type Hl7Hubs } from './hl7-hubs.js';
import { LaneWorld, type SignedHere } from './lane-world.js';

/** What is written, and how bad it gets. */
export interface KilledNotesPlan {
  readonly people: number;
  /** 1 to 4: two new notes, one in the place of the second, one added to the first. */
  readonly versionsEach: number;
  /** Whether the receiving engine knows a repeat by its number. Where not, whatever is in doubt is parked. */
  readonly repeatsAreHarmless: boolean;
  /** Whether nobody writes while hubs send, so that nothing but what happens on the wire is late. */
  readonly isWrittenFirst: boolean;
  readonly answerTimeoutMs: number;
  /** Share of messages to which something happens. */
  readonly faults: number;
  /** Spread evenly over the course. */
  readonly deaths: readonly Death[];
  readonly seed: number;
  readonly variant: Hl7Variant;
}

/** Numbers of messages with which something is wrong; all lists are empty when all is well. */
export interface KilledNotesReport {
  /** Done to the hub, and never taken by the engine; or not known to the hub. */
  readonly lost: readonly string[];
  /** Taken under a number that is of no version, under two of one, or twice where a repeat is not known as such. */
  readonly doubled: readonly string[];
  /** Done to the hub when the engine had not taken it, or had taken another's text or person under its number. */
  readonly creditedWrongly: readonly string[];
  /** Taken before one that was signed before it about the same person. */
  readonly disordered: readonly string[];
  /** Neither done nor waiting for somebody. */
  readonly unfinished: readonly string[];
}

/** What came of it. */
export interface KilledNotesResult {
  readonly report: KilledNotesReport;
  /** Versions by the code for which they wait for somebody. */
  readonly parked: Readonly<Record<string, number>>;
  readonly attempts: number;
  readonly happened: Readonly<Record<string, number>>;
  /** Times that hubs died how. */
  readonly died: Readonly<Record<string, number>>;
  /** Messages that the engine took, repeats and all. */
  readonly taken: number;
  readonly tookMs: number;
}

const WRITERS = 20;
const LATER_MS = 30;
/** What has not moved for so long moves no more. */
const STILL_MS = 15_000;
const SYSTEM = 'SYS';

interface Signed {
  readonly localId: string;
  readonly textHash: string;
  /** Place among what was signed about the person. */
  readonly place: number;
}

interface Held {
  /** Whole numbers of the messages (MSH-10): by these an engine knows a repeat. */
  readonly controlIds: Set<string>;
  readonly texts: Set<string>;
  readonly localIds: Set<string>;
  times: number;
  /** Place among everything that the engine took. */
  readonly first: number;
}

interface Delivery {
  number: string;
  versionId: string;
  ours: string;
  theirs: string;
  code: string | null;
  attempts: number;
}

const hashOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

class KilledNotes {
  /** By number of the message. */
  readonly signed = new Map<string, Signed>();
  readonly held = new Map<string, Held>();
  private readonly creditedEarly = new Set<string>();
  private read = 0;
  private begun = 0;
  private lookedAt = 0;

  constructor(
    readonly world: LaneWorld,
    private readonly engine: Engine,
    private readonly plan: KilledNotesPlan,
  ) {}

  /** Share of the versions of which the sending has begun; looked at now and then. */
  progress(): number {
    if (performance.now() - this.lookedAt > 200) {
      this.lookedAt = performance.now();
      void this.world
        .sql<{ n: number }>(`select count(*)::integer as n from deliveries where attempts > 0`)
        .then(([row]) => {
          this.begun = row!.n;
        });
    }
    return this.begun / (this.plan.people * this.plan.versionsEach);
  }

  /** All notes of everybody; those about one person one after the other. */
  async write(): Promise<void> {
    const people = Array.from({ length: this.plan.people }, (_, person) => person);
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        for (let person = people.pop(); person !== undefined; person = people.pop())
          await this.writeAbout(`p${person}`);
      }),
    );
  }

  private async writeAbout(localId: string): Promise<void> {
    const { world } = this;
    const personId = await world.person(localId);
    const done: SignedHere[] = [];
    for (let place = 0; place < this.plan.versionsEach; place++) {
      const text = `Note ${place} about ${localId}\n– “|^~\\&” –`;
      const signed =
        place < 2
          ? await world.sign(personId, { text })
          : await world.follow(done[3 - place]!, place === 2 ? 'REPLACE' : 'APPEND', { text });
      done.push(signed);
      this.signed.set(numberOf(signed.versionId), { localId, textHash: hashOf(text), place });
    }
  }

  /** Whatever counts as done by now must be with the engine by now. */
  async look(): Promise<void> {
    const done = (await this.deliveries()).filter(isDone);
    this.take();
    for (const { number } of done) if (!this.held.has(number)) this.creditedEarly.add(number);
  }

  /** Waits until nothing is to be sent, or nothing moves any more. */
  async rest(): Promise<void> {
    let [before, since] = ['', performance.now()];
    for (;;) {
      const [row] = await this.world.sql<{ left: number; state: string }>(
        `select count(*) filter (where ours in ('QUEUED', 'SENDING'))::integer as left,
                concat(sum(attempts), ' ', count(*)) as state from deliveries`,
      );
      if (row!.left === 0) return;
      if (row!.state !== before) [before, since] = [row!.state, performance.now()];
      if (performance.now() - since > STILL_MS) return;
      await sleep(50);
    }
  }

  async deliveries(): Promise<readonly Delivery[]> {
    const rows = await this.world.sql<Omit<Delivery, 'number'>>(
      `select document_version_id as "versionId", ours, theirs, last_code as code, attempts from deliveries`,
    );
    return rows.map((row) => ({ ...row, number: numberOf(row.versionId) }));
  }

  report(deliveries: readonly Delivery[]): KilledNotesReport {
    this.take();
    const { signed, held } = this;
    const done = deliveries.filter(isDone).map(({ number }) => number);
    const known = new Set(deliveries.map(({ number }) => number));
    const isOther = (number: string): boolean => {
      const { texts, localIds } = held.get(number)!;
      const { textHash, localId } = signed.get(number)!;
      return ![...texts].every((text) => hashOf(text) === textHash) || !isOnly(localIds, localId);
    };
    return {
      lost: [
        ...done.filter((number) => !held.has(number)),
        ...[...signed.keys()].filter((number) => !known.has(number)),
      ],
      doubled: [...held].flatMap(([number, { controlIds, times }]) =>
        !known.has(number) || controlIds.size > 1 || (times > 1 && !this.plan.repeatsAreHarmless)
          ? [number]
          : [],
      ),
      creditedWrongly: [
        ...this.creditedEarly,
        ...done.filter((number) => held.has(number) && isOther(number)),
      ],
      disordered: this.disordered(),
      unfinished: deliveries
        .filter((one) => !isDone(one) && one.ours !== 'PARKED')
        .map(({ number }) => number),
    };
  }

  private disordered(): string[] {
    const byPerson = Map.groupBy(this.signed, ([, { localId }]) => localId);
    return [...byPerson.values()].flatMap((versions) => {
      const order = versions
        .flatMap(([number, { place }]) => {
          const first = this.held.get(number)?.first;
          return first === undefined ? [] : [{ number, place, first }];
        })
        .sort((one, other) => one.place - other.place);
      return order
        .filter(({ first }, index) => index > 0 && first < order[index - 1]!.first)
        .map(({ number }) => number);
    });
  }

  /** Reads what the engine has taken since the last time. */
  private take(): void {
    for (; this.read < this.engine.taken.length; this.read++) {
      const message = readMessage(Buffer.from(this.engine.taken[this.read]!, 'utf8'));
      const controlId = message.field('MSH', 10);
      const number = numberIn(controlId);
      const held = this.held.get(number) ?? {
        controlIds: new Set(),
        texts: new Set(),
        localIds: new Set(),
        times: 0,
        first: this.read,
      };
      held.controlIds.add(controlId);
      held.texts.add(message.text);
      held.localIds.add(message.field('PID', 3, 1));
      held.times += 1;
      this.held.set(number, held);
    }
  }
}

const numberOf = (versionId: string): string => messageNumber(versionId, SYSTEM, 'FILE');
const isDone = ({ ours, theirs }: Delivery): boolean => ours === 'SETTLED' && theirs === 'ACCEPTED';
const isOnly = (values: ReadonlySet<string>, value: string): boolean =>
  values.size === 1 && values.has(value);

/** Writes and sends them all and looks at what was taken. The engine is left open. */
export async function runKilledNotes(
  hubs: Hl7Hubs,
  engine: Engine,
  plan: KilledNotesPlan,
): Promise<KilledNotesResult> {
  const world = await LaneWorld.open({ pools: { write: WRITERS } });
  const path = await openFaultyPath(
    engine.port,
    faultsOf(plan.faults, plan.seed),
    plan.answerTimeoutMs + LATER_MS,
  );
  try {
    await world.destination({ sendTimeoutMs: 5_000 });
    const notes = new KilledNotes(world, engine, plan);
    const order = {
      ownerUrl: world.db.ownerUrl,
      system: { id: world.systemId, code: SYSTEM, organisationId: world.organisationId },
      settings: {
        sendHost: '127.0.0.1',
        sendPort: path.port,
        sendTls: false,
        sendConnections: 16,
        sendKeepsOpen: engine.keepsOpen,
        sendAnswerTimeoutMs: plan.answerTimeoutMs,
        sendCharacterSet: 'UNICODE UTF-8',
        receivingApplication: 'ROUTE',
        receivingFacility: 'RXX',
        repeatsAreHarmless: plan.repeatsAreHarmless,
      },
      variant: plan.variant,
    };
    const begun = performance.now();
    const send = () =>
      hubs.relay(
        order,
        plan.deaths,
        () => notes.progress(),
        () => notes.look(),
      );
    if (plan.isWrittenFirst) await notes.write();
    const [{ last, died }] = await Promise.all([send(), plan.isWrittenFirst ? null : notes.write()]);
    await notes.rest();
    const tookMs = Math.round(performance.now() - begun);
    await notes.look();
    await hubs.kill(last, 'ANY');
    const deliveries = await notes.deliveries();
    const parked = Map.groupBy(
      deliveries.filter(({ ours }) => ours === 'PARKED'),
      ({ code }) => code ?? '-',
    );
    return {
      report: notes.report(deliveries),
      parked: Object.fromEntries([...parked].map(([code, rows]) => [code, rows.length])),
      attempts: deliveries.reduce((sum, { attempts }) => sum + attempts, 0),
      happened: Object.fromEntries(path.happened),
      died,
      taken: engine.taken.length,
      tookMs,
    };
  } finally {
    await path.close();
    await hubs.clear();
    await world.close();
  }
}
