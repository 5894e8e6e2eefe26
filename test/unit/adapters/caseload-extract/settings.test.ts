/** Settings of an extract: every fault at once, by name and without values; what is left out has its default. */
import { manifest } from '../../../../adapters/caseload-extract/manifest.js';
import { parseSettings } from '../../../../adapters/caseload-extract/settings.js';

const LEAST = { folder: '/drop', filePattern: 'c_{asOf}.csv', columns: ['team=Team', 'localId=Patient'] };

function faultsOf(settings: object): readonly string[] {
  try {
    parseSettings(settings);
  } catch (error) {
    expect(error).toMatchObject({ code: 'HUB_ADAPTER_SETTINGS' });
    return (error as { details: { faults: string[] } }).details.faults;
  }
  return [];
}

test('the least that a site must say is enough', () => {
  expect(parseSettings(LEAST)).toMatchObject({
    format: 'CSV',
    delimiter: ',',
    encoding: 'DETECT',
    asOfFrom: 'FILE_NAME',
    completeness: 'TRAILER',
    trailerMarker: 'TRAILER',
    trailerCount: '2',
    trailerAsOf: '3',
    controlSuffix: '.ctl',
    listsEveryTeam: false,
    maxShrinkPercent: 20,
    maxUnreadablePercent: 1,
    ageLimitHours: 36,
    settleSeconds: 60,
    pageSize: 500,
  });
});

test('what the manifest describes is what is accepted, with the same defaults', () => {
  const described = manifest.settings.map(({ key }) => key);
  const spelled = Object.fromEntries(
    manifest.settings
      .filter(({ default: stated }) => stated !== undefined)
      .map(({ key, default: stated }) => [key, stated]),
  );
  expect(parseSettings({ ...LEAST, ...spelled }).fingerprint).toBe(parseSettings(LEAST).fingerprint);
  expect(faultsOf({ ...LEAST, further: 1 })).toEqual(['further: is not a setting of this adapter']);
  for (const key of described) expect(faultsOf({ ...LEAST, [key]: { odd: true } })).not.toEqual([]);
  for (const { key, required } of manifest.settings)
    if (required) expect(faultsOf({ ...LEAST, [key]: undefined })).toEqual([`${key}: is required`]);
});

test('members name the trailer of ndjson, positions that of CSV', () => {
  expect(parseSettings({ ...LEAST, format: 'NDJSON' })).toMatchObject({
    trailerCount: 'rows',
    trailerAsOf: 'asOf',
  });
  expect(faultsOf({ ...LEAST, trailerCount: 'rows' })).toEqual([
    'trailerCount: must be the position of a cell, from 1',
  ]);
});

test.each([
  [{ folder: 'drop/in' }, 'folder: must be an absolute path'],
  [{ filePattern: '../c_{asOf}.csv' }, 'filePattern: must be a name, without folders'],
  [{ filePattern: '.c_{asOf}' }, 'filePattern: must not begin with a dot'],
  [{ filePattern: 'c.csv' }, 'filePattern: must hold {asOf}, as asOfFrom is FILE_NAME'],
  [{ filePattern: '{asOf}{asOf}' }, 'filePattern: must hold {asOf} once at most'],
  [{ columns: ['team=Team'] }, 'columns: localId is required'],
  [{ columns: ['team=T', 'localId=P', 'secret-name=X'] }, /^columns: entry 3 is not <field>=<heading>/],
  [{ columns: ['team=T', 'localId=P', 'localId=Q'] }, 'columns: entry 3 states localId a second time'],
  [{ columns: ['team=T', 'localId=P', 'state= t '] }, 'columns: entry 3 uses a heading a second time'],
  [{ columns: ['team=T', 'localId=P', 'asOf=D'] }, 'columns: asOf is for asOfFrom COLUMN, which needs it'],
  [{ asOfFrom: 'COLUMN' }, 'columns: asOf is for asOfFrom COLUMN, which needs it'],
  [{ dateFormats: ['dd/MM/yy'] }, /^dateFormats\.0: must hold yyyy/],
  [
    { dateFormats: ['dd/MM/yyyy', 'MM/dd/yyyy'] },
    'dateFormats: must not read one text as two different days',
  ],
  [{ asOfFormat: 'yyyymmdd' }, /^asOfFormat: must hold yyyy/],
  [{ stateCodes: ['OPEN=A', 'SHUT=B'] }, /^stateCodes: entry 2 is not <STATE>=<word>/],
  [{ stateCodes: ['OPEN=A', 'ENDED=a'] }, 'stateCodes: entry 2 gives a word a second meaning'],
  [{ controlSuffix: 'ctl' }, /^controlSuffix: must be a dot/],
  [{ maxShrinkPercent: 101 }, 'maxShrinkPercent: must be a whole number from 0 to 100'],
  [{ ageLimitHours: 0 }, 'ageLimitHours: must be a whole number from 1 to 720'],
  [{ encoding: 'LATIN1' }, /^encoding: must be one of DETECT, UTF-8/],
])('%j is refused', (change, fault) => {
  const faults = faultsOf({ ...LEAST, ...change });
  expect(faults).toHaveLength(1);
  if (typeof fault === 'string') expect(faults[0]).toBe(fault);
  else expect(faults[0]).toMatch(fault);
  expect(faults[0]).not.toContain('secret-name');
});

test('all faults come together', () => {
  expect(faultsOf({ folder: 'x', columns: [], pageSize: 0, odd: 1 })).toHaveLength(6);
  expect(faultsOf([])).toEqual(['settings: must be an object']);
});

test('another header map is another fingerprint', () => {
  const columns = ['team=Team', 'localId=Person'];
  expect(parseSettings({ ...LEAST, columns }).fingerprint).not.toBe(parseSettings(LEAST).fingerprint);
});
