/** One request for every mutation of the schema, about a thing of one's own, of somebody else's, or of nobody's. */
import { newId } from '../../src/core/ids.js';
import { type EpisodeThings, episodeThings } from './graph-episodes.js';
import { type IdentityThings, identityThings } from './graph-identities.js';
import { type MessageThings, messageThings } from './graph-messages.js';
import { type NoteThings, noteThings } from './graph-notes.js';
import type { GraphWorld, WhoName } from './graph-world.js';

/** Whose thing is asked about. `team`: another team of the same trust. */
export type Whose = 'own' | 'team' | 'trust' | 'nobody';

/** A mutation as it is sent: the type of its variable and what the variable holds. */
export interface Request {
  readonly variables: Readonly<Record<string, unknown>>;
  /** What differs between a foreign thing and nothing: taken out before answers are compared. */
  readonly about: string;
}

/** Variables of each mutation for ids of somebody's things. */
type Maker = (world: GraphWorld, things: Things, key: string) => Request;

/** Ids of things of one team. */
export interface Things extends EpisodeThings, NoteThings, IdentityThings, MessageThings {
  readonly teamId: string;
  readonly referralId: string;
  readonly decisionId: string;
  readonly requestId: string;
  readonly nhsNumber: string;
  readonly dateOfBirth: string;
  readonly systemCode: string;
}

const NOT_UNDERSTOOD = { stateIn: ['NOT_UNDERSTOOD'] };

const input = (about: string, fields: object): Request => ({ variables: { input: fields }, about });

