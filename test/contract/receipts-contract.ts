/** What each adapter must do whose far end tells by itself of what it has filed: exactly that text, and filed by its word alone. */
import fc from 'fast-check';
import { Capability } from '../../src/clinical/clinical-record.port.js';
import {
  DocumentAction,
  type DocumentKey,
  DocumentKind,
  DocumentLabel,
  DocumentProof,
  type DocumentsCapability,
  type OutgoingDocument,
} from '../../src/clinical/documents.port.js';
import { atOnce, eventually } from '../support/eventually.js';
import { anOutgoingDocument } from '../support/outgoing-documents.js';
import { everythingIn, failureOf, never } from './contract-case.js';
import { type ReceiptsSubject, TAKING_EXPECTATIONS, TAKING_FAULT_KINDS } from './taking-far-end.js';

/** How a site takes documents, as far as the cases differ by it. */
export interface ReceiptsVariant {
  /** A text without what the site's form cannot carry. */
  fit(text: string): string;
  /** Texts that its form cannot carry, with the characters that must be named. */
  readonly refused: readonly { readonly text: string; readonly characters: readonly string[] }[];
  /** Texts drawn for the case of every text. */
  readonly texts: number;
  /** Whether what replaces a version goes under its reference. */
  readonly sharesNumber: boolean;
  /** Whether a version names what it replaces, or belongs to. */
  readonly namesParent: Readonly<Record<'REPLACE' | 'APPEND', boolean>>;
}

const signedText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 400 })
  .map((text) => `${text}\n|^~\\& <b>&amp;</b> {"a":1}\n\n"" £ – ’ ñ`)
  .map((text) => text.normalize('NFC').replace(/[^\P{Cc}\n]/gu, ''));

