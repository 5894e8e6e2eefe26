/** The people of an answer, each as a message of its own: what the rules of a site can read. Pure. */
import { Er7Message, type Er7Segment } from '../er7/message.js';

/** Segments that tell of the answer and not of anybody in it (HL7 v2.4, sections 3.3.19 and 5.5). */
const OF_THE_ANSWER: ReadonlySet<string> = new Set([
  'MSH',
  'SFT',
  'UAC',
  'MSA',
  'ERR',
  'QAK',
  'QRD',
  'QRF',
  'QPD',
  'RCP',
  'DSC',
]);

/** A group begins with EVN, or with PID where no EVN came before it. */
function begins(segment: Er7Segment, group: readonly Er7Segment[] | undefined): boolean {
  if (segment.name === 'EVN') return true;
  return segment.name === 'PID' && (group === undefined || group.some(({ name }) => name === 'PID'));
}

/** One message for each person, under the header of the answer. What stands before the first of them is nobody's. */
export function patientGroups(answer: Er7Message): readonly Er7Message[] {
  const groups: Er7Segment[][] = [];
  for (const segment of answer.segments) {
    if (OF_THE_ANSWER.has(segment.name)) continue;
    if (begins(segment, groups.at(-1))) groups.push([segment]);
    else groups.at(-1)?.push(segment);
  }
  return groups.map((group) => {
    const text = [answer.header, ...group].map(({ content }) => `${content}\r`).join('');
    return Er7Message.parse(text, { segments: group.length + 1, charset: answer.charset });
  });
}
