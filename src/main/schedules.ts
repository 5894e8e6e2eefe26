/** The hub's own recurring work: caseload refresh, looking again at decisions, escalation. One process of many does each. */
import { systemCaller } from '../access/caller.service.js';
import { forgetOldKeys } from '../access/idempotency.service.js';
import { scheduleRefresh } from '../clinical/refresh/refresh.schedule.js';
import { startTakeover } from '../clinical/refresh/takeover.js';
import { newId } from '../core/ids.js';
import { forgetOldMessages } from '../delivery/messages/retention.service.js';
import { Jobs } from '../platform/jobs.js';
import { chaseNotes } from './delivery.js';
import { startHints } from './hints.js';
import type { Hub } from './open-hub.js';

const REVIEW_QUEUE = 'eligibility-review';
/** Minutes between looks at decisions and overdue questions of an organisation. */
const REVIEW_MINUTES = 30;

const CHASE_QUEUE = 'note-chase';
/** Minutes between looks at urgent notes and countersignatures of an organisation. */
const CHASE_MINUTES = 5;

const MESSAGE_QUEUE = 'message-retention';
/** Minutes between looks at messages of an organisation that have outlived their time. */
const MESSAGE_MINUTES = 60;

interface OrganisationJob {
  readonly organisationId: string;
}

/** Looks again at one organisation: overdue questions, people whose day has come, decisions that would differ now. */
export async function reviewOrganisation(hub: Hub, organisationId: string): Promise<void> {
  const caller = systemCaller('review', organisationId, `review-${newId()}`);
  const escalated = await hub.services.confirmations.escalateOverdue(caller);
  const due = await hub.services.reviews.decideThoseDue(caller);
  const differing = await hub.services.reviews.findDifferences(caller);
  const forgotten = await hub.database.transaction('worker', caller.scope, forgetOldKeys);
  hub.logger.info('decisions looked at again', { escalated, due, differing, forgotten });
}

/** Forgets what has outlived its time of what record systems have sent. */
async function forgetMessages(hub: Hub, organisationId: string): Promise<void> {
  const { messageBodyDays, messageDays } = hub.settings;
  const retention = { bodyDays: messageBodyDays, days: messageDays };
  const { bodies, messages } = await forgetOldMessages(
    hub.database,
    organisationId,
    retention,
    hub.clock.now().getTime(),
  );
  if (bodies > 0) hub.logger.info('bytes of messages forgotten', { count: bodies });
  if (messages > 0) hub.logger.info('messages forgotten', { count: messages });
}

/** Starts the schedules, does the work that falls to this process, refreshes what is hinted at, and finishes refreshes whose process died; the answer stops that. */
export async function startSchedules(hub: Hub): Promise<() => Promise<void>> {
  const jobs = new Jobs({ connectionString: hub.ownerUrl, logger: hub.logger });
  await jobs.start();
  const { refreshMinutes, sweepHours } = hub.settings;
  await scheduleRefresh(jobs, hub.services.refresh, hub.systems, { refreshMinutes, sweepHours }, hub.logger);
  const organisations = new Set(hub.systems.map(({ system }) => system.organisationId));
  const perOrganisation = [
    [REVIEW_QUEUE, REVIEW_MINUTES, reviewOrganisation],
    [CHASE_QUEUE, CHASE_MINUTES, chaseNotes],
    [MESSAGE_QUEUE, MESSAGE_MINUTES, forgetMessages],
  ] as const;
  for (const [name, everyMinutes, work] of perOrganisation) {
    await jobs.work<OrganisationJob>(name, ({ organisationId }) => work(hub, organisationId));
    for (const organisationId of organisations)
      await jobs.schedule({ name, key: organisationId, everyMinutes, data: { organisationId } });
    await jobs.keepSchedules(name, organisations);
  }
  const takeover = startTakeover(hub.services.refresh, hub.systems, hub.logger);
  const hints = startHints(hub);
  return async () => {
    await Promise.all([takeover.stop(), hints.stop(), jobs.stop()]);
  };
}
