/** Scalars of the graph: calendar dates, instants, ids. Cheap on the way out, strict on the way in. */
import { GraphQLScalarType, Kind } from 'graphql';
import { isLocalDate } from '../../src/core/calendar.js';
import { inputError } from '../../src/core/errors.js';
import { isId } from '../../src/core/ids.js';

function strict(
  name: string,
  description: string,
  accepted: string,
  parse: (text: string) => string | null,
): GraphQLScalarType<string, string> {
  const read = (value: unknown): string => {
    const parsed = typeof value === 'string' ? parse(value) : null;
    if (parsed === null) throw inputError(name, 'not acceptable', accepted);
    return parsed;
  };
  return new GraphQLScalarType<string, string>({
    name,
    description,
    serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
    parseValue: read,
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : null),
  });
}

/** `YYYY-MM-DD`, a day in Europe/London where the rule counts days. */
export const DateScalar = strict('Date', 'A calendar date, YYYY-MM-DD.', 'YYYY-MM-DD', (text) =>
  isLocalDate(text) ? text : null,
);

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** An instant; out always in UTC with milliseconds, in with any offset. */
export const DateTimeScalar = strict(
  'DateTime',
  'An instant, ISO 8601 with an offset; answered in UTC with milliseconds.',
  '2026-03-01T09:30:00Z',
  (text) => {
    const at = INSTANT.test(text) && isLocalDate(text.slice(0, 10)) ? new Date(text) : null;
    return at === null || Number.isNaN(at.getTime()) ? null : at.toISOString();
  },
);

/** An id of the hub: a uuid. */
export const IdScalar = strict('UUID', 'An id of the hub: a uuid in lower case.', 'a uuid', (text) =>
  isId(text.toLowerCase()) ? text.toLowerCase() : null,
);
