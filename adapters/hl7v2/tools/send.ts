/** `send`: the messages of a file to a far end. */
import type { AdapterTool } from '../../../src/clinical/adapter-tools.port.js';
import { HubError, inputError } from '../../../src/core/errors.js';
import { exchangeAll, exchangedResult, toolSender } from './exchange.js';
import { messagesOfFile } from './messages-in-file.js';
import { SENDING_OPTIONS, stated } from './options.js';

const CR = 0x0d;
const LF = 0x0a;

/** Segments ended by a carriage return, as the protocol has it: editors write line feeds. UTF-16 and UTF-32 stay as they are. */
function withCarriageReturns(bytes: Buffer): Buffer {
  if (bytes.includes(0)) return bytes;
  const out: number[] = [];
  for (const [at, byte] of bytes.entries()) {
    if (byte !== LF) out.push(byte);
    else if (bytes[at - 1] !== CR) out.push(CR);
  }
  return Buffer.from(out);
}

/** The tool. */
export const send: AdapterTool = {
  verb: 'send',
  help: 'the messages of a file to a far end, one after the other; exit code 1 when one is refused or not answered',
  args: [{ name: 'file', help: 'a message, several one after another, or a batch' }],
  options: [
    { name: 'to', value: 'host:port', help: 'the far end' },
    { name: 'as-is', help: 'byte for byte; else line ends are made carriage returns' },
    ...SENDING_OPTIONS,
  ],
  async run(call) {
    const {
      args: [path = ''],
      options,
    } = call;
    const to = stated(options, 'to');
    if (to === null) throw inputError('--to', 'not given', 'host:port');
    const { messages, fault } = await messagesOfFile(call.path(path));
    if (fault !== null)
      throw new HubError('HUB_MESSAGE_FILE', {
        message: `the file is not whole: ${fault}; nothing was sent`,
        details: { fault },
      });
    const sender = toolSender(call, to);
    try {
      const asIs = options['as-is'] === true;
      const bodies = messages.map(({ bytes, line }) => ({
        bytes: asIs ? bytes : withCarriageReturns(bytes),
        line,
      }));
      return exchangedResult(await exchangeAll(bodies, sender, call), messages.length);
    } finally {
      sender.close();
    }
  },
};
