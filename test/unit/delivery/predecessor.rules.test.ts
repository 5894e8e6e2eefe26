/** To what a version refers, over every history of up to three versions before it, against a naive account of what the record holds. */
import type { DocumentAction } from '../../../src/clinical/documents.port.js';
import type { Ancestor } from '../../../src/delivery/predecessor.reader.js';
import { mayBeThere, referenceFor } from '../../../src/delivery/predecessor.rules.js';

type Fate = 'filed' | 'mute' | 'cancelled' | 'in doubt' | 'never sent' | 'queued' | 'parked' | 'withdrawn';

let ids = 0;
function ancestor(action: DocumentAction, fate: Fate): Ancestor {
  const documentVersionId = `v${++ids}`;
  const filed = fate === 'filed' || fate === 'withdrawn';
  return {
    documentVersionId,
    action,
    ours:
      fate === 'never sent'
        ? null
        : fate === 'cancelled' || fate === 'in doubt'
          ? 'CANCELLED'
          : fate === 'queued'
            ? 'QUEUED'
            : fate === 'parked'
              ? 'PARKED'
              : 'SETTLED',
    theirs: fate === 'withdrawn' ? 'WITHDRAWN' : filed ? 'FILED' : 'NONE',
    mayHaveArrived: fate === 'in doubt',
    reference: filed ? `Ref/${documentVersionId}` : null,
    patientLocalId: 'p',
  };
}

describe('one before it', () => {
  it.each<[DocumentAction, Fate, object]>([
    ['REPLACE', 'filed', { kind: 'refer', action: 'REPLACE' }],
    ['APPEND', 'filed', { kind: 'refer', action: 'APPEND' }],
    ['REPLACE', 'mute', { kind: 'refer', action: 'REPLACE', reference: null }],
    ['REPLACE', 'cancelled', { kind: 'create' }],
    ['APPEND', 'cancelled', { kind: 'create' }],
    ['REPLACE', 'never sent', { kind: 'create' }],
    ['REPLACE', 'in doubt', { kind: 'refer', reference: null }],
    ['REPLACE', 'queued', { kind: 'wait' }],
    ['APPEND', 'parked', { kind: 'wait' }],
    ['REPLACE', 'withdrawn', { kind: 'missing' }],
  ])('%s of one that was %s', (action, fate, expected) => {
    expect(referenceFor(action, [ancestor('CREATE', fate)])).toMatchObject(expected);
  });

  it('a first version refers to nothing, whatever is before it', () => {
    expect(referenceFor('CREATE', [ancestor('CREATE', 'filed')])).toEqual({ kind: 'create' });
    expect(referenceFor('REPLACE', [])).toEqual({ kind: 'create' });
  });

  it('one in doubt that was asked for and is not there never arrived; one that was taken and is not there is missing', () => {
    const doubt = ancestor('CREATE', 'in doubt');
    const taken = ancestor('CREATE', 'mute');
    expect(mayBeThere(doubt)).toBe(true);
    expect(mayBeThere(taken)).toBe(false);
    expect(referenceFor('REPLACE', [doubt], new Set([doubt.documentVersionId]))).toEqual({ kind: 'create' });
    expect(referenceFor('REPLACE', [taken], new Set([taken.documentVersionId]))).toEqual({ kind: 'missing' });
  });
});

describe('a filed first version and up to three cancelled ones after it', () => {
  const both: readonly DocumentAction[] = ['REPLACE', 'APPEND'];
  const longer = (lines: readonly DocumentAction[][]): DocumentAction[][] =>
    lines.flatMap((line) => both.map((action) => [...line, action]));
  const one = longer([[]]);
  const histories = [one, longer(one), longer(longer(one)), longer(longer(longer(one)))].flat();

  it.each(histories.map((actions) => [actions.join(', '), actions] as const))('%s', (_name, actions) => {
    const first = ancestor('CREATE', 'filed');
    const cancelled = actions.slice(0, -1);
    const line = [first, ...cancelled.map((action) => ancestor(action, 'cancelled'))].reverse();
    // The first version may be replaced only by what would have replaced it all along: an addition in the line stays one.
    expect(referenceFor(actions.at(-1)!, line)).toMatchObject({
      kind: 'refer',
      action: actions.includes('APPEND') ? 'APPEND' : 'REPLACE',
      reference: first.reference,
    });
  });

  it('the nearest that was not cancelled counts, not those before it', () => {
    const [first, second] = [ancestor('CREATE', 'filed'), ancestor('APPEND', 'filed')];
    const third = ancestor('REPLACE', 'cancelled');
    expect(referenceFor('REPLACE', [third, second, first])).toMatchObject({
      action: 'REPLACE',
      reference: second.reference,
    });
  });
});
