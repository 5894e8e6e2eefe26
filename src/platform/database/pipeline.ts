/**
 * Statements sent one behind the other on one connection, without waiting for what became of those before: the server goes from one to
 * the next with no pause between. Each ends with a Sync of its own, so that none shares a transaction, or a failure, with another.
 */
import type pg from 'pg';

/** A connection while statements are under way on it. */
interface Line {
  readonly client: Promise<pg.PoolClient>;
  isOpen: boolean;
  isSound: boolean;
  users: number;
}

const ignore = (): void => {};

/** `pg` sends what it is given at once while this is set (`pipeline` of its client settings); its type declarations leave it out. */
function setPipelined(client: pg.PoolClient, pipeline: boolean): void {
  Object.assign(client, { pipeline });
}

/** Takes a connection of the pool while there is anything to send, and gives it back when somebody else waits for one. */
export class Pipeline {
  private line: Line | null = null;

  constructor(
    private readonly pool: pg.Pool,
    /** What a connection needs before the first statement. */
    private readonly makeReady: (client: pg.PoolClient) => Promise<void>,
    /** False of a failure after which the connection is not used again. */
    private readonly isSoundAfter: (error: unknown) => boolean,
  ) {}

  /** Sends by `work`, behind what is under way. */
  async send<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (this.line === null || (this.line.isOpen && this.pool.waitingCount > 0)) this.line = this.open();
    const { line } = this;
    line.users += 1;
    try {
      return await work(await line.client);
    } catch (error) {
      line.isSound &&= this.isSoundAfter(error);
      if (!line.isSound && this.line === line) this.line = null;
      throw error;
    } finally {
      line.users -= 1;
      if (line.users === 0) this.close(line);
    }
  }

  private open(): Line {
    const line: Line = {
      client: this.connect(() => (line.isOpen = true)),
      isOpen: false,
      isSound: true,
      users: 0,
    };
    return line;
  }

  private async connect(opened: () => void): Promise<pg.PoolClient> {
    const client = await this.pool.connect();
    // A connection that is lost between two statements says so by an event that would end the process; the next statement fails.
    client.on('error', ignore);
    try {
      await this.makeReady(client);
    } catch (error) {
      client.off('error', ignore);
      client.release(true);
      throw error;
    }
    setPipelined(client, true);
    opened();
    return client;
  }

  private close(line: Line): void {
    if (this.line === line) this.line = null;
    line.client.then((client) => {
      setPipelined(client, false);
      client.release(!line.isSound);
      client.off('error', ignore);
    }, ignore);
  }
}
