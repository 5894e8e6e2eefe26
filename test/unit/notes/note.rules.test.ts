/** Who may do what with a note and in which state; which prompts follow; what a form may say; which versions stand. */
import fc from 'fast-check';
import { CARE, CASEWORK } from '../../../src/access/policies.js';
import { DocumentKind, DocumentLabel } from '../../../src/clinical/documents.port.js';
import { type Caller, PURPOSES_OF, ROLES, type Role } from '../../../src/core/caller.js';
import type { HubError } from '../../../src/core/errors.js';
import * as rules from '../../../src/notes/note.rules.js';
import * as forms from '../../../src/notes/note-form.rules.js';
import {
  currentVersions,
  firstTimes,
  type NoteVersion,
  standingVersions,
  versionAsked,
} from '../../../src/notes/note-versions.rules.js';

const caller = (role: Role, staffId: string | null = 'me'): Caller => ({
  subject: 'sub',
  role,
  purpose: PURPOSES_OF[role][0]!,
  scope: { organisationId: 'org', teamIds: ['team'], organisationIds: [], staffId },
  correlationId: 'corr',
});

function refusal(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    const { code, details } = error as HubError;
    return details.field === undefined ? code : `${code} ${details.field}`;
  }
}

describe('whom a note is for', () => {
  const ALL = ['CLINICAL_RECORD', 'SHAREABLE', 'SERVICE_ONLY'] as const;
  const answers = (latestVersion: number) =>
    ALL.flatMap((visibility) =>
      ALL.filter(
        (next) => refusal(() => rules.mustStayFor({ latestVersion, visibility }, next)) !== 'accepted',
      ).map((next) => `${visibility} ${next}`),
    );

  it('is open until something is signed, then never goes over', () => {
    expect(answers(0)).toEqual([]);
    expect(answers(1)).toEqual([
      'CLINICAL_RECORD SERVICE_ONLY',
      'SHAREABLE SERVICE_ONLY',
      'SERVICE_ONLY CLINICAL_RECORD',
      'SERVICE_ONLY SHAREABLE',
    ]);
    const note = { latestVersion: 3, visibility: 'SERVICE_ONLY' } as const;
    expect(refusal(() => rules.mustStayFor(note, 'SHAREABLE'))).toBe('HUB_STATE_CONFLICT visibility');
  });
});

describe('refiling', () => {
  it.each([
    ['TEAM_MANAGER', 'TEAM_MANAGER', 'author', true],
    ['TEAM_MANAGER', 'TEAM_MANAGER', 'me', false],
    ['TEAM_MANAGER', 'CARE_COORDINATOR', 'author', false],
    ['EMPLOYMENT_SPECIALIST', 'TEAM_MANAGER', 'author', false],
  ] as const)(
    'by a %s of what asks a %s and %s wrote countersigns it: %s',
    (role, asked, authorId, counts) => {
      expect(rules.countersignsByRefiling(caller(role), { role: asked, authorId })).toBe(counts);
    },
  );
});

