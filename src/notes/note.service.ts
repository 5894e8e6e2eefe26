/** Every use case of notes under one name. */
import type { Caller } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import type { Database } from '../platform/database/database.js';
import { type AddForm, type AmendForm, AmendService } from './amend.service.js';
import { type CountersignForm, CountersignService } from './countersign.service.js';
import { type DraftForm, type DraftKept, DraftService, type EditForm } from './draft.service.js';
import { RetractService } from './retract.service.js';
import { type Signed, SignService } from './sign.service.js';
import { type TelephoneCallForm, TelephoneService } from './telephone.service.js';
import { type WrongPersonForm, WrongPersonService } from './wrong-person.service.js';

/** Writes notes; each method says in the service that it hands on to what it throws. */
export class NoteService {
  private readonly drafts: DraftService;
  private readonly amendments: AmendService;
  private readonly signing: SignService;
  private readonly retractions: RetractService;
  private readonly countersigning: CountersignService;
  private readonly telephone: TelephoneService;
  private readonly wrongPerson: WrongPersonService;

  constructor(database: Database, clock: Clock) {
    this.drafts = new DraftService(database, clock);
    this.amendments = new AmendService(database, clock);
    this.signing = new SignService(database, clock);
    this.retractions = new RetractService(database, clock);
    this.countersigning = new CountersignService(database, clock);
    this.telephone = new TelephoneService(database, clock);
    this.wrongPerson = new WrongPersonService(database, clock);
  }

  /** See `DraftService.draft`. */
  draft(caller: Caller, form: DraftForm): Promise<DraftKept> {
    return this.drafts.draft(caller, form);
  }

  /** See `DraftService.edit`. */
  edit(caller: Caller, form: EditForm): Promise<DraftKept> {
    return this.drafts.edit(caller, form);
  }

  /** See `DraftService.discard`. */
  discard(caller: Caller, input: { idempotencyKey: string; draftId: string }): Promise<DraftKept> {
    return this.drafts.discard(caller, input);
  }

  /** See `AmendService.amend`. */
  amend(caller: Caller, form: AmendForm): Promise<DraftKept> {
    return this.amendments.amend(caller, form);
  }

  /** See `AmendService.add`. */
  add(caller: Caller, form: AddForm): Promise<DraftKept> {
    return this.amendments.add(caller, form);
  }

  /** See `SignService.sign`. */
  sign(caller: Caller, input: { idempotencyKey: string; draftId: string }): Promise<Signed> {
    return this.signing.sign(caller, input);
  }

  /** See `RetractService.retract`. */
  retract(
    caller: Caller,
    input: { idempotencyKey: string; noteId: string; reason: string },
  ): Promise<{ noteId: string }> {
    return this.retractions.retract(caller, input);
  }

  /** See `CountersignService.countersign`. */
  countersign(caller: Caller, form: CountersignForm): Promise<{ noteId: string }> {
    return this.countersigning.countersign(caller, form);
  }

  /** See `TelephoneService.recordTelephoneCall`. */
  recordTelephoneCall(caller: Caller, form: TelephoneCallForm): Promise<{ noteId: string }> {
    return this.telephone.recordTelephoneCall(caller, form);
  }

  /** See `WrongPersonService.refileUnderRightPerson`. */
  refileUnderRightPerson(
    caller: Caller,
    form: WrongPersonForm,
  ): Promise<{ noteId: string; refiledAsId: string; incidentId: string }> {
    return this.wrongPerson.refileUnderRightPerson(caller, form);
  }
}
