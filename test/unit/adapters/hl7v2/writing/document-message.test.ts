/** Documents as messages: field by field, in every version, under numbers that stay, and the same bytes for ever. */
import { dictionaries } from 'hl7v2-dictionary';
import { type SegmentToWrite, writeMessage } from '../../../../../adapters/hl7v2/er7/write.js';
import { bytesOf } from '../../../../../adapters/hl7v2/writing/bytes.rules.js';
import {
  type DocumentMessage,
  numbered,
} from '../../../../../adapters/hl7v2/writing/document-message.rules.js';
import { DOCUMENT_MESSAGES, STEPS, type Step } from '../../../../../adapters/hl7v2/writing/trigger.rules.js';
import { VERSIONS, type WritingSettings } from '../../../../../adapters/hl7v2/writing/writing-settings.js';
import {
  DocumentAction,
  DocumentKind,
  DocumentLabel,
  type OutgoingDocument,
} from '../../../../../src/clinical/documents.port.js';
import { type ReadMessage, readMessage, writingSettings } from '../../../../support/hl7-documents.js';
import { anOutgoingDocument } from '../../../../support/outgoing-documents.js';

const REFERENCE = 'DOCUMENTNUMBERDOCUMENTNUMB.2';
const PARENT = 'DOCUMENTNUMBERDOCUMENTNUMB.1';
const NUMBER = 'CONTROLNUMBER';
/** Stands for the number of a message, of which seven characters are of its content. */
const CONTROL = 'CONTROLNUMBER_______';

const segmentsOf = (message: DocumentMessage, settings: WritingSettings): readonly SegmentToWrite[] =>
  numbered(message, settings).segments;
/** The message's own number, whatever its content. */
const anyNumber = (text: string): string => text.replace(/CONTROLNUMBER[A-Z2-7]{7}/g, CONTROL);

function messageOf(
  step: Step,
  settings: WritingSettings,
  change: Partial<OutgoingDocument> = {},
): DocumentMessage {
  const action = step === 'WITHDRAW' ? DocumentAction.CREATE : step;
  return {
    document: anOutgoingDocument({
      text: 'One.\n\nTwo & three.',
      action,
      predecessorReference: action === DocumentAction.CREATE ? null : PARENT,
      ...change,
    }),
    reference: REFERENCE,
    trigger: settings.triggers[step]!,
    number: NUMBER,
    withdrawnAt: step === 'WITHDRAW' ? '2026-07-01T09:00:00.000Z' : null,
    page: null,
  };
}

/** The message of a step as its lines. */
function lines(step: Step, change: Record<string, unknown> = {}, document: Partial<OutgoingDocument> = {}) {
  const settings = writingSettings(change);
  return anyNumber(writeMessage(segmentsOf(messageOf(step, settings, document), settings)))
    .split('\r')
    .slice(0, -1);
}

/** The same, as somebody reads it. */
function read(
  step: Step,
  change: Record<string, unknown> = {},
  document: Partial<OutgoingDocument> = {},
): ReadMessage {
  const settings = writingSettings(change);
  return readMessage(bytesOf(segmentsOf(messageOf(step, settings, document), settings), settings));
}

const AUTHOR = 'es-kit-marchbank^Kit Marchbank';
const TYPE = 'IPSPN^IPS progress note^L';
const OPENING = (event: string, structure: string): string[] => [
  `MSH|^~\\&|IPSHUB|DEMO1|ROUTE|RXX|20260227110500||MDM^${event}^${structure}|${CONTROL}|P|2.4|||||GBR`,
  `EVN|${event}|20260227110500||||20260227100000`,
  'PID|1||person-1^^^^PI',
  'PV1|1|N',
];
const TEXT = (status: string): string[] =>
  ['One.', '', 'Two \\T\\ three.'].map(
    (line, at) => `OBX|${at + 1}|TX|${TYPE}|${at + 1}|${line}||||||${status}|||20260227100000`,
  );
const SIGNED = `${AUTHOR}${'^'.repeat(13)}20260227110500`;

