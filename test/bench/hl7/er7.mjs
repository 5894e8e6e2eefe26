/** 4.7: messages read field by field as text and written again, beside the libraries that lose nothing of a message. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hl7Message } from '@medplum/core';
import { Message } from 'node-hl7-client';
import { hubModule, ROOT } from '../built-hub.mjs';
import { median, spread } from '../figures.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const ROUND_MS = 400;
const WARM_MS = 600;
const SAMPLES = join(ROOT, 'test/fixtures/hl7v2/microsoft-fhir-converter');

/** An admission of one kilobyte. */
function admission(n) {
  const text = [
    `MSH|^~\\&|PAS|RAA|HUB|RAA|20260311115900||ADT^A08^ADT_A01|M${n}|P|2.4||||||8859/1`,
    'EVN||20260311115900|||^^^^^^^^PAS',
    `PID|1||${1_000_000 + n}^^^RAA^PI~9990000018^^^NHS^NH||TESTER^ALEX^JAMIE^^MR||19800315|M|||1 EXAMPLE ROAD^^LEEDS^^LS1 1AA^GBR^H||01130000000^PRN^PH`,
    'PD1|||EXAMPLE SURGERY^^B86001|G1234567^PRACTICE^PAT^^^DR',
    'NK1|1|TESTER^ROBIN^^^MX|SPO|1 EXAMPLE ROAD^^LEEDS^^LS1 1AA^GBR^H|01130000001^PRN^PH',
    `PV1|1|O|CMHT1^^^RAA^^^^^TEAM \\T\\ WARD||||C1234567^CONSULTANT^CHRIS^^^DR|||712||||19|||C1234567^CONSULTANT^CHRIS^^^DR|OP|V${n}^^^RAA^VN|||||||||||||||||||||||||20260302090000`,
    'ROL|1|AD|PP^CARE COORDINATOR|N7654321^NURSE^NICK^^^MR|20260302090000',
    'NTE|1||',
  ].join('\r');
  return text + 'x'.repeat(Math.max(0, 1_024 - text.length));
}

/** Messages as texts: the shared samples, and admissions. */
function corpora() {
  const samples = readdirSync(SAMPLES)
    .filter((name) => name.endsWith('.hl7'))
    .map((name) => readFileSync(join(SAMPLES, name), 'utf8'));
  return { samples, admissions: Array.from({ length: 500 }, (_none, n) => admission(n)) };
}

/** Read by each: the characters of all fields, and the message written again. */
async function readers() {
  const { Er7Message } = await hubModule('adapters/hl7v2/er7/message.js');
  return {
    hub(text) {
      const message = Er7Message.parse(text);
      let characters = 0;
      for (const segment of message.segments)
        for (let field = 1; field <= segment.fieldCount; field++)
          characters += segment.whole(field)?.length ?? 0;
      return { characters, written: message.toString() };
    },
    '@medplum/core'(text) {
      const message = Hl7Message.parse(text);
      let characters = 0;
      // As written: it does not take escapes away.
      for (const segment of message.segments)
        for (const field of segment.fields) characters += field.toString().length;
      return { characters, written: message.toString() };
    },
    'node-hl7-client'(text) {
      const message = new Message({ text });
      let characters = 0;
      // As written too: without escapes it costs more.
      message.forEach((segment) => {
        segment.forEach((field) => {
          characters += field.toRaw().length;
        });
      });
      return { characters, written: message.toString() };
    },
  };
}

/** Messages a second of one reader. */
function rateOf(read, texts, ms) {
  const end = performance.now() + ms;
  const start = performance.now();
  let count = 0;
  let characters = 0;
  while (performance.now() < end) {
    for (const text of texts) characters += read(text).characters;
    count += texts.length;
  }
  if (characters === 0) throw new Error('nothing was read');
  return (1000 * count) / (performance.now() - start);
}

/** Texts that every reader takes, with line ends that all of them know, and writes back as they are. */
function taken(texts, all) {
  const kept = texts
    .map((text) => text.trim().replaceAll(/\r?\n/g, '\r'))
    .filter((text) => {
      try {
        return Object.values(all).every((read) => read(text).written === text);
      } catch {
        return false;
      }
    });
  if (kept.length < texts.length * 0.95) throw new Error('too few messages that all write back');
  return kept;
}

/** How the hub's rate stands to that of the fastest other; the lesser of two corpora, each the median over alternating rounds. */
export async function measureText() {
  const all = await readers();
  const ratios = [];
  for (const [corpus, texts] of Object.entries(corpora())) {
    const kept = taken(texts, all);
    const names = Object.keys(all);
    for (const name of names) rateOf(all[name], kept, WARM_MS);
    const rates = Object.fromEntries(names.map((name) => [name, []]));
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const order = round % 2 ? [...names].reverse() : names;
      for (const name of order) rates[name].push(rateOf(all[name], kept, ROUND_MS));
      const [hub, ...others] = names.map((name) => rates[name][round]);
      rounds.push(hub / Math.max(...others));
    }
    const perSecond = Object.fromEntries(names.map((name) => [name, spread(rates[name], 0)]));
    console.log(
      JSON.stringify({ bar: '4.7', corpus, messages: kept.length, perSecond, ratios: spread(rounds) }),
    );
    ratios.push(median(rounds));
  }
  return Math.min(...ratios);
}
