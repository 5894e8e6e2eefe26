/** A feed about people who do not exist: each is admitted, moves, gets another name and is discharged, and after that has two ended stays. */

/** Messages about each person. */
const STEPS = ['A01', 'A02', 'A31', 'A03'] as const;
const TEAMS = ['CMHTN', 'EIP', 'EIP', 'EIP'] as const;

/** Number of the message in that place (MSH-10). */
export const numberAt = (index: number): string => `M${String(index).padStart(7, '0')}`;

/** The message in that place, of 350 bytes or so, a third of its names and text beyond ASCII. */
export function arrivalAt(index: number): string {
  const step = index % STEPS.length;
  const person = Math.floor(index / STEPS.length);
  const event = STEPS[step]!;
  const at = `2026030${step + 2}100000`;
  return [
    `MSH|^~\\&|PAS|RXX|HUB|RYY|${at}||ADT^${event}|${numberAt(index)}|P|2.4||||||UNICODE UTF-8`,
    `EVN|${event}|${at}||||${at}`,
    `PID|1||p${person}^^^RXX^MR||Ó Briain${step > 1 ? '-Łoś' : ''}^Zoë||19900102|F`,
    ...(event === 'A31' ? [] : [`PV1|1|O|${TEAMS[step]}${'|'.repeat(16)}v${person}^^^RXX^VN`]),
    `NTE|1||“Number ${index}” \\F\\ \\S\\ \\.br\\ – \\X0D\\ ~ &${' …'.repeat(index % 40)}`,
  ].join('\r');
}

/** What that message tells: a discharge says first how the visit stood. */
export const eventsTold = (index: number): number => (STEPS[index % STEPS.length] === 'A03' ? 2 : 1);

/** Stays of so many messages once all were read, as `reference state`. */
export function staysAfter(messages: number): readonly string[] {
  if (messages % STEPS.length > 0) throw new Error('not everything about the last person');
  return Array.from({ length: messages / STEPS.length }, (_, person) => [
    `Visit/v${person}/CMHTN/1 ENDED`,
    `Visit/v${person}/EIP/1 ENDED`,
  ])
    .flat()
    .sort();
}
