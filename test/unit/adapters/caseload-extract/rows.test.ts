/** Rows of CSV and ndjson: values by field, lines as an editor counts them, and faults that hold no value. */
import { csvRows } from '../../../../adapters/caseload-extract/reading/csv-rows.js';
import { jsonRows } from '../../../../adapters/caseload-extract/reading/json-rows.js';
import type { FileRow } from '../../../../adapters/caseload-extract/reading/row-source.js';
import { parseSettings } from '../../../../adapters/caseload-extract/settings.js';
import { everythingIn, failureOf } from '../../../contract/contract-case.js';

const SETTINGS = {
  folder: '/drop',
  filePattern: 'c_{asOf}.csv',
  columns: ['team=Team', 'localId=Patient No', 'coordinatorName=Wörker'],
};
const SECRET = 'Elizabeth';

async function* pieces(text: string): AsyncGenerator<string> {
  // Whole lines, a few at a time, as they come from a file.
  for (const piece of text.match(/([^\n]*\n){1,3}|[^\n]+$/g) ?? []) yield piece;
}

async function rowsOf(text: string, settings: object = {}): Promise<FileRow[]> {
  const parsed = parseSettings({ ...SETTINGS, ...settings });
  const rows: FileRow[] = [];
  const source = parsed.format === 'CSV' ? csvRows : jsonRows;
  for await (const row of source(pieces(text), parsed)) rows.push(row);
  return rows;
}

/** Line, team, person and worker of each row; the trailer as its count and date. */
async function told(text: string, settings: object = {}): Promise<unknown[]> {
  return (await rowsOf(text, settings)).map((row) =>
    row.kind === 'TRAILER'
      ? ['TRAILER', row.line, row.rows, row.asOf]
      : [row.line, row.values.team, row.values.localId, row.values.coordinatorName],
  );
}

describe('CSV', () => {
  test('values go by heading, whatever its case, place and accents; NULL and spaces are nothing', async () => {
    const text = `Other,patient no , wo\u0308rker,TEAM\nx, p1 ,"O'Neil, ""Jo""",T1\nx,NULL,NULL,T2\n`;
    expect(await told(text)).toEqual([
      [2, 'T1', 'p1', `O'Neil, "Jo"`],
      [3, 'T2', '', ''],
    ]);
  });

  test('lines are counted over quoted line breaks and empty lines', async () => {
    const text = `Team,Patient No,Wörker\n\n"T\n1","p\n\n1",w\n\n\nT2,p2,w\nTRAILER,2,20260301\n`;
    expect(await told(text)).toEqual([
      [3, 'T\n1', 'p\n\n1', 'w'],
      [9, 'T2', 'p2', 'w'],
      ['TRAILER', 10, 2, '20260301'],
    ]);
  });

  test.each([
    ['SEMICOLON', ';'],
    ['TAB', '\t'],
    ['BAR', '|'],
  ])('%s stands between cells', async (delimiter, sign) => {
    const text = `${['Team', 'Patient No', 'Wörker'].join(sign)}\n${['T1', 'p,1', 'w'].join(sign)}\n`;
    expect(await told(text, { delimiter })).toEqual([[2, 'T1', 'p,1', 'w']]);
  });

  test('without trailer a row that begins like one is a row', async () => {
    const text = 'Team,Patient No,Wörker\nTRAILER,p1,w\n';
    expect(await told(text, { completeness: 'NONE' })).toEqual([[2, 'TRAILER', 'p1', 'w']]);
  });

  test.each<[string, string, string, object]>([
    [
      'no heading',
      'Team,Patient No\nT1,p1\n',
      'HEADER',
      { fault: 'MISSING', line: 1, columns: ['coordinatorName (Wörker)'] },
    ],
    ['a row for headings', `T1,${SECRET},w\n`, 'HEADER', { fault: 'MISSING', line: 1 }],
    [
      'a heading twice',
      'Team,Patient No,Wörker,team\n',
      'HEADER',
      { fault: 'REPEATED', columns: ['team (Team)'] },
    ],
    [
      'a row too wide',
      `Team,Patient No,Wörker\nT,p,w\nT,${SECRET},w,x\nT,p,w\n`,
      'FORMAT',
      { fault: 'CELLS', line: 3, expected: 3, found: 4 },
    ],
    [
      'a last row too short',
      `Team,Patient No,Wörker\nT,p,w\nT,${SECRET}`,
      'PARTIAL',
      { fault: 'CUT_SHORT', line: 3, expected: 3, found: 2 },
    ],
    [
      'a stray quote',
      `Team,Patient No,Wörker\nT,${SECRET}"x,w\nT,p,w\n`,
      'FORMAT',
      { fault: 'QUOTES', line: 2 },
    ],
    [
      'text behind a quote',
      `Team,Patient No,Wörker\nT,"${SECRET}"x,w\nT,p,w\n`,
      'FORMAT',
      { fault: 'QUOTES', line: 2 },
    ],
    [
      'an open quote',
      `Team,Patient No,Wörker\nT,"${SECRET},w\nT,p,w\n`,
      'PARTIAL',
      { fault: 'QUOTE_NOT_CLOSED' },
    ],
    [
      'a row after the trailer',
      `Team,Patient No,Wörker\nTRAILER,0\nT,${SECRET},w\n`,
      'FORMAT',
      { fault: 'AFTER_TRAILER', line: 3 },
    ],
    ['nothing but empty lines', '\n\n', 'PARTIAL', { fault: 'EMPTY' }],
  ])('%s is refused', async (_name, text, code, details) => {
    const error = await failureOf(rowsOf(text));
    expect(error).toMatchObject({ code: `HUB_CASELOAD_FILE_${code}`, details });
    expect(everythingIn(error)).not.toContain(SECRET);
  });

  test('a quote that is never closed does not fill memory', async () => {
    const text = `Team,Patient No,Wörker\nT,"p,w\n${'T,p,w\n'.repeat(20_000)}`;
    expect(await failureOf(rowsOf(text))).toMatchObject({
      code: 'HUB_CASELOAD_FILE_FORMAT',
      details: { fault: 'ROW_TOO_LONG' },
    });
  });
});