/** Runs the cases for one way of taking documents. `make` gives a fresh subject, which is closed after each case. */
export function receiptsContract(
  name: string,
  make: () => Promise<ReceiptsSubject>,
  variant: ReceiptsVariant,
): void {
  describe(`documents contract by receipts: ${name}`, () => {
    let subject: ReceiptsSubject;
    let executed = 0;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(async () => {
      await subject.adapter.close();
      await subject.peer.close();
    });
    const documentsCase = (title: string, body: (documents: DocumentsCapability) => Promise<void>) =>
      test(title, async () => {
        await body(subject.adapter.documents!);
        executed += 1;
      });
    const held = () => subject.peer.documents();
    const keyOf = ({ documentVersionId, patient }: OutgoingDocument, reference: string): DocumentKey => ({
      documentVersionId,
      patientLocalId: patient.localId,
      reference,
    });
    const found = async (document: OutgoingDocument, reference: string) => {
      const [one] = await subject.adapter.documents!.find([keyOf(document, reference)], never());
      return one?.value ?? null;
    };

    documentsCase('it is filed by the word of the far end alone', async (documents) => {
      expect(documents.traits.proof).toBe(DocumentProof.RECEIPT);
      const document = anOutgoingDocument({ text: 'Met at the library.' });
      const receipt = await documents.send(document, never());
      const reference = documents.referenceOf!(document)!;
      expect(receipt).toEqual({ stage: 'ACCEPTED', reference, version: null });
      expect(held()).toEqual([
        { reference, patientLocalId: 'person-1', text: document.text, isWithdrawn: false, parent: null },
      ]);
      expect(await found(document, reference)).toBeNull();
      subject.peer.tell(1, 'REJECTED');
      expect(await found(document, reference)).toMatchObject({ status: 'REJECTED' });
      subject.peer.tell(1, 'FILED');
      expect(await found(document, reference)).toEqual({
        documentVersionId: document.documentVersionId,
        reference,
        version: null,
        patientLocalId: 'person-1',
        status: 'CURRENT',
        isFinal: true,
        textHash: null,
        isAttested: true,
      });
    });

    documentsCase('sent again it is the same message', async (documents) => {
      const document = anOutgoingDocument({ text: 'Met at the library.' });
      const receipt = await documents.send(document, never());
      expect(await documents.send(document, never())).toEqual(receipt);
      expect(subject.peer.requests()).toBe(2);
      expect(new Set(subject.peer.messages()).size).toBe(1);
      expect(held()).toHaveLength(1);
    });

    documentsCase('every kind is taken, and answers are in the order of the keys', async (documents) => {
      const kinds = Object.values(DocumentKind);
      const sent = kinds.map((kind) => anOutgoingDocument({ kind, text: kind }));
      for (const document of sent) await documents.send(document, never());
      expect(held().map(({ text }) => text)).toEqual(kinds);
      subject.peer.tell(2, 'FILED');
      subject.peer.tell(4, 'FILED');
      const keys = sent.map((document) => keyOf(document, documents.referenceOf!(document)!));
      const before = subject.peer.requests();
      const answers = await documents.find([...keys, ...keys].reverse(), never());
      const told = [1, 3].map((at) => sent[at]!.documentVersionId);
      expect(answers.map((one) => one?.value.documentVersionId ?? null)).toEqual(
        [...sent, ...sent].reverse().map(({ documentVersionId: id }) => (told.includes(id) ? id : null)),
      );
      expect(subject.peer.requests()).toBe(before);
    });

    documentsCase('every text arrives as it went', async (documents) => {
      await fc.assert(
        fc.asyncProperty(signedText.map(variant.fit), async (text) => {
          await documents.send(anOutgoingDocument({ text }), never());
          expect(held().at(-1)!.text).toBe(text);
        }),
        { numRuns: variant.texts, endOnFailure: true },
      );
    });

    for (const action of [DocumentAction.REPLACE, DocumentAction.APPEND] as const) {
      documentsCase(`${action} names its predecessor, and goes nowhere without one`, async (documents) => {
        const first = anOutgoingDocument({ text: 'One.' });
        const { reference } = await documents.send(first, never());
        const next = anOutgoingDocument({
          documentId: first.documentId,
          version: 2,
          action,
          predecessorReference: reference,
          text: 'Two.',
        });
        const receipt = await documents.send(next, never());
        const isSame = action === DocumentAction.REPLACE && variant.sharesNumber;
        expect(receipt.reference === reference).toBe(isSame);
        expect(receipt.reference).toBe(documents.referenceOf!(next));
        expect(held().at(-1)).toMatchObject({
          reference: receipt.reference,
          text: 'Two.',
          parent: variant.namesParent[action] ? reference : null,
        });
        // What is said of the one is not said of the other.
        subject.peer.tell(1, 'FILED');
        expect(await found(first, reference!)).toMatchObject({ status: 'CURRENT' });
        expect(await found(next, receipt.reference!)).toBeNull();
        const orphan = { ...next, predecessorReference: null };
        const before = subject.peer.requests();
        expect(await failureOf(documents.send(orphan, never()))).toMatchObject({
          code: 'HUB_DELIVERY_PREDECESSOR',
        });
        expect(subject.peer.requests()).toBe(before);
      });
    }

    documentsCase('a label that the far end cannot be told keeps the document here', async (documents) => {
      for (const label of Object.values(DocumentLabel)) {
        const sending = documents.send(anOutgoingDocument({ labels: [label], text: label }), never());
        const carries = documents.traits.labels.includes(label);
        const failure = await failureOf(sending);
        if (!carries)
          expect(failure).toMatchObject({ code: 'HUB_DELIVERY_LABEL', details: { labels: [label] } });
        expect(held().some(({ text }) => text === label)).toBe(carries);
      }
    });

    documentsCase('a withdrawal is carried out when the far end says so', async (documents) => {
      const document = anOutgoingDocument({ text: 'Withdrawn.' });
      const { reference } = await documents.send(document, never());
      const withdrawal = {
        ...keyOf(document, reference!),
        reference: reference!,
        document,
        askedAt: '2026-02-28T09:00:00.000Z',
      };
      const receipt = await documents.withdraw(withdrawal, never());
      expect(await documents.withdraw(withdrawal, never())).toEqual(receipt);
      expect(held()).toMatchObject([{ reference, isWithdrawn: true, text: document.text }]);
      subject.peer.tell(1, 'FILED');
      expect(await found(document, reference!)).toMatchObject({ status: 'CURRENT' });
      subject.peer.tell(2, 'FILED');
      expect(await found(document, reference!)).toMatchObject({ status: 'ENTERED_IN_ERROR' });
    });

    documentsCase('what was withdrawn there is shown as it is', async (documents) => {
      const document = anOutgoingDocument({ text: 'Withdrawn there.' });
      const { reference } = await documents.send(document, never());
      subject.peer.tellWithdrawn(reference!);
      expect(await found(document, reference!)).toMatchObject({ status: 'ENTERED_IN_ERROR' });
    });

    for (const kind of TAKING_FAULT_KINDS) {
      const { held: count, ...expected } = TAKING_EXPECTATIONS[kind];
      documentsCase(`a document met with ${kind}: ${expected.code}`, async (documents) => {
        const document = anOutgoingDocument({ text: 'Secret text.' });
        subject.peer.misbehave(kind);
        const error = await failureOf(documents.send(document, never()));
        expect(error).toMatchObject(expected);
        expect(subject.peer.requests()).toBe(1);
        expect(held()).toHaveLength(count);
        for (const canary of [...subject.peer.canaries, document.text])
          expect(everythingIn(error)).not.toContain(canary);
        // Silence is not "not there", and no reason to believe that it is.
        expect(await found(document, documents.referenceOf!(document)!)).toBeNull();
        await documents.send(document, never());
        expect(held()).toHaveLength(1);
        expect(new Set(subject.peer.messages()).size).toBe(1);
      });
    }

    documentsCase(
      'an abort stops a send at once, and it is not said that nothing happened',
      async (documents) => {
        subject.peer.misbehave('SILENT');
        await atOnce(350, async () => {
          const before = subject.peer.requests();
          const controller = new AbortController();
          const sending = failureOf(documents.send(anOutgoingDocument({ text: 'One.' }), controller.signal));
          await eventually(() => subject.peer.requests() > before);
          const started = performance.now();
          controller.abort();
          expect(await sending).toMatchObject({ code: 'HUB_UPSTREAM_AMBIGUOUS', retry: 'ambiguous' });
          return performance.now() - started;
        });
      },
    );

    documentsCase('a signal that is aborted already sends nothing, and says so', async (documents) => {
      const document = anOutgoingDocument({ text: 'One.' });
      expect(await failureOf(documents.send(document, AbortSignal.abort()))).toMatchObject({
        code: 'HUB_UPSTREAM_STOPPED',
        retry: 'transient',
      });
      expect(subject.peer.requests()).toBe(0);
    });

    documentsCase(
      'what is no id, no reference or another text is refused before anything is sent',
      async (documents) => {
        const document = anOutgoingDocument({ text: 'One.' });
        const reference = documents.referenceOf!(document)!;
        const works = [
          ...['', ' ', 'a\r\nMSH|x', 'a\0b', 'a\u202eb'].flatMap((id) => [
            () => documents.send({ ...document, patient: { localId: id } }, never()),
            () => documents.find([{ ...keyOf(document, reference), patientLocalId: id }], never()),
          ]),
          ...['', 'a|b', 'a/b', 'a b', 'a\r\nX', 'x'.repeat(65)].flatMap((id) => [
            () => documents.send({ ...document, documentVersionId: id }, never()),
            () => documents.send({ ...document, action: 'REPLACE', predecessorReference: id }, never()),
            () => documents.withdraw({ ...keyOf(document, reference), reference: id, document }, never()),
          ]),
          () => documents.send({ ...document, text: 'Two.' }, never()),
        ];
        for (const work of works)
          expect(await failureOf(work())).toMatchObject({ code: 'HUB_INPUT_INVALID' });
        expect(subject.peer.requests()).toBe(0);
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
          expect(subject.peer.requests()).toBe(0);
          const fitting = variant.fit(text);
          await documents.send(anOutgoingDocument({ text: fitting }), never());
          expect(held().map((one) => one.text)).toEqual([fitting]);
        },
      );

    documentsCase('nobody listens: nothing has left', async (documents) => {
      await subject.peer.close();
      expect(await failureOf(documents.send(anOutgoingDocument({ text: 'One.' }), never()))).toMatchObject({
        code: 'HUB_UPSTREAM_UNREACHABLE',
        retry: 'transient',
      });
    });

    test('the cases were', () => {
      process.stdout.write(`contract ${name}: ${executed} cases executed, of ${Capability.DOCUMENTS}\n`);
      expect(executed).toBeGreaterThanOrEqual(20);
    });
  });
}
