/** What JSON from outside must not be: too deep, too large, or named so as to reach an object's prototype. */
import { inputError } from '../../src/core/errors.js';
import { limitPassed, type RequestLimits } from './request-limits.js';

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Judges a parsed JSON value without recursion, so that no nesting can exhaust the stack.
 * Throws `HUB_INPUT_LIMIT` (`variableDepth`, `variableValues`) or `HUB_INPUT_INVALID` (a key of the prototype chain, a NUL
 * character, which PostgreSQL's text cannot hold). Neither repeats anything of the value. `field` names it in errors.
 */
export function checkJson(
  field: string,
  value: unknown,
  limits: Pick<RequestLimits, 'variableDepth' | 'variableValues'>,
): void {
  let values = 0;
  let depth = 0;
  let level: unknown[] = [value];
  while (level.length > 0) {
    const next: unknown[] = [];
    let nested = false;
    for (const item of level) {
      values++;
      if (typeof item === 'string') refuseNul(field, item);
      if (typeof item !== 'object' || item === null) continue;
      nested = true;
      if (!Array.isArray(item)) checkKeys(field, item);
      const children: readonly unknown[] = Array.isArray(item) ? item : Object.values(item);
      checkCount(values + next.length + children.length, limits.variableValues);
      for (const child of children) next.push(child);
    }
    if (nested) depth++;
    if (depth > limits.variableDepth) throw limitPassed('variableDepth', depth, limits.variableDepth);
    level = next;
  }
}

/** Throws `HUB_INPUT_INVALID` when the text holds a NUL character. */
export function refuseNul(field: string, text: string): void {
  if (text.includes('\0')) throw inputError(field, 'holds a NUL character', 'text without NUL');
}

function checkCount(values: number, most: number): void {
  if (values > most) throw limitPassed('variableValues', values, most);
}

function checkKeys(field: string, item: object): void {
  for (const key of Object.keys(item)) {
    if (FORBIDDEN_KEYS.has(key)) throw inputError(field, `has a key ${key}`, 'other keys');
    refuseNul(field, key);
  }
}
