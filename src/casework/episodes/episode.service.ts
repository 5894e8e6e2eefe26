/** Use cases of employment episodes: open, hand to another specialist, fix the destination, close. */
import { auditInTransaction } from '../../access/audit.service.js';
import { once } from '../../access/idempotency.service.js';
import { type LocalDate, londonDate } from '../../core/calendar.js';
import { type Caller, Role } from '../../core/caller.js';
import type { Clock } from '../../core/clock.js';
import { HubError, inputError } from '../../core/errors.js';
import { isId, newId } from '../../core/ids.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { oneOf, type ReferralState } from '../referrals/referral.rules.js';
import * as rules from './episode.rules.js';
import { isSpecialistOfTeam, systemsOfOrganisation, systemsOfTeam } from './episode-terms.reader.js';

/** How an episode is opened. Dates `YYYY-MM-DD`. */
export interface EpisodeForm {
  readonly idempotencyKey: string;
  /** An accepted referral of one of the caller's teams that has no episode yet. */
  readonly referralId: string;
  readonly openedOn: string;
  /** Default: the specialist on the referral, else the caller if a specialist. */
  readonly specialistId?: string | null;
  /** Code of the record system; needed only where several have the team. */
  readonly systemCode?: string | null;
}

interface ReferralRow {
  readonly id: string;
  readonly organisationId: string;
  readonly teamId: string;
  readonly personId: string;
  readonly specificationId: string;
  readonly specialistId: string | null;
  readonly state: ReferralState;
  readonly acceptedOn: LocalDate | null;
}

interface EpisodeRow {
  readonly id: string;
  readonly organisationId: string;
  readonly teamId: string;
  readonly personId: string;
  readonly state: rules.EpisodeState;
  readonly openedOn: LocalDate;
  readonly systemId: string | null;
  /** Who carries it now, and since when. */
  readonly staffId: string;
  readonly validFrom: LocalDate;
}

const REFERRAL = `
select r.id, r.organisation_id as "organisationId", r.team_id as "teamId", r.person_id as "personId", r.specification_id as "specificationId",
  r.specialist_id as "specialistId", r.state, r.accepted_on::text as "acceptedOn"
from referrals r where r.id = $1 for update`;

const OPENED = 'select id from employment_episodes where referral_id = $1';

const LOCKED = 'select id from employment_episodes where id = $1 for update';

const EPISODE = `
select e.id, e.organisation_id as "organisationId", e.team_id as "teamId", e.person_id as "personId", e.state, e.opened_on::text as "openedOn",
  e.system_id as "systemId", e.specialist_id as "staffId", coalesce(
    (select max(s.valid_from) from episode_specialists s where s.episode_id = e.id and s.valid_to is null), e.opened_on)::text as "validFrom"
from employment_episodes e where e.id = $1`;