describe('the messages of the standard', () => {
  test('a new document: MDM^T02', () => {
    expect(lines('CREATE')).toEqual([
      ...OPENING('T02', 'MDM_T02'),
      `TXA|1|${TYPE}|TX|20260227100000|${AUTHOR}|20260227110000|||${AUTHOR}|${AUTHOR}||${REFERENCE}|||||AU|U|AV|||${SIGNED}`,
      ...TEXT('F'),
    ]);
  });

  test('a replacement: MDM^T10, with its parent, when it was edited and why', () => {
    expect(lines('REPLACE')).toEqual([
      ...OPENING('T10', 'MDM_T02'),
      `TXA|1|${TYPE}|TX|20260227100000|${AUTHOR}|20260227110000||20260227110500|${AUTHOR}|${AUTHOR}||${REFERENCE}|${PARENT}||||AU|U|AV||Amended|${SIGNED}`,
      ...TEXT('C'),
    ]);
  });

  test('an addendum: MDM^T06, with its parent', () => {
    expect(lines('APPEND')).toEqual([
      ...OPENING('T06', 'MDM_T02'),
      `TXA|1|${TYPE}|TX|20260227100000|${AUTHOR}|20260227110000|||${AUTHOR}|${AUTHOR}||${REFERENCE}|${PARENT}||||AU|U|AV|||${SIGNED}`,
      ...TEXT('F'),
    ]);
  });

  test('a withdrawal: MDM^T11 without the text, at the time at which it was asked for', () => {
    const opening = OPENING('T11', 'MDM_T01').map((line) => line.replace('20260227110500', '20260701100000'));
    expect(lines('WITHDRAW')).toEqual([
      ...opening,
      `TXA|1|${TYPE}||20260227100000|${AUTHOR}|20260227110000|||${AUTHOR}|${AUTHOR}||${REFERENCE}|${REFERENCE}||||AU|U|CA||Entered in error|${SIGNED}`,
    ]);
  });
});

test('a withdrawal of what replaced another names itself alone: the version before it is none of its business', () => {
  const message = read('WITHDRAW', {}, { action: DocumentAction.REPLACE, predecessorReference: PARENT });
  expect([message.field('TXA', 12), message.field('TXA', 13)]).toEqual([REFERENCE, REFERENCE]);
});

describe('the messages of others', () => {
  /** Event, parent, reason, status and observation status of each step. */
  const told = (step: Step, documentMessages: string) => {
    const message = read(step, { documentMessages });
    return [
      message.field('MSH', 9),
      message.field('TXA', 13),
      message.field('TXA', 19),
      message.field('OBX', 11),
    ].join(' ');
  };

  test.each([
    ['SAME_NUMBER', 'CREATE', 'MDM^T02^MDM_T02  AV F'],
    ['SAME_NUMBER', 'REPLACE', 'MDM^T02^MDM_T02  AV F'],
    ['SAME_NUMBER', 'APPEND', 'MDM^T02^MDM_T02  AV F'],
    ['SAME_NUMBER', 'WITHDRAW', 'MDM^T03^MDM_T01  CA '],
    ['REPLACEMENT', 'CREATE', 'MDM^T02^MDM_T02  AV F'],
    ['REPLACEMENT', 'REPLACE', 'MDM^T02^MDM_T02  AV F'],
    ['REPLACEMENT', 'APPEND', 'MDM^T02^MDM_T02  AV F'],
    ['CORRECTION', 'REPLACE', `MDM^T10^MDM_T02 ${PARENT} AV C`],
    ['CORRECTION', 'APPEND', `MDM^T06^MDM_T02 ${PARENT} AV F`],
    ['CORRECTION', 'WITHDRAW', 'MDM^T04^MDM_T02  CA D'],
  ] as const)('%s, %s', (messages, step, expected) => {
    expect(told(step, messages)).toBe(expected);
  });

  test('a personal health record has no withdrawal', () => {
    expect(writingSettings({ documentMessages: 'REPLACEMENT' }).triggers.WITHDRAW).toBeNull();
  });

  test('an unsolicited report, its update and its addendum', () => {
    const opening = [
      `MSH|^~\\&|IPSHUB|DEMO1|ROUTE|RXX|20260227110500||ORU^R01^ORU_R01|${CONTROL}|P|2.4|||||GBR`,
      ...OPENING('', '').slice(2),
    ];
    const request = (status: string, parent = '') =>
      `OBR|1||${REFERENCE}|${TYPE}|||20260227100000${'|'.repeat(15)}20260227110500|||${status}||||${parent}|||es-kit-marchbank&Kit Marchbank`;
    const report = { documentMessages: 'ORU_R01' };
    expect(lines('CREATE', report)).toEqual([...opening, request('F'), ...TEXT('F')]);
    expect(lines('REPLACE', report)).toEqual([...opening, request('C'), ...TEXT('C')]);
    expect(lines('APPEND', report)).toEqual([...opening, request('F', `^${PARENT}`), ...TEXT('F')]);
  });

  test('a report that is withdrawn: no result, and no text', () => {
    const report = read('WITHDRAW', { documentMessages: 'ORU_R01' });
    expect(report.segments).toEqual(['MSH', 'PID', 'PV1', 'OBR']);
    expect([report.field('OBR', 25), report.field('OBR', 22)]).toEqual(['X', '20260701100000']);
  });
});

