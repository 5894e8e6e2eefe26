/** Misbehaviour on demand: which requests are spoiled, how often and how. */
import { z } from 'zod';

/** Ways to misbehave. The first group answers instead of the record system, the second spoils its answer. */
export const FAULT_KINDS = [
  /** Any status with an OperationOutcome; `status` and, when given, `retryAfterSeconds`. */
  'status',
  /** 429 with Retry-After. */
  'throttle',
  /** 503, with Retry-After when `retryAfterSeconds` is given. */
  'unavailable',
  /** Closes the socket without an answer. With `afterCommit` the request has taken effect. */
  'drop',
  /** Never answers; the socket stays open. */
  'hang',
  /** 502 with a page of HTML, as a proxy gives. */
  'html-502',
  /** 200 without a body. */
  'empty-200',
  /** 200 with the JSON text `null`. */
  'json-null',
  /** Answers rightly, `delayMs` milliseconds late; with `afterCommit` the request takes effect before the wait. */
  'delay',
  /** Takes a create and holds it for review: kept with docStatus `preliminary`, answered 202. `POST /control/release` ends it. */
  'hold-202',
  /** Announces the whole body, sends half of it and closes the socket. */
  'truncate',
  /** 200 with the first half of the JSON text, as if it were all. */
  'cut-json',
  /** Leaves the `next` link out while `total` says that there is more. */
  'missing-next',
  /** Answers the page before once more, whole: its `next` link leads here again and nothing is lost. */
  'duplicate-page',
  /** Answers with the matches of the page before and the links of this one: some matches twice, others never. */
  'repeat-entries',
  /** The `next` link leads to this page. */
  'looping-next',
  /** The `next` link leads to `url`. */
  'foreign-next',
  /** An entry with an OperationOutcome of severity error among the matches (`search.mode` outcome). */
  'outcome-entry',
] as const;
/** One of the ways to misbehave. */
export type FaultKind = (typeof FAULT_KINDS)[number];

const pattern = z.string().refine((text) => {
  try {
    return Boolean(new RegExp(text));
  } catch {
    return false;
  }
}, 'not a regular expression');

const faultInput = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  match: z
    .strictObject({
      method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
      /** Regular expression over the path, which begins with the service base. */
      path: pattern.optional(),
      /** Resource type that is searched, by GET or by POST. */
      type: z.string().optional(),
      /** Regular expression over the decoded query or form, `name=value&name=value`. */
      query: pattern.optional(),
      /** Page of a search, from 1. */
      page: z.int().min(1).optional(),
    })
    .prefault({}),
  /** Requests to spoil. */
  times: z.int().min(1).default(1),
  /** Matching requests to let pass first. */
  after: z.int().min(0).default(0),
  /** Let the request take effect before answering wrongly; only for the kinds that answer instead, and `delay`. */
  afterCommit: z.boolean().default(false),
  delayMs: z.int().min(0).max(600_000).default(1_000),
  retryAfterSeconds: z.int().min(0).optional(),
  status: z.int().min(400).max(599).default(500),
  url: z.string().default('http://203.0.113.7/fhir/EpisodeOfCare?_cursor=elsewhere'),
});

/** A fault with every default filled in. */
export type Fault = z.output<typeof faultInput>;
/** A fault as the control endpoint takes it: `kind`, and whatever differs from the defaults. */
export type FaultInput = z.input<typeof faultInput>;

/** What a fault can be matched against. */
export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  /** Type that is searched, or null when the request is not a search. */
  readonly type: string | null;
  readonly query: string;
  readonly page: number;
}

/** A fault from the control endpoint, or the reasons why it is none. */
export function parseFault(
  input: unknown,
): { readonly fault: Fault } | { readonly faults: readonly string[] } {
  const result = faultInput.safeParse(input);
  if (result.success) return { fault: result.data };
  return {
    faults: result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`),
  };
}

function matches({ match }: Fault, target: FaultTarget): boolean {
  return (
    (match.method === undefined || match.method === target.method) &&
    (match.path === undefined || new RegExp(match.path).test(target.path)) &&
    (match.type === undefined || match.type === target.type) &&
    (match.query === undefined || new RegExp(match.query).test(target.query)) &&
    (match.page === undefined || (target.type !== null && match.page === target.page))
  );
}

/** The faults that are planted and not yet used up, in the order they were planted. */
export class FaultBook {
  private planted: { fault: Fault; passing: number; left: number }[] = [];

  plant(fault: Fault): void {
    this.planted.push({ fault, passing: fault.after, left: fault.times });
  }

  clear(): void {
    this.planted = [];
  }

  /** Kinds that are still to happen, with how often. */
  pending(): readonly { readonly kind: FaultKind; readonly left: number }[] {
    return this.planted.map(({ fault, left }) => ({ kind: fault.kind, left }));
  }

  /** The fault that this request meets, counted as used; null for a request that is served properly. */
  meet(target: FaultTarget): Fault | null {
    for (const entry of this.planted) {
      if (!matches(entry.fault, target)) continue;
      if (entry.passing > 0) {
        entry.passing--;
        continue;
      }
      entry.left--;
      if (entry.left === 0) this.planted = this.planted.filter((other) => other !== entry);
      return entry.fault;
    }
    return null;
  }
}
