/** Consent (FHIR R4, UK Core Consent 2.4.0) as what has been agreed to or refused. */
import type { RecordConsent } from '../../../src/clinical/record.port.js';
import { asObject, type Json, member, objectsOf } from '../json.js';
import { conceptText } from '../mapping/concept.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { codeAmong, firstWords } from './coded.rules.js';
import { readMoment, readPeriod } from './moment.rules.js';

/** FHIR R4 value set ConsentState. */
const STATUSES: readonly string[] = [
  'draft',
  'proposed',
  'active',
  'rejected',
  'inactive',
  'entered-in-error',
];

/** FHIR R4 value set ConsentProvisionType. */
const PROVISIONS: readonly string[] = ['deny', 'permit'];

/** Consent.status, scope, category, dateTime and provision (type, period, whether it holds exceptions). Never throws. */
export function mapConsent(consent: Json, unmapped: Unmapped): RecordConsent {
  const provision = asObject(member(consent, 'provision')) ?? {};
  return {
    status: codeAmong(consent, 'status', STATUSES, 'Consent.status', unmapped),
    scope: conceptText(member(consent, 'scope')),
    category: firstWords(consent, 'category'),
    recorded: readMoment(member(consent, 'dateTime'), 'Consent.dateTime', unmapped),
    provision: codeAmong(provision, 'type', PROVISIONS, 'Consent.provision.type', unmapped),
    ...readPeriod(member(provision, 'period'), 'Consent.provision.period', unmapped),
    hasExceptions: objectsOf(provision, 'provision').length > 0,
  };
}