describe('roles', () => {
  it.each(ROLES.map((role) => [role, CASEWORK.includes(role), CARE.includes(role)] as const))(
    '%s writes: %s, countersigns: %s',
    (role, writes, countersigns) => {
      const may = (allowed: readonly Role[]): boolean =>
        refusal(() => rules.staffWith(caller(role), allowed)) === 'accepted';
      expect([may(CASEWORK), may(CARE)]).toEqual([writes, countersigns]);
    },
  );

  it('is refused to the hub itself, which is nobody', () => {
    expect(refusal(() => rules.staffWith(caller('TEAM_MANAGER', null), CASEWORK))).toBe('HUB_ACCESS_REFUSED');
  });

  const others = { authorId: 'author', specialistId: 'carrier' };
  it.each([
    ['EMPLOYMENT_SPECIALIST', 'author', 'accepted', 'accepted'],
    ['EMPLOYMENT_SPECIALIST', 'carrier', 'accepted', 'HUB_NOTE_NOT_AUTHOR'],
    ['EMPLOYMENT_SPECIALIST', 'colleague', 'HUB_NOTE_NOT_AUTHOR', 'HUB_NOTE_NOT_AUTHOR'],
    ['TEAM_MANAGER', 'manager', 'accepted', 'accepted'],
  ] as const)('%s, %s: continues %s, takes back %s', (role, who, continues, takesBack) => {
    expect(refusal(() => rules.mayContinue(caller(role, who), others))).toBe(continues);
    expect(refusal(() => rules.mayTakeBack(caller(role, who), others))).toBe(takesBack);
  });

  it.each([
    ['EMPLOYMENT_SPECIALIST', 'author', false, 'accepted'],
    ['EMPLOYMENT_SPECIALIST', 'colleague', true, 'HUB_NOTE_NOT_AUTHOR'],
    ['TEAM_MANAGER', 'manager', false, 'HUB_NOTE_NOT_AUTHOR'],
    ['TEAM_MANAGER', 'manager', true, 'accepted'],
    ['TEAM_MANAGER', 'author', false, 'accepted'],
  ] as const)('%s %s discards when the author has left is %s: %s', (role, who, authorHasLeft, outcome) => {
    expect(refusal(() => rules.mayDiscard(caller(role, who), { authorId: 'author', authorHasLeft }))).toBe(
      outcome,
    );
  });

  it.each([
    ['TEAM_MANAGER', 'manager', 'TEAM_MANAGER', 'accepted'],
    ['CARE_COORDINATOR', 'coordinator', 'TEAM_MANAGER', 'HUB_ACCESS_REFUSED'],
    ['CARE_COORDINATOR', 'coordinator', 'CARE_COORDINATOR', 'accepted'],
    ['TEAM_MANAGER', 'author', 'TEAM_MANAGER', 'HUB_STATE_CONFLICT noteId'],
  ] as const)('%s %s countersigns what %s is asked for: %s', (role, who, asked, outcome) => {
    expect(refusal(() => rules.mayCountersign(caller(role, who), { role: asked, authorId: 'author' }))).toBe(
      outcome,
    );
  });
});

describe('states', () => {
  it.each([
    ['DRAFT', 'HUB_STATE_CONFLICT', 'HUB_STATE_CONFLICT'],
    ['AWAITING_COUNTERSIGNATURE', 'HUB_STATE_CONFLICT', 'accepted'],
    ['SIGNED', 'accepted', 'accepted'],
    ['RETRACTED', 'HUB_STATE_CONFLICT', 'HUB_STATE_CONFLICT'],
    ['DISCARDED', 'HUB_STATE_CONFLICT', 'HUB_STATE_CONFLICT'],
  ] as const)('%s: amended %s, taken back %s', (state, amended, takenBack) => {
    expect(refusal(() => rules.mustBeSigned(state))).toBe(amended);
    expect(refusal(() => rules.mustBeTakeable(state))).toBe(takenBack);
  });

  it.each([
    ['DRAFT', 0, 'NEW', 0, true],
    ['DRAFT', 1, 'NEW', 1, true],
    ['DRAFT', 1, 'NEW', 0, false],
    ['SIGNED', 1, 'NEW', 1, false],
    ['SIGNED', 1, 'AMEND', 1, true],
    ['SIGNED', 2, 'AMEND', 1, false],
    ['SIGNED', 2, 'ADD', 2, true],
    ['AWAITING_COUNTERSIGNATURE', 2, 'AMEND', 2, false],
    ['RETRACTED', 1, 'AMEND', 1, false],
    ['DISCARDED', 0, 'NEW', 0, false],
  ] as const)(
    'a note %s at %d takes a draft %s begun at %d: %s',
    (state, latestVersion, purpose, baseVersion, may) => {
      expect(refusal(() => rules.mustBeSignable({ state, latestVersion }, { purpose, baseVersion }))).toBe(
        may ? 'accepted' : 'HUB_STATE_CONFLICT',
      );
    },
  );

  it.each(['SIGNED', 'DISCARDED'])('a draft that is %s is done with', (state) => {
    expect(refusal(() => rules.mustBeOpenDraft(state))).toBe('HUB_STATE_CONFLICT');
  });

  it('an edit names the revision that was read', () => {
    expect(refusal(() => rules.mustBeRevision(2, 2))).toBe('accepted');
    expect(refusal(() => rules.mustBeRevision(1, 2))).toBe('HUB_STATE_CONFLICT revision');
  });
});

