/** Messages of the benchmark: an ADT of one kilobyte, each with a number of its own. */

const SEGMENTS = [
  'EVN||20260311115900|||^^^^^^^^PAS',
  'PID|1||%P%^^^RAA^PI~9990000018^^^NHS^NH||TESTER^ALEX^JAMIE^^MR||19800315|M|||1 EXAMPLE ROAD^^LEEDS^^LS1 1AA^GBR^H||01130000000^PRN^PH~07700900000^PRN^CP|||||||||A||||||||N',
  'PD1|||EXAMPLE SURGERY^^B86001|G1234567^PRACTICE^PAT^^^DR',
  'NK1|1|TESTER^ROBIN^^^MX|SPO|1 EXAMPLE ROAD^^LEEDS^^LS1 1AA^GBR^H|01130000001^PRN^PH',
  'PV1|1|O|CMHT1^^^RAA^^^^^COMMUNITY MENTAL HEALTH TEAM ONE||||C1234567^CONSULTANT^CHRIS^^^DR|||712||||19|||C1234567^CONSULTANT^CHRIS^^^DR|OP|V%P%^^^RAA^VN|||||||||||||||||||||||||20260302090000',
  'PV2|||^COMMUNITY REFERRAL|||||20260302|||||||||||||N',
  'ROL|1|AD|PP^CARE COORDINATOR|N7654321^NURSE^NICK^^^MR|20260302090000',
  'ZU1|1|CMHT1|%P%|OPEN|20260302|20260311|REVIEWED|EMPLOYMENT INTEREST STATED',
];

const NUMBER = '#'.repeat(16);

/** A message of 1,024 bytes with room for its number, in its frame; one for each of 256 patients. */
const FRAMES = Array.from({ length: 256 }, (_, n) => {
  // Original mode: an application acknowledgement, which is what most engines ask for.
  const header = `MSH|^~\\&|PAS|RAA|HUB|RAA|20260311115900||ADT^A08^ADT_A01|${NUMBER}|P|2.4`;
  const text = `${[header, ...SEGMENTS].join('\r').replaceAll('%P%', String(1_000_000 + n))}\r`;
  const padding = 1_024 - text.length - 'NTE|1||\r'.length;
  const whole = `${text}NTE|1||${'x'.repeat(Math.max(0, padding))}\r`;
  return Buffer.from(`\x0b${whole}\x1c\r`, 'latin1');
});
const AT = FRAMES[0].indexOf(NUMBER);

/** The number of a message, always of the same length. */
export function numberOf(prefix, n) {
  return `${prefix}${n}`.padEnd(NUMBER.length, '.');
}

/** The frame of a message with that number. Built ahead but for the number: what sends is not what is measured. */
export function framed(number, n) {
  const frame = Buffer.from(FRAMES[n % FRAMES.length]);
  frame.write(number, AT, 'latin1');
  return frame;
}

/** The message alone. */
export function adt(number, n) {
  return framed(number, n).subarray(1, -2);
}
