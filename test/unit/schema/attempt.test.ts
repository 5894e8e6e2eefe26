/** What a use case throws: which codes become a refusal that the mutation answers, and which stay errors. */
import { attempt, refusalOf } from '../../../schema/attempt.js';
import type { GraphContext } from '../../../schema/graph-context.js';
import type { Caller } from '../../../src/core/caller.js';
import { ERROR_CODES, type ErrorCode } from '../../../src/core/error-codes.js';
import { HubError, inputError } from '../../../src/core/errors.js';

const CALLER = { subject: 'sam' } as Caller;
const CONTEXT = { caller: CALLER } as GraphContext;
const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

/** Written out, so that a new code is decided about and not swept in. */
const REFUSALS: readonly ErrorCode[] = [
  'HUB_INPUT_INVALID',
  'HUB_INPUT_LIMIT',
  'HUB_INPUT_CURSOR',
  'HUB_INPUT_REPEATED_KEY',
  'HUB_NOT_FOUND',
  'HUB_STATE_CONFLICT',
  'HUB_STATE_CHANGED',
  'HUB_STATE_AT_SOURCE',
  'HUB_BUSY',
  'HUB_MESSAGE_BODY_GONE',
  'HUB_ELIGIBILITY_NOT_IN_FORCE',
  'HUB_ELIGIBILITY_NOT_ACTIVATED',
  'HUB_ELIGIBILITY_NO_RELATIONSHIP',
  'HUB_RECORD_NOT_PERMITTED_BY_SITE',
  'HUB_RECORD_NOT_PERMITTED_FOR_PURPOSE',
  'HUB_RECORD_NOT_SHOWN',
  'HUB_RECORD_DOCUMENT',
  'HUB_NOTE_TEXT',
  'HUB_NOTE_DATE',
  'HUB_NOTE_AUTHOR_UNMAPPED',
  'HUB_NOTE_NO_DESTINATION',
  'HUB_NOTE_NOT_AUTHOR',
  'HUB_DELIVERY_UNLINKED',
  'HUB_DELIVERY_IDENTITY',
  'HUB_DELIVERY_LABEL',
  'HUB_DELIVERY_NOT_SHAREABLE',
  'HUB_DELIVERY_CHARACTERS',
  'HUB_DELIVERY_ENCOUNTER',
  'HUB_DELIVERY_DECEASED',
  'HUB_DELIVERY_UNSUPPORTED',
  'HUB_DELIVERY_PREDECESSOR',
  'HUB_DELIVERY_UNPROVEN',
  'HUB_DELIVERY_MISMATCH',
  'HUB_DELIVERY_LATE',
  'HUB_DELIVERY_EXHAUSTED',
];

const thrown = (error: unknown) => attempt(CONTEXT, () => Promise.reject(error));

describe('attempt', () => {
  it('passes the caller on and answers what the use case answers', async () => {
    const success = { referralId: 'r' };
    expect(
      await attempt(CONTEXT, async (caller) => {
        expect(caller).toBe(CALLER);
        return success;
      }),
    ).toBe(success);
  });

  it('without a caller never begins', async () => {
    const nobody = {
      get caller(): Caller {
        throw new HubError('HUB_ACCESS_UNAUTHENTICATED');
      },
    } as GraphContext;
    let began = false;
    await expect(
      attempt(nobody, async () => {
        began = true;
        return {};
      }),
    ).rejects.toMatchObject({ code: 'HUB_ACCESS_UNAUTHENTICATED' });
    expect(began).toBe(false);
  });

  it.each(REFUSALS)('%s is answered as a refusal', async (code) => {
    expect(await thrown(new HubError(code))).toEqual({
      code,
      message: ERROR_CODES[code].meaning,
      field: null,
      accepted: null,
      rule: null,
      clause: null,
    });
  });

  it.each(CODES.filter((code) => !REFUSALS.includes(code)))('%s stays an error', async (code) => {
    const error = new HubError(code);
    await expect(thrown(error)).rejects.toBe(error);
  });

  it('names field, what is accepted, rule and clause', async () => {
    const details = {
      field: 'acceptedOn',
      accepted: 'a date',
      rule: 'minimumAge',
      clause: '001:8',
      state: 'CLOSED',
    };
    expect(await thrown(new HubError('HUB_STATE_CONFLICT', { message: 'No.', details }))).toEqual({
      code: 'HUB_STATE_CONFLICT',
      message: 'No.',
      field: 'acceptedOn',
      accepted: 'a date',
      rule: 'minimumAge',
      clause: '001:8',
    });
  });

  it('says of an input fault what inputError says', async () => {
    expect(await thrown(inputError('told', 'nobody or too many', '1 to 20 entries'))).toMatchObject({
      field: 'told',
      accepted: '1 to 20 entries',
    });
  });

  it('leaves out details that are no text', async () => {
    expect(await thrown(new HubError('HUB_NOT_FOUND', { details: { field: 7 as never } }))).toMatchObject({
      field: null,
    });
  });

  it.each([
    new Error('HUB_INPUT_INVALID'),
    { code: 'HUB_INPUT_INVALID', details: {} },
    'HUB_NOT_FOUND',
    undefined,
  ])('what is no HubError stays what it is, however it looks: %p', async (error) => {
    await expect(thrown(error)).rejects.toBe(error);
  });

  it('throws synchronously nowhere: a use case that does is an answer too', async () => {
    await expect(
      attempt(CONTEXT, () => {
        throw new HubError('HUB_BUSY');
      }),
    ).resolves.toMatchObject({ code: 'HUB_BUSY' });
  });
});

test.each(CODES)('refusalOf(%s) says what the table of codes says', (code) => {
  expect(refusalOf(code)).toEqual({
    code,
    message: ERROR_CODES[code].meaning,
    field: null,
    accepted: null,
    rule: null,
    clause: null,
  });
});
