/** The rules of frames once more, in another way: over a whole stream at once. */

/** Frames that a stream holds, one character for each byte, and what is left out of it: frames begun in vain, bytes outside frames. */
export function framesIn(stream: string): {
  readonly frames: readonly string[];
  readonly discarded: { readonly frames: number; readonly bytes: number };
} {
  const frames: string[] = [];
  const discarded = { frames: 0, bytes: 0 };
  let rest = stream;
  for (;;) {
    const start = rest.indexOf('\v');
    discarded.bytes += start < 0 ? rest.length : start;
    if (start < 0) return { frames, discarded };
    rest = rest.slice(start + 1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the protocol is made of them
    const whole = /^([^\v]*?)\x1c(?:\r|(?=\v)|$)/.exec(rest);
    if (whole !== null) {
      frames.push(whole[1]!);
      rest = rest.slice(whole[0].length);
    } else {
      discarded.frames++;
      const next = rest.indexOf('\v');
      if (next < 0) return { frames, discarded };
      rest = rest.slice(next);
    }
  }
}
