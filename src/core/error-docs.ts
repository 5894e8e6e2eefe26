/** Writes docs/errors.md from the table of error codes, so that the page cannot fall behind it. */
import { ERROR_CODES } from './error-codes.js';

const WORDS = {
  transient: 'send again, after the time given if any',
  ambiguous: 'it may have taken effect; ask before sending again',
  permanent: 'will fail again until something changes',
  paused: 'stop until an operator acts',
  conflict: 'read again and compare before anything is sent',
} as const;

/** The page: one row per code. */
export function renderErrorsPage(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { meaning, solve, retry }]) => `| \`${code}\` | ${meaning} | ${solve} | ${WORDS[retry]} |`,
  );
  return `# Errors

Every failure carries a stable code. In the graph it is in \`extensions.code\`, beside \`correlationId\`, \`retry\` and details that hold no personal data; a mutation answers what you can do something about as a \`Refusal\` with the same code. Give the correlation id to the operator: the log line with it has the cause.

| code | meaning | how to solve it | again? |
|---|---|---|---|
${rows.join('\n')}
`;
}
