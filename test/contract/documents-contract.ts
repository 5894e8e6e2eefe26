/** What each adapter that writes documents must do: once in effect, exactly that text, and no word about what is not known. */
import fc from 'fast-check';
import { Capability } from '../../src/clinical/clinical-record.port.js';
import {
  DocumentAction,
  DocumentKind,
  DocumentLabel,
  type DocumentsCapability,
} from '../../src/clinical/documents.port.js';
import type { ErrorCode, RetryClass } from '../../src/core/error-codes.js';
import { newId } from '../../src/core/ids.js';
import { atOnce, eventually } from '../support/eventually.js';
import { anOutgoingDocument, hashOf, keyOf } from '../support/outgoing-documents.js';
import { type ContractCases, everythingIn, failureOf, never } from './contract-case.js';
import { WRITE_FAULT_KINDS, type WriteFaultKind } from './misbehaving-peer.js';

/** What must come of each fault of a write, and how many documents the far end holds afterwards. */
const WRITE_EXPECTATIONS: Readonly<
  Record<
    WriteFaultKind,
    { readonly retry: RetryClass; readonly code: ErrorCode; readonly held: 0 | 1 } | 'HELD'
  >
> = {
  DROP_BEFORE: { retry: 'ambiguous', code: 'HUB_UPSTREAM_AMBIGUOUS', held: 0 },
  DROP_AFTER: { retry: 'ambiguous', code: 'HUB_UPSTREAM_AMBIGUOUS', held: 1 },
  FAILS_AFTER: { retry: 'ambiguous', code: 'HUB_UPSTREAM_AMBIGUOUS', held: 1 },
  HTML_AFTER: { retry: 'ambiguous', code: 'HUB_UPSTREAM_AMBIGUOUS', held: 1 },
  EMPTY_AFTER: { retry: 'ambiguous', code: 'HUB_UPSTREAM_AMBIGUOUS', held: 1 },
  SILENT: { retry: 'ambiguous', code: 'HUB_UPSTREAM_AMBIGUOUS', held: 0 },
  HELD: 'HELD',
  BUSY: { retry: 'transient', code: 'HUB_UPSTREAM_UNAVAILABLE', held: 0 },
  DOWN: { retry: 'transient', code: 'HUB_UPSTREAM_UNAVAILABLE', held: 0 },
  REJECTS: { retry: 'permanent', code: 'HUB_UPSTREAM_REJECTED', held: 0 },
  REFUSES: { retry: 'paused', code: 'HUB_UPSTREAM_REFUSED', held: 0 },
  CONFLICT: { retry: 'conflict', code: 'HUB_UPSTREAM_CONFLICT', held: 0 },
  TOO_LARGE: { retry: 'permanent', code: 'HUB_UPSTREAM_TOO_LARGE', held: 0 },
  REDIRECT: { retry: 'permanent', code: 'HUB_UPSTREAM_ORIGIN', held: 0 },
};

/** Text as a signed note may hold it: any script, delimiters of every protocol, emoji, line ends, tabs already made spaces. */
const signedText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 400 })
  .map((text) => `${text}\n|^~\\& <b>&amp;</b> {"a":1} £ – ’ ñ`)
  .map((text) => text.normalize('NFC').replace(/[^\P{Cc}\n]/gu, ''));

/** How a site takes documents, as far as the cases differ by it. */
export interface DocumentsVariant {
  /** Requests of a send before the write itself. */
  readonly requestsBefore: number;
  /** A text without what the site's form cannot carry. */
  fit(text: string): string;
  /** Texts that its form cannot carry, with the characters that must be named. */
  readonly refused: readonly { readonly text: string; readonly characters: readonly string[] }[];
  /** Texts drawn for the case of every text. */
  readonly texts: number;
}

/** A site that takes plain text and needs no question beforehand. */
export const PLAIN: DocumentsVariant = { requestsBefore: 0, fit: (text) => text, refused: [], texts: 40 };

