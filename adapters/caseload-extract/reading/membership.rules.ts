/** One row as a membership, or as a team without members. */
import { createHash } from 'node:crypto';
import { type CaseloadItem, MembershipState } from '../../../src/clinical/clinical-record.port.js';
import type { LocalDate } from '../../../src/core/calendar.js';
import { parseNhsNumber } from '../../../src/core/nhs-number.js';
import { REFUSED_CHARACTERS } from '../../../src/core/plain-line.js';
import { FIELDS, type Field, type FieldValues, TEAM_FIELDS } from '../fields.js';
import type { CaseloadExtractSettings } from '../settings.js';
import type { PlaceNotes } from './place-notes.js';

/** What of a membership is kept until it is asked for. */
export interface KeptItem extends Omit<CaseloadItem, 'teamReference'> {
  /** The source's reference: of its own id, or made of team, person and first day. */
  readonly reference: string;
  /** False where a date of the period could not be read. */
  readonly complete: boolean;
}

const YES = new Set(['TRUE', 'YES', 'Y', '1']);
const NO = new Set(['FALSE', 'NO', 'N', '0']);
/** Characters of an id or reference at most. */
const MOST_ID = 100;
/** Days kept at most. */
const MOST_KNOWN_DAYS = 20_000;

/** What reading a row needs. */
export type ReadRules = Pick<CaseloadExtractSettings, 'columns' | 'dateFormats' | 'stateWords'>;

/** Reads the rows of one file. */
export class MembershipReader {
  private readonly known = new Map<string, LocalDate>();

  constructor(
    private readonly rules: ReadRules,
    private readonly notes: PlaceNotes,
  ) {}

  /** The membership of a row; null for a team without members, and where the row has been refused. */
  read(line: number, values: FieldValues): KeptItem | null {
    if (!this.isId(line, 'team', values)) return null;
    if (FIELDS.every((field) => TEAM_FIELDS.has(field) || values[field] === '')) return null;
    if (!this.isId(line, 'localId', values)) return null;
    const validFrom = this.day(line, 'validFrom', values);
    const validTo = this.day(line, 'validTo', values);
    const state = this.state(line, values, validTo);
    if (state === null) return null;
    return {
      reference: referenceOf(values),
      complete: this.isRead('validFrom', values, validFrom) && this.isRead('validTo', values, validTo),
      state,
      validFrom,
      validTo,
      patient: {
        localId: values.localId,
        ...this.nhsNumber(line, values),
        dateOfBirth: this.day(line, 'dateOfBirth', values),
        deceasedOn: this.day(line, 'deceasedOn', values),
        // What cannot be read must not make a record more usable than it is.
        active: this.flag(line, 'active', values, true, false),
        replacedByLocalId: values.replacedBy === '' ? null : values.replacedBy,
        restricted: this.flag(line, 'restricted', values, false, true),
      },
      careCoordinator:
        values.coordinator === ''
          ? null
          : {
              reference: values.coordinator,
              name: values.coordinatorName === '' ? null : values.coordinatorName,
            },
    };
  }

  private isId(line: number, field: Field, values: FieldValues): boolean {
    const value = values[field];
    const fault =
      value === ''
        ? 'EMPTY'
        : value.length > MOST_ID
          ? 'TOO_LONG'
          : REFUSED_CHARACTERS.test(value)
            ? 'CHARACTERS'
            : null;
    if (fault !== null) this.notes.refuse(line, field, fault);
    return fault === null;
  }

  private day(line: number, field: Field, values: FieldValues): LocalDate | null {
    const value = values[field];
    if (value === '') return null;
    const day = this.known.get(value) ?? this.readDay(value);
    if (day !== null) {
      this.notes.read(field);
      return day;
    }
    this.notes.leaveOut(line, field, 'NOT_A_DATE');
    return null;
  }

  /** Days repeat: each is read once, as long as there are not too many to keep. */
  private readDay(value: string): LocalDate | null {
    for (const format of this.rules.dateFormats) {
      const day = format.read(value)?.day;
      if (day === undefined) continue;
      if (this.known.size >= MOST_KNOWN_DAYS) this.known.clear();
      this.known.set(value, day);
      return day;
    }
    return null;
  }

  private isRead(field: Field, values: FieldValues, day: LocalDate | null): boolean {
    return values[field] === '' || day !== null;
  }

  /** Without a state column a membership is over when it has an end, and open otherwise; the hub decides by its days. */
  private state(line: number, values: FieldValues, validTo: LocalDate | null): MembershipState | null {
    if (!this.rules.columns.has('state'))
      return validTo === null ? MembershipState.OPEN : MembershipState.ENDED;
    const state = this.rules.stateWords.get(values.state.toUpperCase()) ?? null;
    if (state === null) this.notes.refuse(line, 'state', 'UNKNOWN_STATE');
    return state;
  }

  private nhsNumber(
    line: number,
    values: FieldValues,
  ): { readonly nhsNumber: string | null; readonly nhsNumberStatus: string | null } {
    const nhsNumber = values.nhsNumber === '' ? null : parseNhsNumber(values.nhsNumber);
    if (values.nhsNumber !== '' && nhsNumber === null)
      this.notes.leaveOut(line, 'nhsNumber', 'NOT_AN_NHS_NUMBER');
    else if (nhsNumber !== null) this.notes.read('nhsNumber');
    const digits = values.nhsNumberStatus.padStart(2, '0');
    const isStatus = /^0[1-8]$/.test(digits);
    if (values.nhsNumberStatus !== '' && !isStatus)
      this.notes.leaveOut(line, 'nhsNumberStatus', 'NOT_A_STATUS');
    else if (isStatus) this.notes.read('nhsNumberStatus');
    return { nhsNumber, nhsNumberStatus: nhsNumber !== null && isStatus ? digits : null };
  }

  private flag(
    line: number,
    field: Field,
    values: FieldValues,
    whenEmpty: boolean,
    whenUnreadable: boolean,
  ): boolean {
    const word = values[field].toUpperCase();
    if (word === '') return whenEmpty;
    if (!YES.has(word) && !NO.has(word)) {
      this.notes.leaveOut(line, field, 'NOT_YES_OR_NO');
      return whenUnreadable;
    }
    this.notes.read(field);
    return YES.has(word);
  }
}

/** The source's own id, or a digest of team, person and first day: the same row tomorrow has the same reference. */
function referenceOf({ team, localId, membership, validFrom }: FieldValues): string {
  const parts = membership === '' ? ['', team, localId, validFrom] : ['membership', membership];
  return `Membership/${createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32)}`;
}
