/** What a far end says, in messages of its own, of documents that the hub sent. */
import { message, readingOf } from '../../../../support/hl7-adt.js';

const OURS = `${'ABCDEFGHIJKLMNOPQRSTUVWXYZ'}.2`;
const txa = (fields: Readonly<Record<number, string>>): string =>
  ['TXA', ...Array.from({ length: 22 }, (_, index) => fields[index + 1] ?? '')].join('|');

test.each<[string, string, readonly string[], object | null]>([
  [
    'accepted',
    'ACK^T02',
    ['MSA|AA|M1'],
    { controlId: 'M1', documentReference: null, says: 'FILED', code: null, localIds: [] },
  ],
  [
    'refused',
    'ACK',
    ['MSA|AE|M1'],
    {
      controlId: 'M1',
      documentReference: null,
      says: 'REJECTED',
      code: 'HUB_UPSTREAM_REJECTED',
      localIds: [],
    },
  ],
  [
    'declined',
    'ACK',
    ['MSA|AR|M1'],
    {
      controlId: 'M1',
      documentReference: null,
      says: 'REJECTED',
      code: 'HUB_UPSTREAM_DECLINED',
      localIds: [],
    },
  ],
  ['stored for later', 'ACK', ['MSA|CA|M1'], null],
  ['not even stored', 'ACK', ['MSA|CE|M1'], null],
  ['of no message', 'ACK', ['MSA|AA'], null],
  ['of a number that none of ours can be: too long', 'ACK', [`MSA|AA|${'M'.repeat(101)}`], null],
  ['of a number that none of ours can be: with control characters', 'ACK', ['MSA|AA|M\\X00\\1'], null],
  ['nothing', 'ACK', [], null],
  [
    'an echo of a document',
    'MDM^T02',
    [txa({ 12: OURS, 17: 'AU' })],
    { controlId: null, documentReference: OURS, says: 'FILED', code: null, localIds: [] },
  ],
  [
    'under whom it is',
    'MDM^T04',
    ['PID|1||T1^^^RXX^MR~9990000018^^^NHS^NH~T2^^^RXX^PI~T3^^^RXX^XX', txa({ 12: OURS, 17: 'AU' })],
    { controlId: null, documentReference: OURS, says: 'FILED', code: null, localIds: ['T1', 'T2', 'T3'] },
  ],
  [
    'its state',
    'MDM^T04',
    [txa({ 12: OURS, 17: 'LA', 19: 'AV' })],
    { controlId: null, documentReference: OURS, says: 'FILED', code: null, localIds: [] },
  ],
  [
    'without a state',
    'MDM^T04',
    [txa({ 12: OURS })],
    { controlId: null, documentReference: OURS, says: 'FILED', code: null, localIds: [] },
  ],
  [
    'the state of the file of one version',
    'MDM^T04',
    [txa({ 12: OURS, 16: 'ABCDEFGHIJKLMNOPQRST.pdf', 17: 'AU' })],
    { controlId: 'ABCDEFGHIJKLM', documentReference: OURS, says: 'FILED', code: null, localIds: [] },
  ],
  [
    'the state of a file that it called otherwise',
    'MDM^T04',
    [txa({ 12: OURS, 16: 'note.pdf', 17: 'AU' })],
    { controlId: null, documentReference: OURS, says: 'FILED', code: null, localIds: [] },
  ],
  [
    'a file that is not in the record yet',
    'MDM^T04',
    [txa({ 12: OURS, 16: 'ABCDEFGHIJKLMNOPQRST.pdf', 17: 'IP' })],
    null,
  ],
  ['not yet authenticated', 'MDM^T04', [txa({ 12: OURS, 17: 'IP' })], null],
  [
    'cancelled',
    'MDM^T04',
    [txa({ 12: OURS, 17: 'AU', 19: 'CA' })],
    { controlId: null, documentReference: OURS, says: 'WITHDRAWN', code: null, localIds: [] },
  ],
  [
    'withdrawn',
    'MDM^T11',
    [txa({ 12: OURS })],
    { controlId: null, documentReference: OURS, says: 'WITHDRAWN', code: null, localIds: [] },
  ],
  ['another’s document', 'MDM^T02', [txa({ 12: 'DOC-1', 17: 'AU' })], null],
])('%s', (_, type, segments, receipt) => {
  expect(readingOf(message(type, ...segments))).toEqual(
    receipt === null ? { kind: 'NOTHING' } : { kind: 'RECEIPT', receipt },
  );
});
