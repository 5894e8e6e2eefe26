/** A document as a PDF in an attachment: its text comes back, and what it cannot show or hold is refused. */
import { contentOf } from '../../../../adapters/fhir-r4/documents/attachment.js';
import { readText } from '../../../../adapters/fhir-r4/documents/text.rules.js';
import { anOutgoingDocument } from '../../../support/outgoing-documents.js';
import { shownOn } from '../../../support/pdf-pages.js';

const TEXT = 'Met Zoë at the café – £9.50 an hour, “flexible”.\n\n    indented   and   spaced';

describe('as the content of a document', () => {
  const form = { contentForm: 'PDF', maxTextBytes: null } as const;

  test('the text comes back from the attachment, and its size and hash are of the bytes', async () => {
    const document = anOutgoingDocument({ text: TEXT });
    const content = await contentOf(document, form);
    expect(content).toMatchObject({ contentType: 'application/pdf', size: expect.any(Number) as number });
    expect(Buffer.from(content.data, 'base64')).toHaveLength(content.size);
    expect(readText({ content: [{ attachment: content }] })).toBe(TEXT);
    const shown = shownOn(Buffer.from(content.data, 'base64'));
    for (const part of ['KitMarchbank,Employmentspecialist', 'Contacton2026-02-27', '2026-02-2711:05UTC'])
      expect(shown).toContain(part);
    expect(shown).toContain(document.documentVersionId);
  });

  test('a title or a name that cannot be shown is refused as a text is', async () => {
    const document = anOutgoingDocument();
    for (const change of [{ title: 'שיחה' }, { author: { ...document.author, name: '李小龙' } }])
      await expect(contentOf({ ...document, ...change }, form)).rejects.toMatchObject({
        code: 'HUB_DELIVERY_CHARACTERS',
      });
  });

  test('a PDF above the limit is refused with its size', async () => {
    await expect(contentOf(anOutgoingDocument(), { ...form, maxTextBytes: 1_000 })).rejects.toMatchObject({
      code: 'HUB_UPSTREAM_TOO_LARGE',
      details: { maxTextBytes: 1_000, bytes: expect.any(Number) as number },
    });
  });
});
