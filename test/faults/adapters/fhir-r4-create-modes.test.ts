/** How a create takes effect once in each of a site's ways, what is asked before and after, and how an author is told. */
import { encounterId } from '../../../adapters/fhir-r4/documents/derived-ids.rules.js';
import { failureOf, never } from '../../contract/contract-case.js';
import { FhirWritingWorld, HUB_SYSTEM } from '../../support/fhir-writing-world.js';
import { anOutgoingDocument, keyOf } from '../../support/outgoing-documents.js';

let world: FhirWritingWorld;
beforeEach(async () => {
  world = await FhirWritingWorld.start();
});
afterEach(() => world.stop());

const headersOf = (at: number) => world.server.seen[at]!.headers;
const identified = (value: string) => [{ system: HUB_SYSTEM, value }];

describe('IF_NONE_EXIST', () => {
  test('one request, with the condition and without a question', async () => {
    const document = anOutgoingDocument();
    await world.documentsOf({}).send(document, never());
    expect(world.asked).toEqual(['POST DocumentReference']);
    expect(headersOf(0)['if-none-exist']).toBe(
      `identifier=${encodeURIComponent(`${HUB_SYSTEM}|${document.documentVersionId}`)}`,
    );
    expect(headersOf(0)['if-none-match']).toBeUndefined();
  });
});

describe('CLIENT_ID', () => {
  const settings = { createMode: 'CLIENT_ID' };

  test('the version’s uuid is the id, on the condition that nothing is there', async () => {
    const document = anOutgoingDocument();
    const receipt = await world.documentsOf(settings).send(document, never());
    const path = `DocumentReference/${document.documentVersionId}`;
    expect(world.asked).toEqual([`PUT ${path}`]);
    expect(headersOf(0)).toMatchObject({ 'if-none-match': '*', 'x-request-id': document.documentVersionId });
    expect(receipt).toMatchObject({ reference: path, version: '1' });
    expect(world.held('DocumentReference')).toMatchObject([{ id: document.documentVersionId }]);
  });

  test('a repeat changes nothing, not even of one that was withdrawn meanwhile', async () => {
    const documents = world.documentsOf(settings);
    const document = anOutgoingDocument();
    const { reference } = await documents.send(document, never());
    await documents.withdraw({ ...keyOf(document), reference: reference! }, never());
    expect(await documents.send(document, never())).toMatchObject({ reference, version: '2' });
    expect(world.held('DocumentReference')).toMatchObject([{ status: 'entered-in-error' }]);
    expect(world.asked.slice(-2)).toEqual([`PUT ${reference}`, `GET ${reference}`]);
  });

  test('a server that does not know the condition is asked first, and nothing is written over', async () => {
    const abilities = { ifNoneExist: false, ifNoneMatch: false, updateCreates: true };
    const documents = world.documentsOf({ ...settings, clientIdCondition: false }, abilities);
    const document = anOutgoingDocument();
    const { reference } = await documents.send(document, never());
    await documents.withdraw({ ...keyOf(document), reference: reference! }, never());
    expect(await documents.send(document, never())).toMatchObject({ reference, version: '2' });
    expect(world.asked).toEqual([
      `GET ${reference}`,
      `PUT ${reference}`,
      `GET ${reference}`,
      `PUT ${reference}`,
      `GET ${reference}`,
    ]);
    expect(headersOf(1)['if-none-match']).toBeUndefined();
    expect(world.held('DocumentReference')).toMatchObject([{ status: 'entered-in-error' }]);
  });

  test.each([true, false])(
    'somebody else’s document under that id is a conflict; condition: %s',
    async (is) => {
      const documents = world.documentsOf({ ...settings, clientIdCondition: is });
      const document = anOutgoingDocument();
      await documents.send(document, never());
      world.server.writes.change(document.documentVersionId, { identifier: identified('another') });
      expect(await failureOf(documents.send(document, never()))).toMatchObject({
        code: 'HUB_UPSTREAM_CONFLICT',
        details: { fault: 'OTHER_DOCUMENT' },
      });
      expect(world.held('DocumentReference')).toHaveLength(1);
    },
  );

  test('an answer under another id is not believed', async () => {
    const documents = world.documentsOf({ createMode: 'CLIENT_ID' });
    const document = anOutgoingDocument();
    world.server.writes.renames = 'elsewhere';
    expect(await failureOf(documents.send(document, never()))).toMatchObject({
      code: 'HUB_UPSTREAM_AMBIGUOUS',
      details: { fault: 'TWO_IDS' },
    });
  });
});

