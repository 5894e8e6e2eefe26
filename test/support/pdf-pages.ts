/** What a PDF shows on its pages, read by way of its fonts' own tables rather than of the text within it. */
import { inflateSync } from 'node:zlib';

/** Every stream of the document, unpacked. */
function streamsOf(pdf: Buffer): string[] {
  const text = pdf.toString('latin1');
  return [...text.matchAll(/\/Length (\d+)(\n\/Filter \/FlateDecode)?\n>>\nstream\n/g)].map((match) => {
    const from = match.index + match[0].length;
    const bytes = pdf.subarray(from, from + Number(match[1]));
    return (match[2] === undefined ? bytes : inflateSync(bytes)).toString('latin1');
  });
}

const utf16 = (hex: string): string => Buffer.from(hex, 'hex').swap16().toString('utf16le');

/** Characters by glyph, from the ToUnicode table of the only font: `beginbfrange` with a list of characters. */
function charactersOf(streams: readonly string[]): ReadonlyMap<number, string> {
  const table = new Map<number, string>();
  for (const stream of streams.filter((one) => one.includes('begincmap')))
    for (const [, first, listed] of stream.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g)) {
      const characters = [...listed!.matchAll(/<([0-9a-f ]*)>/g)].map(([, hex]) =>
        utf16(hex!.replace(/ /g, '')),
      );
      for (const [at, character] of characters.entries())
        table.set(Number.parseInt(first!, 16) + at, character);
    }
  return table;
}

/** The characters on the pages, in their order, without white space: where lines break is the page's business. */
export function shownOn(pdf: Buffer): string {
  const streams = streamsOf(pdf);
  const characters = charactersOf(streams);
  const shown = streams
    .filter((stream) => /\bBT\b/.test(stream))
    .flatMap((stream) => [...stream.matchAll(/\[(<[^\]]*)\] TJ/g)])
    .flatMap(([, pieces]) => [...pieces!.matchAll(/<([0-9a-f]+)>/g)])
    .flatMap(([, hex]) => hex!.match(/.{4}/g) ?? [])
    .map((glyph) => characters.get(Number.parseInt(glyph, 16)) ?? '\ufffd');
  return shown.join('').replace(/\s/g, '');
}
