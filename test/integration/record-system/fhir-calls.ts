/** Short ways of speaking FHIR to the record system under test. */
import type { Bundle, DocumentReference, FhirResource, Patient } from 'fhir/r4.js';

export interface FhirAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** One request; `path` is below the base or absolute. Bodies other than text are sent as FHIR JSON. */
export async function fhir<T = FhirResource>(
  base: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<FhirAnswer<T>> {
  const response = await fetch(path.startsWith('http') ? path : `${base}/${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? null : JSON.parse(text)) as T,
  };
}

/** A search by POST with a form, so that nothing personal is in the URL. */
export function postSearch(
  base: string,
  type: string,
  form: Readonly<Record<string, string>>,
): Promise<FhirAnswer<Bundle>> {
  return fhir<Bundle>(base, 'POST', `${type}/_search`, new URLSearchParams(form).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });
}

/** The address of the next page, or undefined on the last. */
export function nextOf(bundle: Bundle): string | undefined {
  return bundle.link?.find(({ relation }) => relation === 'next')?.url;
}

/** References of the matches of a page, includes left out. */
export function matchesOf(bundle: Bundle): string[] {
  return (bundle.entry ?? []).flatMap(({ search, resource }) =>
    search?.mode === 'match' && resource ? [`${resource.resourceType}/${resource.id}`] : [],
  );
}

/** All pages from the first to the last; stops after `limit` pages. */
export async function walk(base: string, path: string, limit = 100): Promise<Bundle[]> {
  const pages: Bundle[] = [];
  for (let next: string | undefined = path; next && pages.length < limit; ) {
    const { body, status }: FhirAnswer<Bundle> = await fhir<Bundle>(base, 'GET', next);
    if (status !== 200) throw new Error(`page ${pages.length + 1} was answered ${status}`);
    pages.push(body);
    next = nextOf(body);
  }
  return pages;
}

/** A patient that passes validation. */
export function aPatient(changes: Partial<Patient> = {}): Patient {
  return {
    resourceType: 'Patient',
    active: true,
    name: [{ family: 'Oakshott', given: ['Nye'] }],
    gender: 'male',
    birthDate: '1990-01-01',
    ...changes,
  };
}

/** System of note identifiers in these tests. */
export const NOTE_SYSTEM = 'https://hub.example/Id/progress-note';

/** A progress note that passes validation, with an identifier of its own. */
export function aNote(identifier: string, changes: Partial<DocumentReference> = {}): DocumentReference {
  return {
    resourceType: 'DocumentReference',
    identifier: [{ system: NOTE_SYSTEM, value: identifier }],
    status: 'current',
    type: { coding: [{ system: 'http://loinc.org', code: '11506-3' }] },
    subject: { reference: 'Patient/demo-jory-penhallam' },
    date: '2026-03-02T10:00:00Z',
    content: [
      {
        attachment: {
          contentType: 'text/plain; charset=utf-8',
          data: Buffer.from('Met today.').toString('base64'),
        },
      },
    ],
    ...changes,
  };
}
