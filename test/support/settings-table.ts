/** The table of an adapter's settings as the pages have it, and the parts of pages that are written from code. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { AdapterManifest } from '../../src/clinical/clinical-record.port.js';

/** One line per setting: name, type with choices, default or necessity, help. */
export function settingsTable({ settings }: AdapterManifest): string {
  const lines = settings.map(({ key, type, required, default: stated, choices, help }) => {
    const kind = choices === undefined ? type : choices.join(' or ');
    const cells = [`\`${key}\``, kind, required ? 'required' : String(stated ?? ''), help];
    return tableRow(cells);
  });
  return `\n| setting | type | default | meaning |\n|---|---|---|---|\n${lines.join('\n')}\n\n`;
}

/** Cells as a row; a bar would begin another cell. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** What stands on a page between `<!-- name:begin -->` and `<!-- name:end -->`; with `HUB_WRITE_DOCS=1` the text is written there first. */
export function writtenPart(page: URL, name: string, text: string): string | undefined {
  const between = new RegExp(`(?<=<!-- ${name}:begin -->\\n)[\\s\\S]*?(?=<!-- ${name}:end -->)`);
  if (process.env.HUB_WRITE_DOCS === '1')
    writeFileSync(
      page,
      readFileSync(page, 'utf8').replace(between, () => text),
    );
  return between.exec(readFileSync(page, 'utf8'))?.[0];
}