describe('SEARCH_FIRST', () => {
  const settings = { createMode: 'SEARCH_FIRST' };

  test('asked, then written without a condition; what is found is not written again', async () => {
    const documents = world.documentsOf(settings);
    expect(documents.traits.repeatsAreHarmless).toBe(false);
    const document = anOutgoingDocument();
    const receipt = await documents.send(document, never());
    expect(await documents.send(document, never())).toEqual(receipt);
    expect(world.asked).toEqual([
      'SEARCH DocumentReference',
      'POST DocumentReference',
      'SEARCH DocumentReference',
    ]);
    expect(headersOf(1)['if-none-exist']).toBeUndefined();
    expect(world.held('DocumentReference')).toHaveLength(1);
  });

  test('one that is held for review is found as such', async () => {
    const documents = world.documentsOf(settings);
    const document = anOutgoingDocument();
    world.server.writes.misbehave('HELD');
    const receipt = await documents.send(document, never());
    expect(receipt.stage).toBe('AWAITING_REVIEW');
    expect(await documents.send(document, never())).toEqual(receipt);
  });

  test('after an answer that says nothing the next send asks before anything else, and there is one', async () => {
    for (const fault of ['DROP_AFTER', 'FAILS_AFTER', 'EMPTY_AFTER'] as const) {
      const documents = world.documentsOf(settings);
      const document = anOutgoingDocument();
      world.server.writes.misbehave(fault);
      expect(await failureOf(documents.send(document, never()))).toMatchObject({ retry: 'ambiguous' });
      const before = world.asked.length;
      expect(await documents.send(document, never())).toMatchObject({ stage: 'ACCEPTED' });
      expect(world.asked.slice(before)).toEqual(['SEARCH DocumentReference']);
      expect(
        world
          .held('DocumentReference')
          .filter(({ identifier }) => JSON.stringify(identifier).includes(document.documentVersionId)),
      ).toHaveLength(1);
    }
  });

  test.each(['FAILS_500', 'REJECTS_400', 'HTML_200', 'GONE_410', 'OUTCOME_FORBIDDEN'] as const)(
    'a question that is met with %s is no "not there": nothing is written, and no document is refused for it',
    async (kind) => {
      const documents = world.documentsOf(settings);
      world.server.misbehave({ kind, page: 0 });
      const error = await failureOf(documents.send(anOutgoingDocument(), never()));
      expect(error).toMatchObject({ name: 'HubError' });
      expect(['HUB_UPSTREAM_REJECTED', 'HUB_UPSTREAM_NOT_FOUND']).not.toContain(
        (error as { code: string }).code,
      );
      expect(world.held('DocumentReference')).toEqual([]);
    },
  );

  test('one that is there twice is a conflict', async () => {
    const documents = world.documentsOf(settings);
    const document = anOutgoingDocument();
    const { reference } = await documents.send(document, never());
    world.server.writes.copy(reference!.slice('DocumentReference/'.length));
    expect(await failureOf(documents.send(document, never()))).toMatchObject({
      code: 'HUB_UPSTREAM_CONFLICT',
      details: { fault: 'DUPLICATE' },
    });
  });
});

