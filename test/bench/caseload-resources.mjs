/** Made-up caseloads in the shapes of UK Core: episodes with their patients and care managers, as a trust's server sends them. */

/** Ten digits of the range that is never issued, with their check digit; null for the stems that have none. */
function nhsNumber(stem) {
  const digits = String(stem);
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += Number(digits[i]) * (10 - i);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? null : `${digits}${check}`;
}

const pad = (n, width = 2) => String(n).padStart(width, '0');
const dayOf = (n, from) => `${from + (n % 30)}-${pad(1 + (n % 12))}-${pad(1 + (n % 28))}`;
const uuidOf = (kind, n) => `${kind}-4a1c-7000-8000-${pad(n, 12)}`;

function patient(n) {
  const number = nhsNumber(999_000_000 + n);
  return {
    resourceType: 'Patient',
    id: uuidOf('9a7e0001', n),
    meta: {
      versionId: '3',
      lastUpdated: '2026-02-11T08:00:00.000Z',
      profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient'],
    },
    extension: [
      {
        url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory',
        valueCodeableConcept: {
          coding: [{ system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland', code: 'Z' }],
        },
      },
    ],
    identifier: [
      ...(number === null
        ? []
        : [
            {
              extension: [
                {
                  url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus',
                  valueCodeableConcept: {
                    coding: [
                      {
                        system:
                          'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland',
                        code: '01',
                        display: 'Number present and verified',
                      },
                    ],
                  },
                },
              ],
              use: 'official',
              system: 'https://fhir.nhs.uk/Id/nhs-number',
              value: number,
            },
          ]),
      { use: 'usual', system: 'https://trust.example/Id/hospital-number', value: `H${pad(n, 8)}` },
    ],
    active: true,
    name: [{ use: 'official', family: `Family${n}`, given: ['Given', 'Second'], prefix: ['Mx'] }],
    telecom: [{ system: 'phone', value: `07700 ${pad(n % 1_000_000, 6)}`, use: 'mobile' }],
    gender: n % 2 ? 'female' : 'male',
    birthDate: dayOf(n, 1960),
    address: [
      { use: 'home', line: [`${n} Made-up Street`, 'Sampleton'], city: 'Sampleton', postalCode: 'ZZ99 3CZ' },
    ],
    managingOrganization: { reference: 'Organization/trust', display: 'A trust' },
  };
}

function episode(n, team) {
  return {
    resourceType: 'EpisodeOfCare',
    id: uuidOf('e9150001', n),
    meta: {
      versionId: '2',
      lastUpdated: `2026-02-10T${pad(n % 24)}:${pad(n % 60)}:00.000Z`,
      profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-EpisodeOfCare'],
    },
    identifier: [{ system: 'https://trust.example/Id/episode', value: `E${pad(n, 8)}` }],
    status: n % 10 === 0 ? 'finished' : 'active',
    type: [
      {
        coding: [
          { system: 'http://snomed.info/sct', code: '710081004', display: 'Community mental health care' },
        ],
      },
    ],
    patient: { reference: `Patient/${uuidOf('9a7e0001', n)}` },
    managingOrganization: { reference: team },
    period: {
      start: dayOf(n, 2015).replace(/^20[34]/, '202'),
      ...(n % 10 === 0 ? { end: '2026-01-31' } : {}),
    },
    careManager: { reference: `Practitioner/worker-${n % 40}`, display: `Worker ${n % 40}` },
  };
}

const worker = (n) => ({
  resourceType: 'Practitioner',
  id: `worker-${n}`,
  meta: { versionId: '1' },
  identifier: [{ system: 'https://fhir.nhs.uk/Id/sds-user-id', value: `55500000${pad(n, 4)}` }],
  name: [{ use: 'official', text: `Worker ${n}`, family: `Worker${n}`, given: ['Given'] }],
});

/** Pages of a search for a team's episodes as the bytes that are sent, next links included; people from the n-th. `addressOf` names a page, from 1. */
export function pagesOf({ count, first, team }, size, addressOf) {
  const pages = [];
  for (let from = 0; from < count; from += size) {
    const numbers = Array.from({ length: Math.min(size, count - from) }, (_, at) => first + from + at);
    const page = pages.length + 1;
    const included = [...numbers.map(patient), ...Array.from({ length: 40 }, (_, n) => worker(n))];
    const bundle = {
      resourceType: 'Bundle',
      id: `page-${page}`,
      meta: { lastUpdated: '2026-03-01T09:00:00.000Z' },
      type: 'searchset',
      total: count,
      link: [
        { relation: 'self', url: addressOf(page) },
        ...(from + size < count ? [{ relation: 'next', url: addressOf(page + 1) }] : []),
      ],
      entry: [
        ...numbers.map((n) => [episode(n, team), 'match']),
        ...included.map((resource) => [resource, 'include']),
      ].map(([resource, mode]) => ({
        fullUrl: `https://record.trust.example/fhir/${resource.resourceType}/${resource.id}`,
        resource,
        search: { mode },
      })),
    };
    pages.push(Buffer.from(JSON.stringify(bundle)));
  }
  return pages;
}
