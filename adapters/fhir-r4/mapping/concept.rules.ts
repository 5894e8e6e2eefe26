/** CodeableConcept as words. */
import { objectsOf, textOf } from '../json.js';

/** CodeableConcept.text, else the first coding's display, else its code; null when it holds none of them. */
export function conceptText(concept: unknown): string | null {
  const text = textOf(concept, 'text');
  if (text !== null) return text.trim();
  const codings = objectsOf(concept, 'coding');
  const words = [
    ...codings.map((coding) => textOf(coding, 'display')),
    ...codings.map((coding) => textOf(coding, 'code')),
  ];
  return words.find((word) => word !== null)?.trim() ?? null;
}
