/**
 * The part of the port through which an adapter brings tools for whoever connects a record system: nouns and verbs as data, which the
 * command line shows and runs. They run without a database, and know nothing of the command line.
 */
import type { Clock } from '../core/clock.js';
import type { Logger } from '../core/logger.js';

/** What a tool takes by its place. */
export interface ToolArgument {
  /** As help shows it: `file`. */
  readonly name: string;
  readonly help: string;
}

/** What a tool takes by its name. */
export interface ToolOption {
  /** Words with hyphens between, without those before: `server-name`. */
  readonly name: string;
  /** What stands behind it, as help shows it; absent: a switch, which is on or off. */
  readonly value?: string;
  readonly help: string;
  readonly default?: string;
}

/** Options by name: text, or true for a switch that is on. */
export type ToolOptions = Readonly<Record<string, string | true | undefined>>;

/** What a tool is run with. */
export interface ToolCall {
  /** As many as it takes, in their order. */
  readonly args: readonly string[];
  readonly options: ToolOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Set when it is to end. */
  readonly signal: AbortSignal;
  /** The absolute path of one that was given, relative to the folder in which the command was typed. */
  path(given: string): string;
  /** A line as things happen; nobody sees it who asked for one document at the end. */
  line(text: string): void;
  /** A word beside the result; nobody sees it who asked for quiet. */
  note(text: string): void;
  /** How far it is with a step; seen where it takes longer than a moment, by whoever did not ask for quiet. */
  progress(step: string, done: number, total: number): void;
}

/** What a tool comes to. */
export interface ToolResult {
  /** The whole, for programs. */
  readonly value: unknown;
  /** The same for people: a table, lines below it, or lines alone. */
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly lines?: readonly string[];
  /** True when it was done and found a fault. Default false. */
  readonly isFault?: boolean;
}

/** One tool. It throws only `HubError`. */
export interface AdapterTool {
  /** One word. */
  readonly verb: string;
  readonly help: string;
  readonly args: readonly ToolArgument[];
  readonly options: readonly ToolOption[];
  run(call: ToolCall): Promise<ToolResult>;
}

/** The tools of an adapter. */
export interface AdapterTools {
  /** One word, which no other adapter and no command of the hub has. */
  readonly noun: string;
  readonly help: string;
  readonly tools: readonly AdapterTool[];
}
