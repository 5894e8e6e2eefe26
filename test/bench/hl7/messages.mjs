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

/** Bytes of a message with that number, of one of 5,000 patients; 1,024 of them. */
export function adt(controlId, n) {
  const header = `MSH|^~\\&|PAS|RAA|HUB|RAA|20260311115900||ADT^A08^ADT_A01|${controlId}|P|2.4|||AL|NE`;
  // Original mode: an application acknowledgement, which is what most engines ask for.
  const original = header.replace('|||AL|NE', '');
  const patient = String(1_000_000 + (n % 5_000));
  const text = `${[original, ...SEGMENTS].join('\r').replaceAll('%P%', patient)}\r`;
  const padding = Math.max(0, 1_024 - text.length - 'NTE|1||\r'.length);
  return Buffer.from(`${text}NTE|1||${'x'.repeat(padding)}\r`, 'latin1');
}

/** The same in its frame. */
export function framed(bytes) {
  return Buffer.concat([Buffer.from([0x0b]), bytes, Buffer.from([0x1c, 0x0d])]);
}