/** By name of the mutation; a test holds the list to the schema. */
export const MUTATIONS: Readonly<Record<string, Maker>> = {
  acceptReferral: (_world, { referralId }, idempotencyKey) =>
    input(referralId, { idempotencyKey, referralId, acceptedOn: '2026-03-04' }),
  recordWordOnWork: (_world, { referralId }, idempotencyKey) =>
    input(referralId, { idempotencyKey, referralId, wordOnWork: 'UNSURE', saidOn: '2026-03-04' }),
  recordConsentToContactClinician: (_world, { referralId }, idempotencyKey) =>
    input(referralId, { idempotencyKey, referralId, consent: 'GIVEN', givenOn: '2026-03-04' }),
  checkEligibility: (_world, { referralId }, idempotencyKey) =>
    input(referralId, { idempotencyKey, referralIds: [referralId], purpose: 'ENTRY' }),
  checkEligibilityByIdentity: (_world, { nhsNumber, dateOfBirth }) =>
    input(nhsNumber, {
      nhsNumber,
      dateOfBirth,
      purpose: 'ENTRY',
      route: 'SELF',
      receivedOn: '2026-03-01',
      specificationCode: 'QVV/0294',
      wordOnWork: 'WANTS_PAID_WORK',
    }),
  overrideEligibility: (_world, { decisionId }, idempotencyKey) =>
    input(decisionId, {
      idempotencyKey,
      decisionId,
      verdict: 'ELIGIBLE',
      reason: 'agreed with the commissioner',
      clause: '001:8',
      told: ['the person'],
    }),
  requestConfirmation: (_world, { decisionId }, idempotencyKey) =>
    input(decisionId, { idempotencyKey, decisionId }),
  answerConfirmation: (_world, { requestId }, idempotencyKey) =>
    input(requestId, { idempotencyKey, requestId, answer: 'ON_CASELOAD' }),
  recordReferral: (_world, { teamId }, idempotencyKey) =>
    input(teamId, {
      idempotencyKey,
      teamId,
      specificationCode: 'QVV/0294',
      route: 'SELF',
      receivedOn: '2026-03-01',
      person: { givenName: 'New', familyName: 'Person', dateOfBirth: '1981-02-03' },
    }),
  openEpisode: (_world, { acceptedReferralId: referralId, specialistId }, idempotencyKey) =>
    input(referralId, { idempotencyKey, referralId, specialistId, openedOn: '2026-03-04' }),
  assignSpecialist: (_world, { episodeId, specialistId }, idempotencyKey) =>
    input(episodeId, { idempotencyKey, episodeId, specialistId, from: '2026-03-06' }),
  setEpisodeDestination: (_world, { episodeId, systemCode }, idempotencyKey) =>
    input(episodeId, { idempotencyKey, episodeId, systemCode }),
  closeEpisode: (_world, { episodeId }, idempotencyKey) =>
    input(episodeId, { idempotencyKey, episodeId, closedOn: '2026-03-10', reason: 'MOVED_AWAY' }),
  draftNote: (_world, { sendingEpisodeId: episodeId }, idempotencyKey) =>
    input(episodeId, {
      idempotencyKey,
      episodeId,
      kind: 'PROGRESS_NOTE',
      text: 'Met at the library.',
      contactOn: '2026-03-10',
    }),
  editDraft: (_world, { draftId, draftRevision: revision }, idempotencyKey) =>
    input(draftId, { idempotencyKey, draftId, revision, text: 'Met at the café.' }),
  discardDraft: (_world, { draftId }, idempotencyKey) => input(draftId, { idempotencyKey, draftId }),
  signNote: (_world, { draftId }, idempotencyKey) => input(draftId, { idempotencyKey, draftId }),
  amendNote: (_world, { noteId }, idempotencyKey) =>
    input(noteId, { idempotencyKey, noteId, reason: 'the place was wrong' }),
  addToNote: (_world, { noteId }, idempotencyKey) =>
    input(noteId, { idempotencyKey, noteId, text: 'They telephoned afterwards.' }),
  retractNote: (_world, { noteId }, idempotencyKey) =>
    input(noteId, { idempotencyKey, noteId, reason: 'it never took place' }),
  countersignNote: (_world, { waitingNoteId: noteId }, idempotencyKey) =>
    input(noteId, { idempotencyKey, noteId, decision: 'APPROVED' }),
  recordTelephoneCall: (world, { noteId }, idempotencyKey) =>
    input(noteId, {
      idempotencyKey,
      noteId,
      spokeTo: 'the duty desk',
      calledAt: world.clock.now().toISOString(),
    }),
  refileUnderRightPerson: (_world, { wrongNoteId: noteId, sendingEpisodeId }, idempotencyKey) =>
    input(noteId, {
      idempotencyKey,
      noteId,
      rightEpisodeId: sendingEpisodeId,
      incidentReference: 'INC-1',
      reason: 'it was about somebody else',
    }),
  cancelDelivery: (_world, { queuedDeliveryId: deliveryId }, idempotencyKey) =>
    input(deliveryId, { idempotencyKey, deliveryId, reason: 'filed by hand' }),
  replayDelivery: (_world, { parkedDeliveryId: deliveryId }, idempotencyKey) =>
    input(deliveryId, { idempotencyKey, deliveryId, reason: 'put right' }),
  pauseDestination: (_world, { systemCode }, idempotencyKey) =>
    input(systemCode, { idempotencyKey, systemCode, reason: 'maintenance' }),
  resumeDestination: (_world, { systemCode }, idempotencyKey) =>
    input(systemCode, { idempotencyKey, systemCode }),
  resolveWorkItem: (_world, { workItemId }, idempotencyKey) =>
    input(workItemId, { idempotencyKey, workItemId, resolution: 'seen to' }),
  settleIdentityConflict: (_world, { conflictId, conflictVersion: version }, idempotencyKey) =>
    input(conflictId, {
      idempotencyKey,
      conflictId,
      version,
      resolution: 'DIFFERENT_PERSONS',
      reason: 'asked both of them',
    }),
  readInboundMessageBody: (_world, { messageId }) =>
    input(messageId, { messageId, reason: 'a doubt of identity' }),
  replayInboundMessage: (_world, { messageId }, idempotencyKey) =>
    input(messageId, { idempotencyKey, messageId, reason: 'the table of teams was put right' }),
  setInboundMessageAside: (_world, { messageId }, idempotencyKey) =>
    input(messageId, { idempotencyKey, messageId, reason: 'meant for another hub' }),
  setInboundMessagesAside: (_world, { messageSystemId: systemId }, idempotencyKey) =>
    input(systemId, {
      idempotencyKey,
      messages: { systemId, controlId: 'CnryControl4' },
      count: 1,
      reason: 'meant for another hub',
    }),
  replayInboundMessages: (_world, { messageSystemId: systemId, notUnderstood: count }, idempotencyKey) =>
    input(systemId, {
      idempotencyKey,
      messages: { systemId, ...NOT_UNDERSTOOD },
      count,
      reason: 'put right',
    }),
  refreshCaseload: (_world, { systemCode }) => ({
    variables: { systemCode, kind: 'SWEEP' },
    about: systemCode,
  }),
};

