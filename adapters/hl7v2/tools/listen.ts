/** `listen`: a peer that takes whatever comes, says what it was, answers as it is told and keeps files. For trying a wire; nothing of it is the hub's. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterTool, ToolCall } from '../../../src/clinical/adapter-tools.port.js';
import { addressFault } from '../../../src/core/address-faults.js';
import { newNumber } from '../../../src/core/document-numbers.js';
import { inputError, isHubError } from '../../../src/core/errors.js';
import { answersTo, type Ruling } from '../acknowledgement/answer.rules.js';
import { headerOf, type MessageHeader } from '../acknowledgement/header.rules.js';
import { namesOf } from '../er7/names.js';
import { formatTime } from '../er7/times.js';
import type { FrameHandler, Reply } from '../mllp/serve-connection.js';
import { openMllpServer } from '../mllp/server.js';
import { Tally } from '../mllp/tally.js';
import { asInput, fileFailure, oneOf, stated, tlsOf, wholeNumber } from './options.js';
import { readable } from './readable.rules.js';
import { linesOf, shownBytes } from './show.js';

const ANSWERS = ['AA', 'AE', 'AR', 'NONE'] as const;
const MOST_FRAME_BYTES = 16_777_216;
const MOST_HELD_BYTES = 268_435_456;

const REFUSED = { condition: 207, place: null } as const;
const RULINGS: Readonly<Record<Exclude<(typeof ANSWERS)[number], 'NONE'>, Ruling>> = {
  AA: { taken: 'ACCEPT', fault: null },
  AE: { taken: 'ERROR', fault: REFUSED },
  AR: { taken: 'REJECT', fault: REFUSED },
};

/** What came. */
interface Heard {
  readonly at: string;
  readonly type: string | null;
  readonly controlId: string | null;
  readonly bytes: number;
  readonly from: string;
  /** Codes of the answers that went back, none of what may not be answered. */
  readonly answers: readonly string[];
  /** Path of the file that it is kept in. */
  readonly file: string | null;
}

/** A name that holds nothing but letters, digits and hyphens of the type and number. */
function fileName(number: number, header: MessageHeader | null, at: Date): string {
  const said = header === null ? 'no-header' : `${header.type}-${header.event}-${header.controlId}`;
  const safe = said.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 60);
  return `${at.toISOString().replace(/\D/g, '').slice(0, 14)}-${String(number).padStart(6, '0')}-${safe}.hl7`;
}

/** How one peer answers. */
class Peer implements FrameHandler {
  readonly heard: Heard[] = [];

  constructor(
    private readonly call: ToolCall,
    private readonly answer: (typeof ANSWERS)[number],
    private readonly folder: string | null,
    private readonly most: number | null,
    private readonly end: () => void,
  ) {}

  admits(): boolean {
    return true;
  }

  tooLong(): Reply['answers'] {
    this.call.note(`a message of more than ${MOST_FRAME_BYTES} bytes: its connection is closed`);
    return [];
  }

  async frame(bytes: Uint8Array, { address: from }: { readonly address: string }): Promise<Reply> {
    const now = this.call.clock.now();
    const header = headerOf(Buffer.from(bytes).toString('latin1'));
    const answers = header === null ? [] : this.answersTo(header, now);
    const heard: Heard = {
      at: now.toISOString(),
      type: header === null ? null : readable([header.type, header.event].filter((part) => part).join('^')),
      controlId: header === null ? null : readable(header.controlId),
      bytes: bytes.length,
      from,
      answers: answers.map((text) => /\rMSA.(\w\w)/.exec(text)?.[1] ?? ''),
      file: await this.keep(bytes, header, now),
    };
    this.heard.push(heard);
    this.call.line(
      `${heard.at}  ${heard.type ?? 'no header'}  ${heard.controlId ?? '-'}  ${heard.bytes} bytes  from ${from}  ` +
        `answered ${heard.answers.join(', ') || 'nothing'}`,
    );
    if (this.call.options.show === true)
      for (const line of linesOf(await shownBytes(bytes, 'UTF-8'))) this.call.line(line);
    if (this.most !== null && this.heard.length >= this.most) this.end();
    return { answers: answers.map((text) => Buffer.from(text, 'latin1')), goesOn: header !== null };
  }

