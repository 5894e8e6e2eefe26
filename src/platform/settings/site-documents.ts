/** Sections of a site profile about documents: who its authors are, what the destination bears, which policies of notes hold. */
import { z } from 'zod';
import { isLocalDate } from '../../core/calendar.js';
import { Role } from '../../core/caller.js';
import type { SettingFault } from './settings.js';

/** A calendar date of a site profile. */
export const profileDate = z.string().refine(isLocalDate, 'not a calendar date (YYYY-MM-DD)');

const words = z.string().trim().min(1).max(200);
const whole = z.int().min(0).max(100_000);

const authorSchema = z.strictObject({
  subject: z.string().min(1),
  reference: z
    .string()
    .regex(
      /^Practitioner(Role)?\/[A-Za-z0-9.-]{1,64}$/,
      'accepted: Practitioner/<id> or PractitionerRole/<id>',
    ),
  employer: words,
  role: words,
  validFrom: profileDate,
  validTo: profileDate.optional(),
});

const destinationSchema = z.strictObject({
  maxInFlight: z.int().min(1).max(256).optional(),
  sendTimeoutMs: z.int().min(100).max(120_000).optional(),
});

const notePolicySchema = z.strictObject({
  specification: z.string().min(1).optional(),
  validFrom: profileDate,
  validTo: profileDate.optional(),
  clause: words,
  lateAfterHours: whole,
  latestBackDays: whole,
  countersignRole: z.enum([Role.TEAM_MANAGER, Role.CARE_COORDINATOR]).optional(),
  countersignKinds: z.array(z.string().min(1)).optional(),
  chaseAfterWorkingDays: whole,
  urgentWithinMinutes: whole,
  urgentEscalateTo: z.string().min(1).optional(),
});

/** The sections, each of which may be left out; their own faults of form are told by zod. */
export const documentSections = {
  authors: z.array(authorSchema).optional(),
  destination: destinationSchema.optional(),
  notePolicies: z.array(notePolicySchema).optional(),
};

type Author = z.infer<typeof authorSchema>;
type NotePolicy = z.infer<typeof notePolicySchema>;

const overlap = (a: Author, b: Author): boolean =>
  (a.validTo === undefined || a.validTo > b.validFrom) &&
  (b.validTo === undefined || b.validTo > a.validFrom);

function periodFault(
  name: string,
  period: { validFrom: string; validTo?: string | undefined },
): SettingFault[] {
  return period.validTo !== undefined && period.validTo <= period.validFrom
    ? [{ name: `${name}.validTo`, fault: 'is not after validFrom', accepted: 'a later date' }]
    : [];
}

/**
 * Faults between the lines of the sections: periods that end before they begin, a subject who is two authors at a time, an
 * identifier that two people have at a time, a policy stated twice for a day. `site` is the place, as `sites[0]`.
 */
export function documentFaults(
  site: string,
  sections: { authors?: readonly Author[] | undefined; notePolicies?: readonly NotePolicy[] | undefined },
): readonly SettingFault[] {
  const faults: SettingFault[] = [];
  const { authors = [], notePolicies = [] } = sections;
  for (const [index, author] of authors.entries()) {
    const name = `${site}.authors[${index}]`;
    faults.push(...periodFault(name, author));
    const earlier = authors.slice(0, index).filter((other) => overlap(author, other));
    if (earlier.some(({ subject }) => subject === author.subject)) {
      faults.push({
        name: `${name}.subject`,
        fault: 'is listed already for some of the time',
        accepted: 'periods that follow one another',
      });
    } else if (earlier.some(({ reference }) => reference === author.reference)) {
      faults.push({
        name: `${name}.reference`,
        fault: 'is another author’s for some of the time',
        accepted: 'an identifier of the author’s own',
      });
    }
  }
  const policies = new Set<string>();
  for (const [index, policy] of notePolicies.entries()) {
    const name = `${site}.notePolicies[${index}]`;
    faults.push(...periodFault(name, policy));
    const key = `${policy.validFrom} ${policy.specification ?? ''}`;
    if (policies.has(key)) {
      faults.push({
        name: `${name}.validFrom`,
        fault: 'begins a second policy for the same specification on that day',
        accepted: 'one policy a specification and day',
      });
    }
    policies.add(key);
  }
  return faults;
}
