/** The settings of live reads, as data. */
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';

/** Part of the manifest's settings; `defaults` are those of the adapter. */
export function recordSettings(
  defaults: { readonly searchByPost: boolean; readonly recordPageSize: number },
  types: readonly string[],
): readonly SettingDescription[] {
  return [
    {
      key: 'searchByPost',
      type: 'boolean',
      required: false,
      default: defaults.searchByPost,
      help: 'Whether searches for people and documents go by POST _search, which keeps what they ask for out of addresses and logs; false only for a server that cannot.',
    },
    {
      key: 'recordTypes',
      type: 'list',
      required: false,
      default: types.join(', '),
      help: 'Resource types that are read live; leave out those that the server does not have.',
    },
    {
      key: 'recordPageSize',
      type: 'integer',
      required: false,
      default: defaults.recordPageSize,
      help: 'Matches asked for in one page of a live read, 1 to 1000; the server may send fewer.',
    },
  ];
}
