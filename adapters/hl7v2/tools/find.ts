/** `find`: asks a far end about a person (QBP^Q21, QBP^Q22), to see whether it answers and how. */
import type { AdapterTool, ToolOptions } from '../../../src/clinical/adapter-tools.port.js';
import { isLocalDate } from '../../../src/core/calendar.js';
import { inputError } from '../../../src/core/errors.js';
import { USUAL_ZONE } from '../er7/times.js';
import { PROCESSING_IDS } from '../listening/listening-settings.js';
import { findPeople } from '../query/find-people.js';
import type { Candidate, PersonQuestion } from '../query/person-query.rules.js';
import { WRITING_DEFAULTS } from '../writing/writing-settings.js';
import { toolSender } from './exchange.js';
import { oneOf, partner, SENDING_OPTIONS, stated } from './options.js';
import { readable } from './readable.rules.js';
import { WatchedSender } from './refused-question.js';

const MOST_PAGES = 50;
const MOST_SEGMENTS = 100_000;

/** @throws HUB_INPUT_INVALID */
function questionOf(options: ToolOptions): PersonQuestion {
  const id = stated(options, 'id');
  const [family, given, born] = ['family', 'given', 'born'].map((name) => stated(options, name));
  const isById = id !== null;
  const isByDetails = [family, given, born].some((part) => part !== null);
  if (isById === isByDetails)
    throw inputError('--id', 'both or neither', '--id, or any of --family --given --born');
  if (isById)
    return { by: 'ID', id, authority: stated(options, 'authority-of-id'), type: stated(options, 'type') };
  if (born && !isLocalDate(born)) throw inputError('--born', 'not a date', 'a day as 1990-01-02');
  return { by: 'DETAILS', family: family ?? null, given: given ?? null, bornOn: born ?? null };
}

const shownId = ({ value, authority, type }: Candidate['identifiers'][number]): string =>
  readable([value ?? '""', authority ?? '-', type ?? '-'].join(' '));

/** The tool. */
export const find: AdapterTool = {
  verb: 'find',
  help: 'asks a far end about a person: by id (QBP^Q21) or by details (QBP^Q22); exit code 1 when nobody is found, or it does not answer',
  args: [],
  options: [
    { name: 'to', value: 'host:port', help: 'the far end' },
    { name: 'id', value: 'id', help: 'id of the person' },
    { name: 'authority-of-id', value: 'name', help: 'whose id it is (CX.4), as NHS or an ODS code' },
    { name: 'type', value: 'type', help: 'what kind of id it is (CX.5), as NH or MR' },
    { name: 'family', value: 'name', help: 'family name' },
    { name: 'given', value: 'name', help: 'given name' },
    { name: 'born', value: 'day', help: 'date of birth' },
    {
      name: 'sender',
      value: 'partner',
      help: 'application|facility (MSH-3, MSH-4)',
      default: 'IPSHUB|ZZ999',
    },
    { name: 'receiver', value: 'partner', help: 'application|facility (MSH-5, MSH-6)', default: 'PAS|ZZ998' },
    { name: 'processing', value: 'id', help: 'MSH-11', default: 'T' },
    { name: 'show', help: 'shows names, ids and dates of birth; without it only how many there are' },
    ...SENDING_OPTIONS,
  ],
  async run(call) {
    const { options, clock, signal } = call;
    const to = stated(options, 'to');
    if (to === null) throw inputError('--to', 'not given', 'host:port');
    const question = questionOf(options);
    const sender = partner('--sender', stated(options, 'sender'));
    const receiver = partner('--receiver', stated(options, 'receiver'));
    const wire = toolSender(call, to);
    const watched = new WatchedSender(wire);
    try {
      const people = await findPeople(
        question,
        {
          sender: watched,
          clock,
          pageSize: null,
          maxPages: MOST_PAGES,
          maxSegments: MOST_SEGMENTS,
          characterSet: 'UTF-8',
          envelope: {
            ...WRITING_DEFAULTS,
            sendingApplication: sender.application,
            sendingFacility: sender.facility,
            receivingApplication: receiver.application,
            receivingFacility: receiver.facility,
            sendCharacterSet: 'UNICODE UTF-8',
            timeZone: USUAL_ZONE,
            processingId: oneOf('--processing', stated(options, 'processing'), PROCESSING_IDS),
          },
        },
        signal,
      );
      const isShown = options.show === true;
      return {
        value: { found: people.length, ...(isShown && { people }) },
        lines: [
          `${people.length} found`,
          ...(isShown ? people : []).map(({ family, given, bornOn, score, identifiers }) =>
            [
              readable([given, family].filter((part) => part).join(' ')),
              bornOn ?? '-',
              score === null ? '' : `score ${readable(score)}`,
              identifiers.map(shownId).join(', '),
            ]
              .filter((part) => part !== '')
              .join('  '),
          ),
        ],
        isFault: people.length === 0,
      };
    } catch (error) {
      return watched.refused(error);
    } finally {
      wire.close();
    }
  },
};
