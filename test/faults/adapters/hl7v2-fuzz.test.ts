/** Seconds of fuzz against the listener; minutes of it are in test/long. And: no input costs much of the processor. */

import { refusalOf } from '../../../adapters/hl7v2/listening/admission.rules.js';
import { arrivalOf } from '../../../adapters/hl7v2/listening/arrival.rules.js';
import { fuzz } from '../../support/hl7-fuzz.js';
import { listeningSettingsOf, startListener } from '../../support/hl7-listener.js';
import { cpuMs } from '../../support/hl7-parser-fuzz.js';
import { admission, dial, framedText } from '../../support/hl7-peer.js';

test('three seconds of anything: it lives, nothing is accepted that was not kept, nothing is kept that was not whole', async () => {
  const listener = await startListener({ maxMessageBytes: 16_384, frameTimeoutSeconds: 1 });
  try {
    const { faults, connections, accepted } = await fuzz(listener, 20_261_129, 3_000, 50);
    expect(faults).toEqual([]);
    expect(Math.min(connections, accepted)).toBeGreaterThanOrEqual(50);
    listener.intake.moodOf = () => 'KEEPS';
    const peer = await dial(listener.address);
    expect(await peer.write(framedText(admission('LAST'))).answered(1)).toEqual(['AA LAST']);
    peer.close();
  } finally {
    await listener.close();
  }
});

const MIB = 1 << 20;
const HEAD = admission('1', '', '');
const fill = (part: string): string => HEAD + part.repeat(Math.floor((MIB - HEAD.length) / part.length));

describe('no message of 1 MiB costs 100 ms of the processor', () => {
  const settings = listeningSettingsOf({ characterSet: '8859/1', maxSegments: 100_000 });
  test.each<[string, string]>([
    ['one long value', fill('x')],
    ['segments', fill('NTE|1\r')],
    ['lines that end in nothing', fill('\r')],
    ['both line ends', fill('\r\n')],
    ['MSA at no line’s begin', fill('MSA|AA|1 ')],
    ['almost MSA', fill('\rMSAX')],
    ['fields', `${HEAD}PID${'|'.repeat(MIB)}`],
    ['a header of fields', `MSH|^~\\&${'|'.repeat(MIB)}`],
    ['a header of repetitions of character sets', `MSH|^~\\&${'|'.repeat(16)}${'8859/1~'.repeat(MIB / 7)}\r`],
    ['a number', `MSH|^~\\&|A|B|C|D|2026||ADT^A01|${'9'.repeat(MIB)}|P|2.4\r`],
    ['escapes in a header', `MSH|^~\\&|${'\\X41\\'.repeat(MIB / 5)}|B|C|D|2026||ADT^A01|1|P|2.4\r`],
    ['escapes that do not end', `MSH|^~\\&|${'\\'.repeat(MIB)}|B|C|D|2026||ADT^A01|1|P|2.4\r`],
    ['components in a header', `MSH|^~\\&|${'^'.repeat(MIB)}|B|C|D|2026||ADT^A01|1|P|2.4\r`],
    ['a time', `MSH|^~\\&|A|B|C|D|${'2'.repeat(MIB)}||ADT^A01|1|P|2.4\r`],
    ['nothing before the header', '\n'.repeat(MIB) + HEAD],
    ['UTF-16', Buffer.from(fill('x').slice(0, MIB / 2), 'utf16le').toString('latin1')],
    ['noughts', '\x00'.repeat(MIB)],
    ['high bytes', fill('\xff')],
  ])('%s', (_what, text) => {
    const bytes = Buffer.from(text, 'latin1');
    const work = (): void => {
      const arrival = arrivalOf(bytes, settings);
      if (arrival !== null) refusalOf(arrival, settings);
    };
    expect(cpuMs(work, 100)).toBeLessThan(100);
  });
});