describe('what a site says of itself', () => {
  test('names, version, mode, country and set', () => {
    const { field } = read('CREATE', {
      sendingApplication: 'IPS',
      sendingFacility: 'RYY',
      sendVersion: '2.5.1',
      sendCountry: null,
      sendCharacterSet: 'UNICODE UTF-8',
      sendAcknowledgements: 'COMMIT_AND_APPLICATION',
    });
    const header = [3, 4, 5, 6, 11, 12, 15, 16, 17, 18].map((number) => field('MSH', number));
    expect(header).toEqual(['IPS', 'RYY', 'ROUTE', 'RXX', 'P', '2.5.1', 'AL', 'AL', '', 'UNICODE UTF-8']);
  });

  test.each([
    ['ORIGINAL', '', ''],
    ['COMMIT', 'AL', 'NE'],
    ['COMMIT_AND_APPLICATION', 'AL', 'AL'],
    ['APPLICATION', 'NE', 'AL'],
  ])('%s asks for %s and %s', (sendAcknowledgements, commit, application) => {
    const { field } = read('CREATE', { sendAcknowledgements });
    expect([field('MSH', 15), field('MSH', 16)]).toEqual([commit, application]);
  });

  test('who the patient and the author are there, and what the document is', () => {
    const message = read('CREATE', {
      patientAuthority: 'RXX',
      patientIdType: 'MR',
      patientClass: 'O',
      hospitalService: '710',
      authorAuthority: 'RXX',
      documentNamespace: 'IPSHUB',
      documentTypes: 'PROGRESS_NOTE=734|Note|SUP|11506-3|Progress note|LN',
      documentSections: 'PROGRESS_NOTE=TXT|Text|SUP',
    });
    const { field } = message;
    expect(field('PID', 3)).toBe('person-1^^^RXX^MR');
    expect([field('PV1', 2), field('PV1', 10)]).toEqual(['O', '710']);
    for (const place of [5, 9, 10]) expect(field('TXA', place)).toBe(`${AUTHOR}^^^^^^^RXX`);
    expect(field('TXA', 22)).toBe(`${AUTHOR}^^^^^^^RXX^^^^^^20260227110500`);
    expect(field('TXA', 12)).toBe(`${REFERENCE}^IPSHUB`);
    expect(field('TXA', 2)).toBe('734^Note^SUP^11506-3^Progress note^LN');
    expect(field('OBX', 3)).toBe('TXT^Text^SUP');
  });

  test('every kind of document has a code of its own', () => {
    const codes = Object.values(DocumentKind).map((kind) => read('CREATE', {}, { kind }).field('TXA', 2));
    expect(new Set(codes).size).toBe(codes.length);
  });

  test('a file of text, and a PDF, with names that no two versions share', () => {
    const file = read('CREATE', { documentText: 'ED' });
    expect(file.field('OBX', 5)).toBe(
      `^TEXT^plain^Base64^${Buffer.from('One.\n\nTwo & three.').toString('base64')}`,
    );
    expect([file.field('OBX', 2), file.field('TXA', 3), anyNumber(file.field('TXA', 16))]).toEqual([
      'ED',
      'TX',
      `${CONTROL}.txt`,
    ]);
    const settings = writingSettings({ documentText: 'ED_PDF', documentFileType: 'MOL^IM^PDF' });
    const message = { ...messageOf('CREATE', settings), page: Buffer.from('%PDF-1.7 page') };
    const page = readMessage(bytesOf(segmentsOf(message, settings), settings));
    expect(page.field('OBX', 5)).toBe(`MOL^IM^PDF^Base64^${message.page.toString('base64')}`);
    expect([page.field('OBX', 2), page.field('TXA', 3), anyNumber(page.field('TXA', 16))]).toEqual([
      'ED',
      'AP',
      `${CONTROL}.pdf`,
    ]);
  });

  test('labels come to the strictest that the site gives them', () => {
    const change = { documentLabels: 'THIRD_PARTY_INFORMATION=R, SAFEGUARDING=V' };
    const code = (...labels: DocumentLabel[]) => read('CREATE', change, { labels }).field('TXA', 18);
    expect(code()).toBe('U');
    expect(code(DocumentLabel.THIRD_PARTY_INFORMATION)).toBe('R');
    expect(code(DocumentLabel.SAFEGUARDING, DocumentLabel.THIRD_PARTY_INFORMATION)).toBe('V');
    expect(code(DocumentLabel.THIRD_PARTY_INFORMATION, DocumentLabel.SAFEGUARDING)).toBe('V');
  });
});

