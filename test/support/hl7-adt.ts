/** Messages of a patient administration system, segment by segment, and what they say by the rules of a site. */
import { z } from 'zod';
import { Er7Message } from '../../adapters/hl7v2/er7/message.js';
import {
  type MeaningRules,
  meaningFields,
  meaningRules,
} from '../../adapters/hl7v2/meaning/meaning-settings.js';
import { readMeaning } from '../../adapters/hl7v2/meaning/read-meaning.js';
import type { MessageReading } from '../../src/clinical/inbound.port.js';

/** Rules of a site that states these settings. */
export function siteRules(stated: Readonly<Record<string, unknown>> = {}): MeaningRules {
  return meaningRules(z.strictObject(meaningFields).parse(stated));
}

/** Segments as a message; the header is of that type, written at ten on the fourth of March 2026. */
export function message(type: string, ...segments: readonly string[]): string {
  const header = `MSH|^~\\&|PAS|RXX|HUB|RXX|20260304100000||${type}|1|P|2.4`;
  return [header, ...segments].map((segment) => `${segment}\r`).join('');
}

/** When messages of tests came. */
export const RECEIVED = new Date('2026-12-31T00:00:00Z');

/** What a text says that came then. */
export function readingOf(
  text: string,
  rules: MeaningRules = siteRules(),
  receivedAt: Date = RECEIVED,
): MessageReading {
  return readMeaning(Er7Message.parse(text), rules, receivedAt);
}

/** What it says of events. */
export function eventsOf(text: string, rules: MeaningRules = siteRules()) {
  const reading = readingOf(text, rules);
  if (reading.kind !== 'FEED') throw new Error(`not of a feed: ${JSON.stringify(reading)}`);
  return reading.events;
}
