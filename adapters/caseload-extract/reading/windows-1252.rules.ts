/** windows-1252 by the WHATWG index, without the decoder of Node.js, which reads it as ISO 8859-1 in several releases of each line. */

/** Code points of the bytes 0x80 to 0x9F; 0 for the five that the encoding does not have. */
const HIGH = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
  0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
  0x0153, 0, 0x017e, 0x0178,
];

/** The text of the bytes; null when one of them is not of the encoding. */
export function decodeWindows1252(bytes: Buffer): string | null {
  let isWhole = true;
  const text = bytes.toString('latin1').replace(/[\x80-\x9f]/g, (character) => {
    const codePoint = HIGH[character.charCodeAt(0) - 0x80]!;
    if (codePoint === 0) isWhole = false;
    return String.fromCharCode(codePoint);
  });
  return isWhole ? text : null;
}
