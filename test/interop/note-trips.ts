/** Note out, in every way of writing that the server allows: filed once, read back, amended, added to, retracted. */

import type { FhirR4Adapter } from '../../adapters/fhir-r4/adapter.js';
import { CONTENT_FORMS, CREATE_MODES } from '../../adapters/fhir-r4/documents/write-settings.js';
import type { FiledDocument, OutgoingDocument } from '../../src/clinical/documents.port.js';
import { newId } from '../../src/core/ids.js';
import { anOutgoingDocument, hashOf, keyOf } from '../support/outgoing-documents.js';
import { NotAllowed } from './marked-data.js';
import * as made from './resources.js';
import { eventually, type InteropRun, idOf } from './run.js';
import { FOREVER, type RunOf, trip } from './trip.js';

/** What the server says that it does not have of what documents need by these settings, as the adapter itself finds. */
async function requireAllowed(adapter: FhirR4Adapter): Promise<void> {
  const { findings } = await adapter.conformance(FOREVER);
  const lacking = findings.filter(
    ({ needed, state, path }) => needed && state === 'MISSING' && path.includes('DocumentReference'),
  );
  if (lacking.length > 0)
    throw new NotAllowed(`the server says that it lacks ${lacking.map(({ path }) => path).join(', ')}`);
}

/** A person's notes by one adapter: sent, and looked for until they are there. */
class Notes {
  constructor(
    private readonly adapter: FhirR4Adapter,
    readonly first: OutgoingDocument,
  ) {}

  static async of(run: InteropRun, adapter: FhirR4Adapter): Promise<Notes> {
    const who = await run.person();
    const reference = await run.author();
    await run.data.mayMake(made.document(who, reference));
    const author = { ...anOutgoingDocument().author, reference };
    const first = anOutgoingDocument({
      patient: { localId: idOf(who) },
      author,
      custodianOdsCode: run.site.odsCode,
    });
    return new Notes(adapter, first);
  }

  next(
    action: 'REPLACE' | 'APPEND',
    version: number,
    predecessorReference: string,
    text: string,
  ): OutgoingDocument {
    const textHash = hashOf(text);
    return {
      ...this.first,
      documentVersionId: newId(),
      version,
      action,
      predecessorReference,
      text,
      textHash,
    };
  }

  /** Sends it, and answers what the record then holds: what was sent, of whom, and final unless it is held for review. */
  async file(document: OutgoingDocument): Promise<FiledDocument> {
    const { stage } = await this.adapter.documents!.send(document, FOREVER);
    const filed = await this.heldUntil(document, {
      documentVersionId: document.documentVersionId,
      patientLocalId: document.patient.localId,
      status: 'CURRENT',
      textHash: document.textHash,
      ...(stage === 'ACCEPTED' ? { isFinal: true } : {}),
    });
    return filed;
  }

  /** Waits until the record holds a version as expected. */
  heldUntil(document: OutgoingDocument, expected: object): Promise<FiledDocument> {
    return eventually(async () => {
      const [found] = await this.adapter.documents!.find([keyOf(document)], FOREVER);
      expect(found?.value).toMatchObject(expected);
      return found!.value;
    });
  }
}

/** Declares the trips. */
export function noteTrips(runOf: RunOf): void {
  const ways = CREATE_MODES.flatMap((createMode) =>
    CONTENT_FORMS.map((contentForm) => ({ createMode, contentForm })),
  );
  for (const way of ways)
    trip(
      `note, ${way.createMode}, ${way.contentForm}: filed once, amended, added to, retracted`,
      runOf,
      async (run) => {
        const adapter = run.adapter(way);
        await requireAllowed(adapter);
        const notes = await Notes.of(run, adapter);
        const filed = await notes.file(notes.first);
        // The same again, as after an answer that got lost: it stays one, or finding it would fail.
        await adapter.documents!.send(notes.first, FOREVER);
        expect((await notes.heldUntil(notes.first, {})).reference).toBe(filed.reference);

        const amendment = notes.next('REPLACE', 2, filed.reference, 'As it should have been.\nÄ – €');
        const amended = await notes.file(amendment);
        const addition = notes.next('APPEND', 3, amended.reference, 'One thing more.');
        const added = await notes.file(addition);
        expect(new Set([filed, amended, added].map(({ reference }) => reference)).size).toBe(3);

        await adapter.documents!.withdraw({ ...keyOf(addition), reference: added.reference }, FOREVER);
        await notes.heldUntil(addition, { status: 'ENTERED_IN_ERROR', reference: added.reference });
        await notes.heldUntil(amendment, { status: 'CURRENT', textHash: amendment.textHash });
        const [nothing] = await adapter.documents!.find(
          [{ ...keyOf(addition), documentVersionId: newId() }],
          FOREVER,
        );
        expect(nothing).toBeNull();
      },
    );

  trip('note with its encounter and provenance beside it', runOf, async (run) => {
    const adapter = run.adapter({ encounterMode: 'CREATE', encounterRequired: true, provenance: true });
    await requireAllowed(adapter);
    const notes = await Notes.of(run, adapter);
    const { patient, author } = notes.first;
    await run.data.mayMake(made.encounter(`Patient/${patient.localId}`, author.reference));
    const { reference } = await notes.file(notes.first);
    await eventually(async () => {
      const [contacts] = await adapter.record!.encounters!([patient.localId], '2026-01-01', FOREVER);
      expect(contacts!.map(({ value }) => value.status)).toEqual(['finished']);
      expect(await run.data.search('Provenance', { target: reference })).toHaveLength(1);
    });
  });
}