describe('a withdrawal of what changed between reading and writing', () => {
  test('is made of what it is now, once more', async () => {
    const documents = world.documentsOf({});
    const document = anOutgoingDocument();
    const { reference } = await documents.send(document, never());
    world.server.writes.changesBeforeUpdate = [{ description: 'Changed there' }];
    const receipt = await documents.withdraw({ ...keyOf(document), reference: reference! }, never());
    expect(receipt).toMatchObject({ reference, version: '3' });
    expect(world.held('DocumentReference')).toMatchObject([
      { status: 'entered-in-error', description: 'Changed there' },
    ]);
  });

  test('is done already when somebody there marked it', async () => {
    const documents = world.documentsOf({});
    const document = anOutgoingDocument();
    const { reference } = await documents.send(document, never());
    world.server.writes.changesBeforeUpdate = [{ status: 'entered-in-error' }];
    await documents.withdraw({ ...keyOf(document), reference: reference! }, never());
    expect(world.asked.filter((one) => one.startsWith('PUT'))).toHaveLength(1);
  });

  test('is a conflict when it is another’s by now, or changes again', async () => {
    for (const changes of [
      [{ identifier: identified('another') }],
      [{ description: 'one' }, { description: 'two' }],
    ]) {
      const documents = world.documentsOf({});
      const document = anOutgoingDocument();
      const { reference } = await documents.send(document, never());
      world.server.writes.changesBeforeUpdate = changes;
      const withdrawal = { ...keyOf(document), reference: reference! };
      expect(await failureOf(documents.withdraw(withdrawal, never()))).toMatchObject({
        code: 'HUB_UPSTREAM_CONFLICT',
      });
      expect(world.held('DocumentReference').at(-1)).toMatchObject({ status: 'current' });
    }
  });
});

describe('the author', () => {
  const display = 'Kit Marchbank, Employment specialist, An employment service';
  const system = 'https://fhir.nhs.uk/Id/sds-user-id';
  const sent = async (settings: Record<string, unknown>, reference = 'Practitioner/123456') => {
    const document = anOutgoingDocument();
    const author = { ...document.author, reference };
    await world.documentsOf(settings).send({ ...document, author }, never());
    return world.held('DocumentReference').at(-1)!;
  };

  test('by reference', async () => {
    const { author, contained } = await sent({});
    expect(author).toEqual([{ reference: 'Practitioner/123456', display }]);
    expect(contained).toBeUndefined();
  });

  test.each(['Practitioner', 'PractitionerRole'])('by identifier of a %s', async (type) => {
    const settings = { authorStyle: 'IDENTIFIER', authorIdentifierSystem: system };
    const { author } = await sent(settings, `${type}/123456`);
    expect(author).toEqual([{ type, identifier: { system, value: '123456' }, display }]);
  });

  test('within the document, with an identifier where the site has a system for it', async () => {
    const practitioner = { resourceType: 'Practitioner', id: 'author', name: [{ text: 'Kit Marchbank' }] };
    const plain = await sent({ authorStyle: 'CONTAINED' });
    expect(plain.author).toEqual([{ reference: '#author', display }]);
    expect(plain.contained).toEqual([practitioner]);
    const { contained } = await sent({ authorStyle: 'CONTAINED', authorIdentifierSystem: system });
    expect(contained).toEqual([{ ...practitioner, identifier: [{ system, value: '123456' }] }]);
  });
});

test('content that a server keeps apart is read where it is kept, and elsewhere never', async () => {
  const documents = world.documentsOf({});
  const document = anOutgoingDocument();
  const { reference } = await documents.send(document, never());
  const id = reference!.slice('DocumentReference/'.length);
  const contentType = 'text/plain; charset=utf-8';
  const apart = (url: string) =>
    world.server.writes.change(id, { content: [{ attachment: { contentType, url } }] });
  const hash = async () => (await documents.find([keyOf(document)], never()))[0]!.value.textHash;
  const data = Buffer.from(document.text).toString('base64');
  world.server.writes.place({ resourceType: 'Binary', id: 'content-1', contentType, data });
  for (const url of ['Binary/content-1', `${world.server.baseUrl}Binary/content-1`]) {
    apart(url);
    expect(await hash()).toBe(document.textHash);
  }
  const before = world.asked.length;
  for (const url of [
    'https://elsewhere.example/fhir/Binary/content-1',
    'Patient/person-1',
    '../Binary/content-1',
  ]) {
    apart(url);
    expect(await hash()).toBeNull();
  }
  expect(world.asked.slice(before)).toEqual(Array(3).fill('SEARCH DocumentReference'));
  apart('Binary/none');
  expect(await hash()).toBeNull();
  expect(world.server.strays).toEqual([]);
});

test('ids of one purpose are none of another', () => {
  const { documentId } = anOutgoingDocument();
  expect(encounterId(documentId, 'a')).toBe(encounterId(documentId, 'a'));
  expect(encounterId(documentId, 'a')).not.toBe(encounterId(documentId, 'b'));
  expect(encounterId(documentId, 'a')).not.toBe(documentId);
});