describe('promptsOf', () => {
  const quiet: rules.PromptFacts = {
    urgent: false,
    late: false,
    destination: { isLinked: true, labels: ['THIRD_PARTY_INFORMATION'], isPaused: false, isHeldUp: false },
    labels: ['THIRD_PARTY_INFORMATION'],
    awaitsCountersignature: false,
  };
  const destination = quiet.destination!;

  it.each<[string, Partial<rules.PromptFacts>, readonly rules.Prompt[]]>([
    ['nothing', {}, []],
    ['urgent', { urgent: true }, ['TELEPHONE_CALL']],
    ['late', { late: true }, ['LATE_ENTRY']],
    ['not linked', { destination: { ...destination, isLinked: false } }, ['UNLINKED']],
    ['a label too many', { labels: ['THIRD_PARTY_INFORMATION', 'SAFEGUARDING'] }, ['LABEL_NOT_CARRIED']],
    ['paused', { destination: { ...destination, isPaused: true } }, ['DESTINATION_PAUSED']],
    ['held up', { destination: { ...destination, isHeldUp: true } }, ['HELD_UP']],
    ['waiting', { awaitsCountersignature: true }, ['AWAITING_COUNTERSIGNATURE']],
    ['no destination, whatever the labels', { destination: null, labels: ['SAFEGUARDING'] }, []],
    [
      'everything at once',
      {
        urgent: true,
        late: true,
        destination: { isLinked: false, labels: [], isPaused: true, isHeldUp: true },
        awaitsCountersignature: true,
      },
      Object.values(rules.Prompt),
    ],
  ])('%s', (_what, change, prompts) => {
    expect(rules.promptsOf({ ...quiet, ...change })).toEqual(prompts);
  });
});

describe('forms', () => {
  it('titles a note by its kind unless it is given one', () => {
    const titles = Object.values(DocumentKind).map((kind) => forms.titleOf(kind, null));
    expect(new Set(titles).size).toBe(titles.length);
    expect(forms.titleOf('PROGRESS_NOTE', ' Cafe\u0301 ')).toBe('Caf\u00e9');
  });
  it.each(['', ' ', 'two\nlines', 'a\u0007', 'x'.repeat(201)])('refuses the title %j', (title) => {
    expect(refusal(() => forms.titleOf('PROGRESS_NOTE', title))).toBe('HUB_INPUT_INVALID title');
  });
  it('names the character of a title that it refuses, and not the title', () => {
    expect(() => forms.titleOf('PROGRESS_NOTE', 'Ada\u202e')).toThrow(/^title: holds U\+202E; accepted/);
  });

  it('takes a reason as one line', () => {
    expect(forms.reasonOf(' wrong\r\n day ')).toBe('wrong day');
  });
  it.each([null, undefined, '', 'no', '\n\n\n', 'x'.repeat(501), 'bad\u0000'])(
    'refuses the reason %j',
    (reason) => {
      expect(refusal(() => forms.reasonOf(reason))).toBe('HUB_INPUT_INVALID reason');
    },
  );

  it('has the clinical record for a default, and refuses any other word', () => {
    expect([undefined, null, 'SHAREABLE'].map(forms.visibilityOf)).toEqual([
      'CLINICAL_RECORD',
      'CLINICAL_RECORD',
      'SHAREABLE',
    ]);
    expect(refusal(() => forms.visibilityOf('PUBLIC'))).toBe('HUB_INPUT_INVALID visibility');
    expect(refusal(() => forms.kindOf('LETTER'))).toBe('HUB_INPUT_INVALID kind');
    expect(refusal(() => forms.labelsOf(['SECRET']))).toBe('HUB_INPUT_INVALID labels');
  });

  it('keeps each label once, in one order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.values(DocumentLabel))), (labels) => {
        const kept = forms.labelsOf(labels);
        expect(kept).toEqual(Object.values(DocumentLabel).filter((label) => labels.includes(label)));
        expect(forms.labelsOf([...labels].reverse())).toEqual(kept);
      }),
    );
    expect(forms.labelsOf(null)).toEqual([]);
  });

  it('takes what is no id for what does not exist', () => {
    expect(refusal(() => forms.idOf('noteId', 'x'))).toBe('HUB_NOT_FOUND noteId');
  });
});

