/** Answers that are well formed and hostile in what they hold: links, counts, ids, references, other people. */
import { type Asked, filled, type HostileAnswer, sendRight } from './hostile-answers.js';
import { episodeOf, OTHER, OTHER_PERSON } from './hostile-record.js';

type Fields = Record<string, unknown>;
interface Entry {
  resource: Fields;
  search?: { mode: string };
}

const bundleOf = (asked: Asked) => asked.right.body as Fields & { entry: Entry[]; link?: unknown[] };

/** Every text in some JSON with its places filled in. */
function filledIn<T>(value: T, asked: Asked): T {
  return JSON.parse(JSON.stringify(value), (_name, one: unknown) =>
    typeof one === 'string' ? filled(one, asked) : one,
  ) as T;
}

/** Sends a page that goes on at an address. */
function goOn(asked: Asked, ...addresses: readonly unknown[]): void {
  const bundle = bundleOf(asked);
  bundle.link = addresses.map((url) => ({
    relation: 'next',
    url: typeof url === 'string' ? filled(url, asked) : url,
  }));
  delete bundle.total;
  sendRight(asked);
}

/** The resource that was asked for: of a search its match, else the whole. */
function resourceIn(asked: Asked): Fields {
  const body = asked.right.body as Fields & { entry?: Entry[] };
  return body.entry?.[0]?.resource ?? body;
}

/** Somebody else's resource of the kind that was asked for. */
function ofOther(asked: Asked): Fields {
  const resource = resourceIn(asked);
  if (resource.resourceType === 'Patient') return OTHER_PERSON;
  if (resource.resourceType === 'EpisodeOfCare')
    return { ...episodeOf(OTHER_PERSON), managingOrganization: { reference: 'Organization/team-two' } };
  const subject = { reference: `Patient/${OTHER_PERSON.id}` };
  return { ...resource, id: 'other-1', subject, identifier: [], description: OTHER };
}

export const CONTENTS: Readonly<Record<string, HostileAnswer>> = {
  /** `[addresses]`: the next page is there. */
  next: (asked, ...addresses: unknown[]) => goOn(asked, ...addresses),
  /** The second page leads back to the first. */
  circle: (asked) => goOn(asked, asked.page === 1 ? '{base}Anything?page=2' : '{base}Anything?page=1'),
  /** Always one more page, with nothing in it, or with somebody new: `[whether]`. */
  endless: (asked, somebody: boolean) => {
    const bundle = bundleOf(asked);
    const [first] = bundle.entry;
    const id = asked.page === 1 ? resourceIn(asked).id : `${String(resourceIn(asked).id)}-${asked.page}`;
    bundle.entry = somebody ? [{ ...first!, resource: { ...resourceIn(asked), id } }] : [];
    goOn(asked, `{base}Anything?page=${asked.page + 1}`);
  },
  /** The first page again under another address. */
  again: (asked) => goOn(asked, `{base}Anything?page=${asked.page + 1}`),
  /** `[total of the first page, of the others]`. */
  totals: (asked, first: unknown, others?: unknown) => {
    const bundle = bundleOf(asked);
    bundle.total = asked.page === 1 ? first : others;
    bundle.link =
      others !== undefined && asked.page === 1
        ? [{ relation: 'next', url: filled('{base}Anything?page=2', asked) }]
        : [];
    if (asked.page > 1) bundle.entry = [];
    sendRight(asked);
  },
  /** The resource that was asked for, with members changed. */
  change: (asked, members: Fields, headers: Record<string, string> = {}) => {
    Object.assign(asked.right.headers, filledIn(headers, asked));
    Object.assign(resourceIn(asked), filledIn(members, asked));
    sendRight(asked);
  },
  /** Another resource in place of it. */
  instead: (asked, resource: Fields) => {
    const body = asked.right.body as Fields & { entry?: Entry[] };
    const other = filledIn(resource, asked);
    if (body.entry?.[0] === undefined) asked.right.body = other;
    else body.entry[0].resource = other;
    sendRight(asked);
  },
  /** Somebody else's in place of it, or beside it: `[whether beside]`. */
  somebodyElse: (asked, beside: boolean) => {
    const body = asked.right.body as Fields & { entry?: Entry[]; total?: number };
    if (body.entry === undefined) asked.right.body = ofOther(asked);
    else {
      const entry = { resource: ofOther(asked), search: { mode: 'match' } };
      body.entry = [...(beside ? body.entry : []), entry];
      if (entry.resource.resourceType === 'EpisodeOfCare')
        body.entry.push({ resource: OTHER_PERSON, search: { mode: 'include' } });
      body.total = body.entry.filter(({ search }) => search?.mode !== 'include').length;
    }
    sendRight(asked);
  },
  /** What came along is somebody else under the address of who was asked for. */
  alias: (asked) => {
    const bundle = bundleOf(asked);
    bundle.entry = [
      ...bundle.entry.filter(({ resource }) => resource.resourceType !== 'Patient'),
      {
        resource: OTHER_PERSON,
        search: { mode: 'include' },
        fullUrl: filled('{base}Patient/person-1', asked),
      } as Entry,
    ];
    sendRight(asked);
  },
  /** An entry more: `[entry]`. */
  entry: (asked, entry: Fields) => {
    bundleOf(asked).entry.push(filledIn(entry, asked) as unknown as Entry);
    sendRight(asked);
  },
  /** The right answer with headers of the server's own. */
  header: (asked, headers: Record<string, string>) => {
    Object.assign(asked.right.headers, filledIn(headers, asked));
    sendRight(asked);
  },
  /** A whole other body: `[body]`. */
  body: (asked, body: Fields | string) => {
    asked.right.body = filledIn(body, asked);
    sendRight(asked);
  },
};
