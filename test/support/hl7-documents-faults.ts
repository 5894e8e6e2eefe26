/**
 * What lies between the hub and a receiving engine, whoever wrote that: takes frames both ways and now and then loses an answer or a
 * message, is late, says it twice, says another's, or ends the connection.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What can happen to a message or its answer. The first two: the message did not arrive; else it did. */
export const PATH_FAULTS = [
  'MESSAGE_LOST',
  'ENDED_BEFORE',
  'ANSWER_LOST',
  'ENDED_AFTER',
  'ANSWER_LATE',
  'ANSWER_TWICE',
  'ANSWER_OF_ANOTHER',
  'OTHER_IN_ITS_STEAD',
] as const;
/** One of them. */
export type PathFault = (typeof PATH_FAULTS)[number];

/** What is between. */
export interface FaultyPath {
  readonly port: number;
  /** Times that each happened. */
  readonly happened: ReadonlyMap<PathFault, number>;
  /** Kills every connection. */
  kill(): void;
  close(): Promise<void>;
}

const framed = (text: string): Buffer => Buffer.from(`\v${text}\x1c\r`, 'latin1');

/** Takes whole frames off a socket, one character for each byte. */
function onFrames(socket: Socket, take: (text: string) => void): void {
  let bytes = '';
  socket.on('data', (chunk) => {
    bytes += chunk.toString('latin1');
    for (let end = bytes.indexOf('\x1c\r'); end >= 0; end = bytes.indexOf('\x1c\r')) {
      const text = bytes.slice(bytes.indexOf('\v') + 1, end);
      bytes = bytes.slice(end + 2);
      take(text);
    }
  });
}

/** An answer as if it were to another message. */
const renumbered = (answer: string, number: string): string =>
  answer.replace(/(\rMSA\|\w\w\|)[^|\r]*/, `$1${number}`);

/**
 * Opens it in front of the engine at that port. `fault` says what happens to the next message, null: nothing. `lateMs`: longer than
 * the hub waits for an answer.
 */
export async function openFaultyPath(
  enginePort: number,
  fault: () => PathFault | null,
  lateMs: number,
): Promise<FaultyPath> {
  const happened = new Map<PathFault, number>();
  const sockets = new Set<Socket>();
  let lastNumber = 'NOBODY';

  function serve(hub: Socket): void {
    const engine = connect(enginePort, '127.0.0.1');
    for (const [socket, other] of [
      [hub, engine],
      [engine, hub],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    let now: PathFault | null = null;
    let number = '';
    const end = (): void => void hub.destroy();
    onFrames(hub, (message) => {
      now = fault();
      if (now !== null) happened.set(now, (happened.get(now) ?? 0) + 1);
      const earlier = number === '' ? lastNumber : number;
      number = message.split('|')[9] ?? '';
      // A message that is sent again must not be told that it arrived when it never did.
      const before = earlier === number ? 'NOBODY' : earlier;
      if (now === 'ENDED_BEFORE') end();
      else if (now === 'OTHER_IN_ITS_STEAD')
        hub.write(framed(`MSH|^~\\&|E|E|H|H|2026||ACK|1|P|2.4\rMSA|AA|${before}\r`));
      else if (now !== 'MESSAGE_LOST') engine.write(framed(message));
      lastNumber = number;
    });
    onFrames(engine, (answer) => {
      if (now === 'ANSWER_LOST') return;
      if (now === 'ENDED_AFTER') end();
      else if (now === 'ANSWER_LATE') setTimeout(() => hub.destroyed || hub.write(framed(answer)), lateMs);
      else if (now === 'ANSWER_OF_ANOTHER') hub.write(framed(renumbered(answer, 'SOMEBODY')));
      else for (let times = now === 'ANSWER_TWICE' ? 2 : 1; times > 0; times--) hub.write(framed(answer));
    });
  }

  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kill = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    happened,
    kill,
    close: async () => {
      kill();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
