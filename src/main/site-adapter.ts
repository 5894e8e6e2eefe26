/** The adapter of a site: one, or several that share the capabilities of one clinical record system between them. */
import { adapterModules } from '../../adapters/registry.js';
import {
  type AdapterDependencies,
  type AdapterHealth,
  type AdapterModule,
  Capability,
  type ClinicalRecordAdapter,
} from '../clinical/clinical-record.port.js';
import type { Conformance } from '../clinical/conformance.port.js';
import { DocumentProof, type DocumentsCapability } from '../clinical/documents.port.js';
import { HubError } from '../core/errors.js';
import type { SiteProfile } from '../platform/settings/site-profiles.js';

/** What a site's adapters are read from. */
export type AdapterChoice = Pick<SiteProfile, 'code' | 'adapter' | 'settings'> & Pick<SiteProfile, 'others'>;

/** One adapter of a site with what it serves there. */
export interface SitePart {
  readonly module: AdapterModule;
  readonly settings: unknown;
  readonly serves: ReadonlySet<Capability>;
}

/** What serves for something else than by itself: documents can prove what another adapter sent, caseloads can be a count. */
const SERVES_AS: Readonly<Partial<Record<Capability, Capability>>> = {
  [Capability.DOCUMENT_PROOF]: Capability.DOCUMENTS,
  [Capability.COUNT]: Capability.CASELOAD,
};
const offers = ({ manifest }: AdapterModule, capability: Capability): boolean =>
  manifest.capabilities.includes(SERVES_AS[capability] ?? capability);

function moduleOf(code: string, adapter: string): AdapterModule {
  const module = adapterModules.get(adapter);
  if (module) return module;
  throw new HubError('HUB_ADAPTER_UNKNOWN', {
    message: `Site ${code}: there is no adapter ${adapter}; there are ${[...adapterModules.keys()].join(', ')}.`,
  });
}

/**
 * The adapters of a site, its first one with all that no other serves. Throws `HUB_ADAPTER_UNKNOWN`, and `HUB_ADAPTER_SETTINGS`
 * with every fault of a profile.
 */
export function partsOf({ code, adapter, settings, others = [] }: AdapterChoice): readonly SitePart[] {
  const faults: string[] = [];
  const claimed = new Set<Capability>();
  const rest = others.map((other, index) => {
    const module = moduleOf(code, other.adapter);
    const known = (name: string): name is Capability =>
      Object.values<string>(Capability).includes(name) && offers(module, name as Capability);
    for (const name of other.capabilities) {
      const place = `others[${index}].capabilities`;
      if (!known(name)) faults.push(`${place}: ${other.adapter} has no ${name}`);
      else if (claimed.has(name)) faults.push(`${place}: ${name} is served by another adapter already`);
      else claimed.add(name);
    }
    return { module, given: other.settings, serves: new Set(other.capabilities.filter(known)) };
  });
  if (faults.length > 0)
    throw new HubError('HUB_ADAPTER_SETTINGS', {
      message: `Site ${code}: ${faults.join('; ')}`,
      details: { system: code, faults },
    });
  const module = moduleOf(code, adapter);
  const own = new Set(module.manifest.capabilities.filter((capability) => !claimed.has(capability)));
  return [{ module, given: settings, serves: own }, ...rest].map((part) => ({
    module: part.module,
    settings: part.module.parseSettings(part.given),
    serves: part.serves,
  }));
}

/** The adapter of a site. Throws as `partsOf`. */
export function adapterFor(
  profile: AdapterChoice,
  given: Omit<AdapterDependencies, 'system'>,
): ClinicalRecordAdapter {
  const parts = partsOf(profile).map(({ module, settings, serves }) => ({
    serves,
    adapter: module.create(settings, { ...given, system: profile.code }),
  }));
  return profile.others === undefined ? parts[0]!.adapter : joined(parts);
}

interface RunningPart {
  readonly serves: ReadonlySet<Capability>;
  readonly adapter: ClinicalRecordAdapter;
}

/** Several adapters as one. */
function joined(parts: readonly RunningPart[]): ClinicalRecordAdapter {
  const serving = (capability: Capability): ClinicalRecordAdapter | undefined =>
    parts.find(({ serves }) => serves.has(capability))?.adapter;
  const documents = documentsOf(
    serving(Capability.DOCUMENTS)?.documents,
    serving(Capability.DOCUMENT_PROOF)?.documents,
  );
  const caseload = serving(Capability.CASELOAD)?.caseload;
  const record = serving(Capability.RECORD)?.record;
  const inbound = serving(Capability.INBOUND)?.inbound;
  const count = serving(Capability.COUNT)?.caseload ?? serving(Capability.INBOUND)?.count;
  const adapters = parts.map(({ adapter }) => adapter);
  return {
    ...(caseload && { caseload }),
    ...(documents && { documents }),
    ...(record && { record }),
    ...(inbound && { inbound }),
    ...(count && { count }),
    ...(adapters.some((adapter) => adapter.files) && {
      files: () => adapters.flatMap((adapter) => adapter.files?.() ?? []),
    }),
    health: async (signal) => worst(await Promise.all(adapters.map((adapter) => adapter.health(signal)))),
    ...(adapters.some((adapter) => adapter.conformance) && {
      conformance: async (signal: AbortSignal) =>
        together(await Promise.all(adapters.flatMap((adapter) => adapter.conformance?.(signal) ?? []))),
    }),
    get unmapped() {
      return summed(adapters.flatMap(({ unmapped }) => (unmapped ? [unmapped] : [])));
    },
    close: async () => void (await Promise.all(adapters.map((adapter) => adapter.close()))),
  };
}

/** Sent by one adapter and, where another can read the record, proved by that one. */
function documentsOf(
  sending: DocumentsCapability | undefined,
  proving: DocumentsCapability | undefined,
): DocumentsCapability | undefined {
  if (!sending || !proving) return sending;
  return {
    traits: { ...sending.traits, proof: DocumentProof.READ },
    send: (document, signal) => sending.send(document, signal),
    // What one calls a document is not what the other does: whoever sends is told the name that it gave.
    find: async (keys, signal) =>
      (await proving.find(keys, signal)).map((found, index) => {
        const reference = keys[index]?.reference ?? null;
        return found === null || reference === null
          ? found
          : { ...found, value: { ...found.value, reference } };
      }),
    withdraw: (withdrawal, signal) => sending.withdraw(withdrawal, signal),
    ...(sending.referenceOf && { referenceOf: (document) => sending.referenceOf!(document) }),
    ...(sending.accompany && {
      accompany: (document, reference, signal) => sending.accompany!(document, reference, signal),
    }),
  };
}

/** A system is up when all of it is. */
function worst(answers: readonly AdapterHealth[]): AdapterHealth {
  const down = answers.find(({ state }) => state === 'DOWN');
  const products = answers.flatMap(({ product }) => product ?? []);
  return {
    state: down ? 'DOWN' : 'UP',
    code: down?.code ?? null,
    tookMs: Math.max(...answers.map(({ tookMs }) => tookMs)),
    product: products.length === 0 ? null : products.join(', '),
  };
}

const together = (answers: readonly Conformance[]): Conformance => ({
  failure: answers.find(({ failure }) => failure !== null)?.failure ?? null,
  findings: answers.flatMap(({ findings }) => findings),
});

function summed(counts: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const sum = new Map<string, number>();
  for (const [place, times] of counts.flatMap((each) => [...each]))
    sum.set(place, (sum.get(place) ?? 0) + times);
  return sum;
}
