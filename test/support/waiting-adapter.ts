/** An adapter that waits long for what comes, and not for what never does. */
import type { ClinicalRecordAdapter } from '../../src/clinical/clinical-record.port.js';

/** What stands in for whichever of some likes is picked at each call. */
function whichever<T extends object>(pick: () => T | undefined): T | undefined {
  const shape = pick();
  if (shape === undefined) return undefined;
  return new Proxy({} as T, {
    get(_target, name) {
      const value: unknown = Reflect.get(pick()!, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        const one = pick()!;
        return Reflect.apply(Reflect.get(one, name) as (...given: unknown[]) => unknown, one, given);
      };
    },
    has: (_target, name) => Reflect.has(shape, name),
  });
}

/** One adapter of two that differ in their time limits alone: the hasty one while `isSlow` says that no answer is to come. */
export function waitingAdapter(
  patient: ClinicalRecordAdapter,
  hasty: ClinicalRecordAdapter,
  isSlow: () => boolean,
): ClinicalRecordAdapter {
  const pick = (): ClinicalRecordAdapter => (isSlow() ? hasty : patient);
  const caseload = whichever(() => pick().caseload);
  const documents = whichever(() => pick().documents);
  const record = whichever(() => pick().record);
  return {
    ...patient,
    ...(caseload ? { caseload } : {}),
    ...(documents ? { documents } : {}),
    ...(record ? { record } : {}),
    health: (signal) => pick().health(signal),
    async close() {
      await Promise.all([patient.close(), hasty.close()]);
    },
  };
}