describe('ndjson', () => {
  const json = (...objects: object[]): string => objects.map((one) => `${JSON.stringify(one)}\n`).join('');
  const first = { Team: 'T1', 'Patient No': 7, Wörker: null };
  const settings = { format: 'NDJSON' };

  test('members go by name; numbers are text, null and what is left out is nothing', async () => {
    const text = `${json(first)}\n${json({ Team: 'T2', 'Patient No': 'p2' }, { TRAILER: true, rows: 2, asOf: '20260301' })}`;
    expect(await told(text, settings)).toEqual([
      [1, 'T1', '7', ''],
      [3, 'T2', 'p2', ''],
      ['TRAILER', 4, 2, '20260301'],
    ]);
  });

  test.each<[string, string, string, object]>([
    [
      'a first row without a member',
      json({ Team: SECRET, 'Patient No': 1 }),
      'HEADER',
      { line: 1, columns: ['coordinatorName (Wörker)'] },
    ],
    [
      'a line that is no JSON',
      `${json(first)}{"Team":"${SECRET}\n${json(first)}`,
      'FORMAT',
      { fault: 'NOT_JSON', line: 2 },
    ],
    ['a last line cut short', `${json(first)}{"Team":"${SECRET}`, 'PARTIAL', { fault: 'CUT_SHORT', line: 2 }],
    ['a list', `${json(first)}["${SECRET}"]\n`, 'FORMAT', { fault: 'NOT_AN_OBJECT', line: 2 }],
    [
      'an object for a value',
      json(first, { ...first, Team: { a: SECRET } }),
      'FORMAT',
      { fault: 'NOT_A_VALUE', line: 2, columns: ['team (Team)'] },
    ],
    [
      'a row after the trailer',
      json(first, { TRAILER: 1 }, first),
      'FORMAT',
      { fault: 'AFTER_TRAILER', line: 3 },
    ],
    [
      'a row without end',
      `${json(first)}{"Team":"${'x'.repeat(70_000)}"}\n`,
      'FORMAT',
      { fault: 'ROW_TOO_LONG', line: 2 },
    ],
    ['nothing', '', 'PARTIAL', { fault: 'EMPTY' }],
  ])('%s is refused', async (_name, text, code, details) => {
    const error = await failureOf(rowsOf(text, settings));
    expect(error).toMatchObject({ code: `HUB_CASELOAD_FILE_${code}`, details });
    expect(everythingIn(error)).not.toContain(SECRET);
  });

  test('members that every object inherits are not there', async () => {
    const text = json(first);
    const error = await failureOf(
      rowsOf(text, { ...settings, columns: ['team=Team', 'localId=constructor'] }),
    );
    expect(error).toMatchObject({ code: 'HUB_CASELOAD_FILE_HEADER' });
  });
});