  private answersTo(header: MessageHeader, now: Date): readonly string[] {
    if (this.answer === 'NONE') return [];
    return answersTo(header, RULINGS[this.answer], {
      now: formatTime(now),
      newControlId: () => `ACK-${newNumber(16)}`,
    });
  }

  private async keep(bytes: Uint8Array, header: MessageHeader | null, at: Date): Promise<string | null> {
    if (this.folder === null) return null;
    const file = join(this.folder, fileName(this.heard.length + 1, header, at));
    await writeFile(file, bytes, { mode: 0o600 });
    return file;
  }
}

async function folderOf(path: string | null): Promise<string | null> {
  if (path === null) return null;
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  } catch (error) {
    throw fileFailure('--out', path, 'a folder, or the path of one to be made', error);
  }
}

/** An address that cannot be had, by the option that has it and why. */
function addressFailure(error: unknown, host: string, port: number): unknown {
  const found = addressFault({ code: isHubError(error) ? error.details.fault : null });
  if (found === null) return asInput(error);
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return found.part === 'PORT'
    ? inputError('--port', `${at} ${found.says}`, 'a port that is free, or 0 for any')
    : inputError('--host', `${readable(host)} ${found.says}`, 'an address of this machine');
}

/** The tool. */
export const listen: AdapterTool = {
  verb: 'listen',
  help: 'a peer that takes what comes, tells type and number of each message, and answers; until it is interrupted',
  args: [],
  options: [
    { name: 'port', value: 'number', help: 'port to listen at; 0 takes a free one' },
    { name: 'host', value: 'address', help: 'address to listen at', default: '127.0.0.1' },
    { name: 'answer', value: 'code', help: `how each is answered: ${ANSWERS.join(', ')}`, default: 'AA' },
    { name: 'out', value: 'folder', help: 'keeps each message in a file of its own, byte for byte' },
    { name: 'messages', value: 'number', help: 'ends after so many messages' },
    { name: 'show', help: 'shows what is in each; without it nothing of a patient is shown' },
    { name: 'certificate', value: 'file', help: 'certificate, PEM: with it, TLS 1.2 or later is demanded' },
    { name: 'key', value: 'file', help: 'its private key, PEM' },
    {
      name: 'authority',
      value: 'file',
      help: 'authorities, PEM, of which whoever connects must show a certificate',
    },
  ],
  async run(call) {
    const { options, clock, logger, signal } = call;
    const answer = oneOf('--answer', stated(options, 'answer'), ANSWERS);
    const most = options.messages === undefined ? null : wholeNumber(options, 'messages', 1, 1_000_000);
    const port = wholeNumber(options, 'port', 0, 65_535);
    const out = stated(options, 'out');
    const folder = await folderOf(out === null ? null : call.path(out));
    const ended = Promise.withResolvers<void>();
    // Before the first message: its answer would wait for the dictionaries for seconds, and its sender give it up.
    if (options.show === true) await namesOf(null);
    const peer = new Peer(call, answer, folder, most, ended.resolve);
    const host = String(options.host);
    const server = await openMllpServer(
      {
        host,
        port,
        tls: tlsOf(call, '--certificate'),
        allows: () => true,
        maxConnections: 100,
        maxFrameBytes: MOST_FRAME_BYTES,
        maxHeldBytes: MOST_HELD_BYTES,
        frameTimeoutMs: 30_000,
        tlsRefreshMs: 30_000,
        closeTimeoutMs: 1_000,
      },
      peer,
      new Tally({ system: 'hl7', clock, logger }),
    ).catch((error: unknown) => {
      throw addressFailure(error, host, port);
    });
    const { address } = server;
    call.note(`listens at ${address}`);
    signal.addEventListener('abort', () => ended.resolve(), { once: true });
    if (signal.aborted) ended.resolve();
    await ended.promise;
    await server.close();
    const { heard } = peer;
    return { value: { address, messages: heard }, lines: [`${heard.length} messages`] };
  },
};
