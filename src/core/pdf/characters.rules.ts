/** Which characters a PDF of the hub can show, so that any other is refused by name and never left out. */

/**
 * Scripts that are written from left to right with one shape to a letter. Right-to-left and joining scripts would need
 * bidirectional layout and shaping, which the PDF library does not do: shown wrongly they would read as another word.
 */
const SCRIPTS =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Common}\p{Script=Inherited}]$/u;

/** Controls, invisible characters (of format, joiners and variation selectors), surrogates, private use, and separators of lines and paragraphs. */
const UNSEEN = /^[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]$/u;

/** Characters named at most: an error says what is wrong, and is no copy of the text. */
const MOST_NAMED = 20;

/** Whether a font has a glyph for a code point. */
export type HasGlyph = (codePoint: number) => boolean;

/** True for a character that the page shows as it is; the line end counts, as a new line shows it. */
export function isShown(character: string, hasGlyph: HasGlyph): boolean {
  if (character === '\n') return true;
  return SCRIPTS.test(character) && !UNSEEN.test(character) && hasGlyph(character.codePointAt(0)!);
}

/** The characters of some texts that the page cannot show, once each, as `U+0645`, in the order in which they come; twenty at most. */
export function unshownCharacters(texts: readonly string[], hasGlyph: HasGlyph): readonly string[] {
  const unshown = new Set<string>();
  for (const text of texts)
    for (const character of text)
      if (!isShown(character, hasGlyph) && unshown.size < MOST_NAMED) unshown.add(nameOf(character));
  return [...unshown];
}

function nameOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}
