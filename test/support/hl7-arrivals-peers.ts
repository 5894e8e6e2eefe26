/** Sending engines that nobody here wrote, as their libraries have them: one message at a time, sent again by the caller. */
import { Hl7Message } from '@medplum/core';
import { Hl7Client } from '@medplum/hl7';
import { Client, type Connection, Message } from 'node-hl7-client';

/** One connection of a sending engine; it is opened again where it has ended. */
export interface SendingPeer {
  /** Sends a message and waits for the answer to its number (MSA-2): its code (MSA-1), or null when none came in time. */
  send(text: string, number: string): Promise<string | null>;
  close(): Promise<void>;
}
/** Opens one to a port of this machine. */
export type SendingPeerStart = (port: number, answerTimeoutMs: number) => SendingPeer;

/** A message as the client has it, whose @medplum/core is another copy than ours. */
type Sendable = Parameters<Hl7Client['sendAndWait']>[0];

/** What a library writes must be what it was given, or nothing could be said of what is stored. */
function same(written: string, text: string): void {
  if (written !== text) throw new Error('a library writes another message than it was given');
}

/** Finds the message of an answer by itself, and stays connected when none came in time: the late one meets the next attempt. */
function medplum(port: number, answerTimeoutMs: number): SendingPeer {
  const client = new Hl7Client({ host: '127.0.0.1', port });
  // Answers to numbers that nobody waits for.
  client.addEventListener('error', () => {});
  return {
    async send(text) {
      const message = Hl7Message.parse(text);
      same(message.toString(), text);
      try {
        const answer = await client.sendAndWait(message as unknown as Sendable, {
          timeoutMs: answerTimeoutMs,
        });
        return answer.getSegment('MSA')?.getField(1)?.toString() ?? null;
      } catch {
        return null;
      }
    },
    close: () => client.close(),
  };
}

/** Tells its user of every answer whoever it is for, and nothing of a connection that has ended: it is another one after each doubt. */
function nodeHl7Client(port: number, answerTimeoutMs: number): SendingPeer {
  let connection: Connection | null = null;
  let heard: (number: string, code: string) => void = () => {};

  async function open(): Promise<Connection> {
    const made = new Client({ host: '127.0.0.1' }).createConnection({ port, waitAck: false }, (response) => {
      const message = response.getMessage();
      heard(message.get('MSA.2').toString(), message.get('MSA.1').toString());
    });
    await new Promise<void>((resolve) => {
      made.once('connect', resolve);
      setTimeout(resolve, answerTimeoutMs).unref();
    });
    return made;
  }

  return {
    async send(text, number) {
      const message = new Message({ text });
      same(message.toString(), text);
      connection ??= await open();
      const code = await new Promise<string | null>((resolve) => {
        const late = setTimeout(() => resolve(null), answerTimeoutMs);
        heard = (to, said) => {
          if (to !== number) return;
          clearTimeout(late);
          resolve(said);
        };
        void connection!.sendMessage(message);
      });
      if (code === null) {
        await connection.close();
        connection = null;
      }
      return code;
    },
    close: async () => connection?.close(),
  };
}

/** By the names of their packages. */
export const SENDING_PEERS: Readonly<Record<string, SendingPeerStart>> = {
  '@medplum/hl7': medplum,
  'node-hl7-client': nodeHl7Client,
};