describe('times', () => {
  test('in London, with the offset where the site wants it; a day where no more is known', () => {
    const summer = { signedAt: '2026-07-01T23:30:00.000Z', contactStartedAt: null, contactOn: '2026-07-01' };
    const plain = read('CREATE', {}, summer);
    expect([plain.field('MSH', 7), plain.field('TXA', 4), plain.field('OBX', 14)]).toEqual([
      '20260702003000',
      '20260701',
      '20260701',
    ]);
    const offset = read('CREATE', { sendOffsets: true }, summer);
    expect([offset.field('MSH', 7), offset.field('TXA', 6), offset.field('TXA', 4)]).toEqual([
      '20260702003000+0100',
      '20260227110000+0000',
      '20260701',
    ]);
  });

  test('none is that of the sending: the same version is the same bytes for ever', () => {
    const settings = writingSettings();
    const bytes = (step: Step) => {
      const message = { ...messageOf(step, settings), document: { ...fixed, action: actionOf(step) } };
      return bytesOf(segmentsOf(message, settings), settings);
    };
    const actionOf = (step: Step) => (step === 'WITHDRAW' ? DocumentAction.CREATE : step);
    const fixed = anOutgoingDocument({ text: 'One.', predecessorReference: PARENT });
    const before = STEPS.map(bytes);
    const today = Date;
    try {
      globalThis.Date = class extends today {
        constructor(...given: []) {
          super(...((given.length === 0 ? ['2027-08-01T12:00:00.000Z'] : given) as []));
        }
      } as DateConstructor;
      expect(STEPS.map(bytes)).toEqual(before);
    } finally {
      globalThis.Date = today;
    }
  });
});

describe('whatever is stated stays within its field', () => {
  test('delimiters in an id, a name and a code', () => {
    const message = read(
      'CREATE',
      { documentTypes: 'PROGRESS_NOTE=A&B|C^D~E|L' },
      { patient: { localId: 'a|b^c\\d' }, author: { ...anOutgoingDocument().author, name: 'O&M ~ Co' } },
    );
    expect(message.segments).toEqual(['MSH', 'EVN', 'PID', 'PV1', 'TXA', 'OBX', 'OBX', 'OBX']);
    expect(message.field('PID', 3, 1)).toBe('a|b^c\\d');
    expect(message.field('TXA', 9, 2)).toBe('O&M ~ Co');
    expect([message.field('TXA', 2, 1), message.field('TXA', 2, 2)]).toEqual(['A&B', 'C^D~E']);
  });

  test('an author whom the set cannot name is told, and their name is not changed', () => {
    const author = { ...anOutgoingDocument().author, name: 'Seán' };
    expect(() => read('CREATE', {}, { author })).toThrow(
      expect.objectContaining({
        code: 'HUB_DELIVERY_CHARACTERS',
        details: { characters: ['U+00E1'], characterSet: 'ASCII' },
      }),
    );
    expect(read('CREATE', { sendCharacterSet: '8859/1' }, { author }).field('TXA', 9, 2)).toBe('Seán');
  });
});

describe.each(VERSIONS)('version %s', (sendVersion) => {
  const { segments } = dictionaries[sendVersion]!;

  test.each(DOCUMENT_MESSAGES.flatMap((messages) => STEPS.map((step) => [messages, step] as const)))(
    '%s, %s: fields that it has, and all that it demands but the patient’s name',
    (documentMessages, step) => {
      const settings = writingSettings({ documentMessages, sendVersion });
      if (settings.triggers[step] === null) return;
      const written = segmentsOf(messageOf(step, settings), settings);
      for (const { name, fields } of written) {
        const known = segments[name]!.fields;
        const stated = Object.entries(fields)
          .filter(([, value]) => value !== null && value !== '' && value !== undefined)
          .map(([number]) => number);
        expect(stated.filter((number) => known[Number(number)] === undefined)).toEqual([]);
        const demanded = Object.entries(known)
          .filter(([, field]) => field.opt === 'R')
          .map(([number]) => number)
          .filter((number) => !(name === 'MSH' && Number(number) <= 2));
        const missing = demanded.filter((number) => !stated.includes(number));
        // A name is nothing that the hub tells; what a report answers had no quantity (OBR-27 in version 2.3).
        const left = name === 'PID' ? ['5'] : name === 'OBR' && sendVersion === '2.3' ? ['27'] : [];
        expect(missing).toEqual(left);
      }
    },
  );

  test('the title of a document has a field from version 2.7', () => {
    const settings = writingSettings({ sendVersion });
    const [txa] = segmentsOf(messageOf('CREATE', settings), settings).filter(({ name }) => name === 'TXA');
    expect(txa!.fields[25] ?? null).toBe(sendVersion >= '2.7' ? 'Progress note' : null);
  });
});
