/** Names of files: which ones are extracts, and which date such a name holds. */
import { type DateFormat, dateFormat } from './date-format.rules.js';

/** A pattern of names, ready to match with. */
export interface FilePattern {
  /** Null when the name is not of the pattern; otherwise the text that stands for the date, or null where the pattern has none. */
  match(name: string): { readonly asOf: string | null } | null;
}

const AS_OF = '{asOf}';

/** Why a pattern cannot be used; null when it can. */
export function patternFault(pattern: string, needsAsOf: boolean): string | null {
  if (/[/\\\0]/.test(pattern)) return 'must be a name, without folders';
  if (pattern.startsWith('.')) return 'must not begin with a dot';
  const dates = pattern.split(AS_OF).length - 1;
  if (dates > 1) return `must hold ${AS_OF} once at most`;
  if (needsAsOf && dates === 0) return `must hold ${AS_OF}, as asOfFrom is FILE_NAME`;
  return null;
}

/** Compiles a pattern that has no fault; `asOfFormat` says what may stand for `{asOf}`. */
export function filePattern(pattern: string, asOfFormat: string): FilePattern {
  const format: DateFormat | null = dateFormat(asOfFormat);
  const source = pattern
    .split(/(\*|\{asOf\})/)
    .map((part) => {
      if (part === '*') return '[^/\\\\]*';
      if (part === AS_OF) return `(${format?.shape ?? ''})`;
      return part.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
    })
    .join('');
  const expression = new RegExp(`^${source}$`);
  return {
    match(name) {
      const match = expression.exec(name);
      return match === null || name.startsWith('.') ? null : { asOf: match[1] ?? null };
    },
  };
}