/** Declares the cases. */
export function documentsCases({ subject, contractCase }: ContractCases, variant = PLAIN): void {
  const documentsCase = (title: string, body: (documents: DocumentsCapability) => Promise<void>) =>
    contractCase(title, Capability.DOCUMENTS, () => body(subject().adapter.documents!));
  const held = () => subject().peer.documents();

  documentsCase('a document is filed as it was signed, once, however often it is sent', async (documents) => {
    const document = anOutgoingDocument();
    const receipt = await documents.send(document, never());
    expect(receipt).toMatchObject({ stage: 'ACCEPTED', reference: expect.any(String) as string });
    expect(held()).toEqual([
      {
        documentVersionId: document.documentVersionId,
        reference: receipt.reference,
        patientLocalId: document.patient.localId,
        text: document.text,
        status: 'CURRENT',
        isFinal: true,
        labels: [],
        relation: null,
      },
    ]);
    if (!documents.traits.repeatsAreHarmless) return;
    expect(await documents.send(document, never())).toEqual(receipt);
    expect(held()).toHaveLength(1);
  });

  for (const kind of Object.values(DocumentKind)) {
    documentsCase(`a ${kind} is taken`, async (documents) => {
      const document = anOutgoingDocument({ kind });
      await documents.send(document, never());
      const [found] = await documents.find([keyOf(document)], never());
      expect(found!.value).toMatchObject({ status: 'CURRENT', textHash: document.textHash });
    });
  }

  documentsCase('what was sent is found with its patient, version, state and hash', async (documents) => {
    const document = anOutgoingDocument();
    const { reference, version } = await documents.send(document, never());
    const [found] = await documents.find([keyOf(document)], never());
    expect(found).toMatchObject({
      complete: true,
      source: { reference, version },
      value: {
        documentVersionId: document.documentVersionId,
        reference,
        version,
        patientLocalId: document.patient.localId,
        status: 'CURRENT',
        isFinal: true,
        textHash: document.textHash,
      },
    });
  });

  documentsCase(
    'answers are in the order of the keys, each once asked, in one request',
    async (documents) => {
      const sent = Array.from({ length: 12 }, (_, n) => anOutgoingDocument({ text: `Note ${n}` }));
      for (const document of sent.slice(0, 9)) await documents.send(document, never());
      const before = subject().peer.requests();
      const keys = [...sent, ...sent].reverse().map(keyOf);
      const found = await documents.find(keys, never());
      expect(subject().peer.requests() - before).toBe(1);
      const known = new Set(sent.slice(0, 9).map(({ documentVersionId }) => documentVersionId));
      expect(found.map((one) => one?.value.documentVersionId ?? null)).toEqual(
        keys.map(({ documentVersionId }) => (known.has(documentVersionId) ? documentVersionId : null)),
      );
      expect(await documents.find([], never())).toEqual([]);
      expect(subject().peer.requests() - before).toBe(1);
    },
  );

  documentsCase(
    'every text comes back as it went, and another one does not pass for it',
    async (documents) => {
      await fc.assert(
        fc.asyncProperty(signedText.map(variant.fit), async (text) => {
          const document = anOutgoingDocument({ text });
          const { reference } = await documents.send(document, never());
          const one = async () => (await documents.find([keyOf(document)], never()))[0]!.value;
          expect(held().at(-1)!.text).toBe(text);
          expect((await one()).textHash).toBe(document.textHash);
          await subject().peer.rewriteDocument(reference!, `${text} `);
          expect((await one()).textHash).toBe(hashOf(`${text} `));
        }),
        // Shrinking a text costs a request a step; the failing one is told as it was drawn.
        { numRuns: variant.texts, endOnFailure: true },
      );
    },
  );

  for (const action of [DocumentAction.REPLACE, DocumentAction.APPEND]) {
    documentsCase(`${action} names its predecessor, which stays as it was`, async (documents) => {
      const first = anOutgoingDocument();
      const { reference } = await documents.send(first, never());
      const next = anOutgoingDocument({ action, predecessorReference: reference, text: 'Another.' });
      await documents.send(next, never());
      expect(held().at(-1)).toMatchObject({ relation: { action, reference }, text: 'Another.' });
      const [before] = await documents.find([keyOf(first)], never());
      expect(before!.value.textHash).toBe(first.textHash);
    });

    documentsCase(`${action} of nothing is not sent`, async (documents) => {
      const orphan = anOutgoingDocument({ action, predecessorReference: null });
      expect(await failureOf(documents.send(orphan, never()))).toMatchObject({
        code: 'HUB_DELIVERY_PREDECESSOR',
      });
      expect(subject().peer.requests()).toBe(0);
    });
  }

  documentsCase('each label reaches the record as such, or the document does not go', async (documents) => {
    for (const label of Object.values(DocumentLabel)) {
      const document = anOutgoingDocument({ labels: [label] });
      const before = held().length;
      if (documents.traits.labels.includes(label)) {
        await documents.send(document, never());
        expect(held().at(-1)!.labels).toEqual([label]);
      } else {
        const error = await failureOf(documents.send(document, never()));
        expect(error).toMatchObject({ code: 'HUB_DELIVERY_LABEL', details: { labels: [label] } });
        expect(held()).toHaveLength(before);
      }
    }
    expect(documents.traits.labels.length).toBeGreaterThan(0);
  });

  documentsCase(
    'a withdrawal marks the document and keeps its text; a second one changes nothing',
    async (documents) => {
      const document = anOutgoingDocument();
      const { reference } = await documents.send(document, never());
      const withdrawal = { ...keyOf(document), reference: reference! };
      const receipt = await documents.withdraw(withdrawal, never());
      expect(held()).toMatchObject([{ status: 'ENTERED_IN_ERROR', text: document.text }]);
      expect(await documents.withdraw(withdrawal, never())).toEqual(receipt);
      const [found] = await documents.find([keyOf(document)], never());
      expect(found!.value).toMatchObject({ status: 'ENTERED_IN_ERROR', textHash: document.textHash });
    },
  );

  documentsCase('what is not there cannot be withdrawn', async (documents) => {
    const withdrawal = { ...keyOf(anOutgoingDocument()), reference: 'DocumentReference/none' };
    expect(await failureOf(documents.withdraw(withdrawal, never()))).toMatchObject({
      code: 'HUB_UPSTREAM_NOT_FOUND',
      retry: 'permanent',
    });
  });

  documentsCase('a document that was moved to another patient is answered as it is', async (documents) => {
    const document = anOutgoingDocument();
    const { reference } = await documents.send(document, never());
    subject().peer.moveDocument(reference!, 'person-2');
    const [found] = await documents.find([keyOf(document)], never());
    expect(found!.value.patientLocalId).toBe('person-2');
  });

  documentsCase('a document that is there twice is a conflict, never one of the two', async (documents) => {
    const document = anOutgoingDocument();
    const { reference } = await documents.send(document, never());
    subject().peer.copyDocument(reference!);
    expect(await failureOf(documents.find([keyOf(document)], never()))).toMatchObject({
      code: 'HUB_UPSTREAM_CONFLICT',
      retry: 'conflict',
      details: { fault: 'DUPLICATE' },
    });
  });

  for (const kind of WRITE_FAULT_KINDS) {
    const expected = WRITE_EXPECTATIONS[kind];
    documentsCase(
      `a create met with ${kind}: ${expected === 'HELD' ? expected : expected.code}`,
      async (documents) => {
        const document = anOutgoingDocument();
        subject().peer.misbehaveOnWrite(kind);
        if (expected === 'HELD') {
          expect(await documents.send(document, never())).toMatchObject({ stage: 'AWAITING_REVIEW' });
          const [found] = await documents.find([keyOf(document)], never());
          expect(found!.value).toMatchObject({ isFinal: false, textHash: document.textHash });
          return;
        }
        const before = subject().peer.requests();
        const error = await failureOf(documents.send(document, never()));
        expect(error).toMatchObject({ code: expected.code, retry: expected.retry });
        expect(subject().peer.requests() - before).toBe(variant.requestsBefore + 1);
        expect(held()).toHaveLength(expected.held);
        for (const canary of subject().peer.canaries) expect(everythingIn(error)).not.toContain(canary);
        expect(everythingIn(error)).not.toContain(document.text);
        expect(subject().peer.strays()).toBe(0);
        // Asking settles it, and sending again leaves one.
        const [found] = await documents.find([keyOf(document)], never());
        expect(found === null ? 0 : 1).toBe(expected.held);
        await documents.send(document, never());
        expect(held()).toHaveLength(1);
      },
    );
  }

  documentsCase(
    'an abort stops a send at once, and it is not said that nothing happened',
    async (documents) => {
      subject().peer.misbehaveOnWrite('SILENT');
      await atOnce(350, async () => {
        const before = subject().peer.requests();
        const controller = new AbortController();
        const sending = failureOf(documents.send(anOutgoingDocument(), controller.signal));
        await eventually(() => subject().peer.requests() - before > variant.requestsBefore);
        const started = performance.now();
        controller.abort();
        expect(await sending).toMatchObject({ code: 'HUB_UPSTREAM_AMBIGUOUS', retry: 'ambiguous' });
        return performance.now() - started;
      });
    },
  );

  documentsCase('a signal that is aborted already sends nothing, and says so', async (documents) => {
    const document = anOutgoingDocument();
    for (const work of [
      documents.send(document, AbortSignal.abort()),
      documents.find([keyOf(document)], AbortSignal.abort()),
      documents.withdraw({ ...keyOf(document), reference: 'DocumentReference/x' }, AbortSignal.abort()),
    ])
      expect(await failureOf(work)).toMatchObject({ code: 'HUB_UPSTREAM_STOPPED', retry: 'transient' });
    expect(subject().peer.requests()).toBe(0);
  });

  documentsCase(
    'hostile ids and references, and another text than was signed, are refused before anything is sent',
    async (documents) => {
      const document = anOutgoingDocument();
      const hostile = ['', '..', 'a/b', '../x', 'a?b', 'a,b', 'a|b', 'a b', `${'a'.repeat(65)}`, 'a\r\nX: y'];
      for (const id of hostile) {
        const works = [
          documents.send({ ...document, patient: { localId: id } }, never()),
          documents.send({ ...document, documentVersionId: id }, never()),
          documents.send({ ...document, author: { ...document.author, reference: id } }, never()),
          documents.send({ ...document, action: 'REPLACE', predecessorReference: id }, never()),
          documents.find([{ ...keyOf(document), patientLocalId: id }], never()),
          documents.find([{ ...keyOf(document), documentVersionId: id }], never()),
          documents.withdraw({ ...keyOf(document), reference: `DocumentReference/${id}` }, never()),
        ];
        for (const work of works) expect(await failureOf(work)).toMatchObject({ code: 'HUB_INPUT_INVALID' });
      }
      const changed = { ...document, text: `${document.text}!` };
      expect(await failureOf(documents.send(changed, never()))).toMatchObject({ code: 'HUB_INPUT_INVALID' });
      expect(subject().peer.requests() + subject().peer.strays()).toBe(0);
    },
  );

  for (const { text, characters } of variant.refused)
    documentsCase(
      `${characters.join(', ')} cannot be carried: named, and nothing is sent`,
      async (documents) => {
        const error = await failureOf(documents.send(anOutgoingDocument({ text }), never()));
        expect(error).toMatchObject({
          code: 'HUB_DELIVERY_CHARACTERS',
          retry: 'permanent',
          details: { characters },
        });
        expect(subject().peer.requests()).toBe(0);
        const fitting = anOutgoingDocument({ text: variant.fit(text) });
        await documents.send(fitting, never());
        expect(held().map((one) => one.text)).toEqual([fitting.text]);
      },
    );

  documentsCase('a search that fails is never read as "not there"', async () => {
    const key = keyOf(anOutgoingDocument({ documentVersionId: newId() }));
    for (const kind of ['OUTCOME_BUSY', 'HTML_200', 'EMPTY', 'TRUNCATED', 'DROP', 'FAILS_500'] as const) {
      const { adapter, peer } = await subject().another();
      peer.misbehave({ kind, page: 0 });
      expect(await failureOf(adapter.documents!.find([key], never()))).toMatchObject({ name: 'HubError' });
      peer.misbehave(null);
      expect(await adapter.documents!.find([key], never())).toEqual([null]);
      await adapter.close();
      await peer.close();
    }
  });
}