/** Changes episodes; every use case is one transaction with its audit row and idempotent under the client's key. */
export class EpisodeService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  private get today(): LocalDate {
    return londonDate(this.clock.now());
  }

  /**
   * Opens the episode of an accepted referral, carried by a named specialist of the host team. Its destination is the record
   * system that has the host team on that day; none while no system has it. Throws `HUB_NOT_FOUND`, `HUB_STATE_CONFLICT` (not
   * accepted, opened already), `HUB_INPUT_INVALID` (day, specialist, system), `HUB_INPUT_REPEATED_KEY`.
   */
  async open(caller: Caller, form: EpisodeForm): Promise<{ episodeId: string }> {
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'openEpisode', form.idempotencyKey, form, async () => {
        const [referral] = isId(form.referralId)
          ? await tx.query<ReferralRow>(REFERRAL, [form.referralId])
          : [];
        if (!referral) throw new HubError('HUB_NOT_FOUND', { details: { field: 'referralId' } });
        const openedOn = rules.openedOn(referral, form.openedOn, this.today);
        // A statement of its own after the lock, so that an episode just opened by another is seen.
        const opened = await tx.query(OPENED, [referral.id]);
        if (opened.length > 0) {
          throw new HubError('HUB_STATE_CONFLICT', { message: 'The referral has an episode already.' });
        }
        const self = caller.role === Role.EMPLOYMENT_SPECIALIST ? caller.scope.staffId : null;
        const specialistId = rules.specialistAsked(form.specialistId, referral.specialistId, self);
        await this.mustBeSpecialist(tx, specialistId, referral.teamId, openedOn);
        const mapping = await systemsOfTeam(tx, referral.teamId, openedOn);
        const systemId = rules.destinationOf(mapping, form.systemCode);
        const episodeId = newId();
        await tx.query(
          `insert into employment_episodes (id, organisation_id, team_id, person_id, referral_id, specification_id, specialist_id,
             system_id, state, opened_on)
           values ($1, $2, $3, $4, $5, $6, $7, $8, 'OPEN', $9)`,
          [
            episodeId,
            referral.organisationId,
            referral.teamId,
            referral.personId,
            referral.id,
            referral.specificationId,
            specialistId,
            systemId,
            openedOn,
          ],
        );
        await this.begin(tx, { ...referral, id: episodeId }, specialistId, openedOn);
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'openEpisode',
          personIds: [referral.personId],
          details: { episodeId, referralId: referral.id, specialistId, systemId },
        });
        return { episodeId };
      }),
    );
  }

  /**
   * Hands an open episode to another specialist of the host team from a day on; who carried it until then stays on record.
   * Throws `HUB_NOT_FOUND`, `HUB_STATE_CONFLICT`, `HUB_INPUT_INVALID`.
   */
  async assign(
    caller: Caller,
    input: { idempotencyKey: string; episodeId: string; specialistId: string; from: string },
  ): Promise<{ episodeId: string }> {
    return this.change(caller, 'assignSpecialist', input, async (tx, episode) => {
      const from = rules.assignedFrom(episode, input.specialistId, input.from, this.today);
      await this.mustBeSpecialist(tx, input.specialistId, episode.teamId, from);
      await this.end(tx, episode.id, from);
      await this.begin(tx, episode, input.specialistId, from);
      await tx.query(
        'update employment_episodes set specialist_id = $2, updated_at = clock_timestamp() where id = $1',
        [episode.id, input.specialistId],
      );
      return { specialistId: input.specialistId, from };
    });
  }

  /**
   * Says which record system of the organisation an open episode's notes go to, while none is said: a manager's act, once.
   * Throws `HUB_ACCESS_REFUSED`, `HUB_NOT_FOUND`, `HUB_STATE_CONFLICT`, `HUB_INPUT_INVALID` naming the accepted codes.
   */
  async setDestination(
    caller: Caller,
    input: { idempotencyKey: string; episodeId: string; systemCode: string },
  ): Promise<{ episodeId: string }> {
    if (caller.role !== Role.TEAM_MANAGER) throw new HubError('HUB_ACCESS_REFUSED');
    return this.change(caller, 'setEpisodeDestination', input, async (tx, episode) => {
      if (episode.systemId !== null) {
        throw new HubError('HUB_STATE_CONFLICT', {
          message: 'The episode has its destination; notes on their way there stay on their way there.',
        });
      }
      const systems = await systemsOfOrganisation(tx, episode.organisationId);
      const system = systems.find(({ code }) => code === input.systemCode);
      if (!system) {
        const codes = systems.map(({ code }) => code).join(', ') || 'none is configured';
        throw inputError('systemCode', 'not a record system of the organisation', codes);
      }
      await tx.query(
        'update employment_episodes set system_id = $2, updated_at = clock_timestamp() where id = $1',
        [episode.id, system.systemId],
      );
      return { systemId: system.systemId };
    });
  }

  /**
   * Closes an open episode on a day with a reason; from that day nobody carries it.
   * Throws `HUB_NOT_FOUND`, `HUB_STATE_CONFLICT`, `HUB_INPUT_INVALID`.
   */
  async close(
    caller: Caller,
    input: { idempotencyKey: string; episodeId: string; closedOn: string; reason: rules.ClosingReason },
  ): Promise<{ episodeId: string }> {
    const reason = oneOf('reason', input.reason, rules.ClosingReason);
    return this.change(caller, 'closeEpisode', input, async (tx, episode) => {
      const closedOn = rules.closedOn(episode, input.closedOn, this.today);
      await this.end(tx, episode.id, closedOn);
      await tx.query(
        `update employment_episodes set state = 'CLOSED', closed_on = $2, closing_reason = $3, updated_at = clock_timestamp() where id = $1`,
        [episode.id, closedOn, reason],
      );
      return { closedOn, reason };
    });
  }

  private async mustBeSpecialist(
    tx: Transaction,
    staffId: string,
    teamId: string,
    on: LocalDate,
  ): Promise<void> {
    const days = { on, today: this.today };
    if (!isId(staffId) || !(await isSpecialistOfTeam(tx, staffId, teamId, days)))
      throw rules.notASpecialist(on);
  }

  private async begin(
    tx: Transaction,
    episode: Pick<EpisodeRow, 'id' | 'organisationId' | 'teamId'>,
    staffId: string,
    from: LocalDate,
  ): Promise<void> {
    await tx.query(
      'insert into episode_specialists (id, organisation_id, team_id, episode_id, staff_id, valid_from) values ($1, $2, $3, $4, $5, $6)',
      [newId(), episode.organisationId, episode.teamId, episode.id, staffId, from],
    );
  }

  private async end(tx: Transaction, episodeId: string, on: LocalDate): Promise<void> {
    await tx.query(
      'update episode_specialists set valid_to = $2 where episode_id = $1 and valid_to is null',
      [episodeId, on],
    );
  }

  private change<Input extends { idempotencyKey: string; episodeId: string }>(
    caller: Caller,
    operation: string,
    input: Input,
    work: (tx: Transaction, episode: EpisodeRow) => Promise<Readonly<Record<string, string>>>,
  ): Promise<{ episodeId: string }> {
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, operation, input.idempotencyKey, input, async () => {
        // Locked first and read by a new statement, so that what another has just committed is seen.
        const [locked] = isId(input.episodeId) ? await tx.query(LOCKED, [input.episodeId]) : [];
        const [episode] = locked ? await tx.query<EpisodeRow>(EPISODE, [input.episodeId]) : [];
        if (!episode) throw new HubError('HUB_NOT_FOUND', { details: { field: 'episodeId' } });
        rules.mustBeOpenEpisode(episode.state);
        const details = await work(tx, episode);
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation,
          personIds: [episode.personId],
          details: { episodeId: episode.id, ...details },
        });
        return { episodeId: episode.id };
      }),
    );
  }
}