describe('versions', () => {
  const at = (day: number): Date => new Date(Date.UTC(2026, 2, day));
  const version = (number: number, change: Partial<NoteVersion> = {}): NoteVersion => ({
    id: `v${number}`,
    version: number,
    personId: 'person',
    systemId: 'system',
    action: 'CREATE',
    predecessorId: null,
    kind: 'PROGRESS_NOTE',
    title: 't',
    text: 'x',
    textHash: 'h',
    body: 'x',
    authorId: 'author',
    contactOn: '2026-03-01',
    contactStartedAt: null,
    isLateEntry: false,
    writtenAt: at(number),
    signedAt: at(number),
    visibility: 'CLINICAL_RECORD',
    labels: [],
    urgent: false,
    purpose: number === 1 ? 'NEW' : 'AMEND',
    aboutVersionId: number === 1 ? null : `v${number - 1}`,
    countersigned: null,
    ...change,
  });
  const ids = (versions: readonly NoteVersion[]): string[] => versions.map(({ id }) => id);
  const added = version(3, { purpose: 'ADD', aboutVersionId: 'v2' });
  const note = [added, version(2), version(1)];

  it('the last amendment and every addendum are current', () => {
    expect(ids(currentVersions(note))).toEqual(['v3', 'v2']);
    expect(ids(currentVersions([version(4, { aboutVersionId: 'v2' }), ...note]))).toEqual(['v4', 'v3']);
  });

  it.each(['PENDING', 'REJECTED', 'WITHDRAWN'] as const)(
    'one that is %s neither stands nor replaces',
    (countersigned) => {
      const versions = [version(2, { countersigned }), version(1)];
      expect(ids(standingVersions(versions))).toEqual(['v1']);
      expect(ids(currentVersions(versions))).toEqual(['v1']);
    },
  );

  it('one that was approved does', () => {
    expect(ids(currentVersions([version(2, { countersigned: 'APPROVED' }), version(1)]))).toEqual(['v2']);
  });

  it('the newest current one is meant unless another is named', () => {
    expect(versionAsked(note, null).id).toBe('v3');
    expect(versionAsked(note, 'v2').id).toBe('v2');
    expect(refusal(() => versionAsked(note, 'v1'))).toBe('HUB_STATE_CONFLICT documentVersionId');
    expect(refusal(() => versionAsked(note, 'v9'))).toBe('HUB_NOT_FOUND documentVersionId');
  });

  it('the first times are those of the first that stands', () => {
    expect(firstTimes(note)).toEqual({ writtenAt: at(1), signedAt: at(1) });
    expect(firstTimes([version(2), version(1, { countersigned: 'REJECTED' })])?.signedAt).toEqual(at(2));
    expect(firstTimes([version(1, { countersigned: 'PENDING' })])).toBeNull();
  });
});
