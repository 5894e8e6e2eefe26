/** Every way of answering a message that the table of answers has, by name. */
import { acknowledgement, type FarEndDeed, type FarEndMessage } from './hl7-far-end.js';
import { framedText } from './hl7-peer.js';

/** Stands in what is answered, and must come up nowhere. */
export const ANSWER_CANARY = 'CANARY-ANSWER';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** ERR as versions before 2.5 have it, and as those from then on. */
const early = (code: number): string => `ERR|TXA^1^12^${code}&${ANSWER_CANARY}&HL70357\r`;
const later = (code: number): string => `ERR||TXA^1^12|${code}^${ANSWER_CANARY}^HL70357|E\r`;

const frame =
  (text: (message: FarEndMessage) => string): FarEndDeed =>
  (message) =>
    void message.socket.write(framedText(text(message)));

const err =
  (code: string, segment: string): FarEndDeed =>
  ({ acknowledge }) =>
    acknowledge(code, undefined, segment);

const both =
  (second: string): FarEndDeed =>
  ({ acknowledge }) => {
    acknowledge('CA');
    acknowledge(second);
  };

const conditions = [100, 101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207];

/** By the names of the table's cases. `lateMs`: longer than the hub waits. */
export const answersThat = (lateMs: number): Readonly<Record<string, FarEndDeed>> => ({
  ...Object.fromEntries(['AA', 'AE', 'AR', 'CA', 'CE', 'CR'].map((code) => [code, err(code, '')])),
  ...Object.fromEntries(conditions.map((code) => [`AE ${code}`, err('AE', early(code))])),
  'AA with a text': frame(
    ({ controlId }) => `${acknowledgement('AA', controlId).trimEnd()}|${ANSWER_CANARY}\r`,
  ),
  'AA byte by byte': async ({ socket, controlId }) => {
    for (const byte of framedText(acknowledgement('AA', controlId))) {
      socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
  'CA, then AA': both('AA'),
  'CA, then AE': both('AE'),
  'CA and no more': ({ acknowledge }) => acknowledge('CA'),
  'AE in the shape of 2.5': err('AE', later(204)),
  'AE 206 in the shape of 2.5': err('AE', later(206)),
  'AE in MSA-6': frame(({ controlId }) => `${acknowledgement('AE', controlId).trimEnd()}||||204\r`),
  'CE 206': err('CE', early(206)),
  'AR 205': err('AR', early(205)),
  'another number': ({ acknowledge }) => acknowledge('AA', 'ANOTHER'),
  'no number': ({ acknowledge }) => acknowledge('AA', ''),
  late: async ({ acknowledge }) => {
    await pause(lateMs);
    acknowledge();
  },
  'no MSA': frame(() => 'MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.4\r'),
  'an unknown code': ({ acknowledge }) => acknowledge('OK'),
  'not HL7': frame(() => `<html>${ANSWER_CANARY}</html>`),
  'an empty frame': frame(() => ''),
  'rubbish and the end': ({ socket }) => void socket.end(ANSWER_CANARY),
  'rubbish and nothing more': ({ socket }) => void socket.write(ANSWER_CANARY),
  nothing: () => {},
  'half a frame': ({ socket, controlId }) =>
    void socket.write(framedText(acknowledgement('AA', controlId)).subarray(0, -2)),
  'the end of the connection': ({ socket }) => void socket.end(),
  'a reset': ({ socket }) => void socket.resetAndDestroy(),
});