/** `mutation M($input: …) { name(input: $input) { … } }`. */
export function mutationOf(name: string, selection: string): string {
  const type =
    name === 'recordConsentToContactClinician' ? 'RecordConsent' : name[0]!.toUpperCase() + name.slice(1);
  return name === 'refreshCaseload'
    ? `mutation M($systemCode: String!, $kind: PullKind!) { ${name}(systemCode: $systemCode, kind: $kind) { ${selection} } }`
    : `mutation M($input: ${type}Input!) { ${name}(input: $input) { ${selection} } }`;
}

/** The organisation itself, or the other of the two trusts. */
function organisationOf({ organisations }: GraphWorld, own: string | null, whose: Whose): string | null {
  if (whose === 'own') return own;
  return own === organisations.home ? organisations.other : organisations.home;
}

/** Things as `whose` says, for somebody: their first team's, another's, the other trust's, or ids of nothing. */
export async function thingsOf(world: GraphWorld, who: WhoName, whose: Whose): Promise<Things> {
  const { scope } = await world.caller(who);
  if (whose === 'nobody') {
    return {
      teamId: newId(),
      referralId: newId(),
      decisionId: newId(),
      requestId: newId(),
      nhsNumber: '9990000018',
      dateOfBirth: '1951-01-01',
      systemCode: 'none',
      ...(await episodeThings(world, null)),
      ...(await noteThings(world, null, null)),
      ...(await identityThings(world, null)),
      ...(await messageThings(world, null)),
    };
  }
  const foreign = scope.organisationId === world.organisations.other ? world.teams.EIP : world.teams.FOREIGN;
  const sibling = [world.teams.CMHT, world.teams.EIP, world.teams.CRISIS].find(
    (id) => !scope.teamIds.includes(id),
  );
  const mine = scope.teamIds.includes(world.teams.CMHT) ? world.teams.CMHT : scope.teamIds[0];
  const teamId = whose === 'own' ? mine : whose === 'trust' ? foreign : (sibling ?? foreign);
  const team = teamId ?? (whose === 'own' ? world.teams.CMHT : foreign);
  const [row] = await world.sql<{
    referralId: string;
    decisionId: string;
    nhsNumber: string;
    dateOfBirth: string;
  }>(
    `select r.id as "referralId", d.id as "decisionId", p.nhs_number as "nhsNumber", p.date_of_birth::text as "dateOfBirth"
     from referrals r join persons p on p.id = r.person_id join eligibility_decisions d on d.referral_id = r.id
     where r.team_id = $1 and r.state = 'RECEIVED' and p.deceased_on is null and not p.restricted
     order by d.confirm_by is not distinct from 'TEAM' desc, r.id limit 1`,
    [team],
  );
  const [request] = await world.sql<{ id: string }>(
    `select id from confirmation_requests where asked_team_id = $1 and not visible_team_ids && $2::uuid[] = $3
     order by state = 'ASKED' desc, id limit 1`,
    [team, scope.teamIds, whose !== 'own'],
  );
  // A foreign thing that is not there would prove nothing.
  if (!row || (whose !== 'own' && !request)) throw new Error(`the world has nothing of ${whose} for ${who}`);
  return {
    teamId: team,
    ...row,
    requestId: request?.id ?? newId(),
    ...(await episodeThings(world, team)),
    ...(await noteThings(world, team, scope.staffId)),
    // A steward has no team: what another team's would be is nobody's.
    ...(await identityThings(
      world,
      whose === 'team' ? null : organisationOf(world, scope.organisationId, whose),
    )),
    // Nor has a message a team.
    ...(await messageThings(
      world,
      whose === 'team' ? null : organisationOf(world, scope.organisationId, whose),
    )),
    systemCode: (whose === 'own') === (scope.organisationId === world.organisations.home) ? 'home' : 'other',
  };
}
