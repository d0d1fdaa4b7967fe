// SPDX-License-Identifier: GPL-2.0-or-later
/** echo: prints its arguments, as /bin/echo does it: `-n`, `-e`, `-E` and nothing else. */
import { defineProgram } from './libc/libc.ts';
import { unescapeEcho } from './support/escapes.ts';

export const echo = defineProgram(function* (c) {
  let isLineEnded = true;
  let unescapes = false;
  let first = 1;
  // Anything that is not wholly made of these letters is text, `--help` among other words too.
  for (; /^-[neE]+$/.test(c.argv[first] ?? ''); first++) {
    for (const letter of (c.argv[first] ?? '').slice(1)) {
      if (letter === 'n') isLineEnded = false;
      else unescapes = letter === 'e';
    }
  }
  const text = c.argv.slice(first).join(' ');
  if (!unescapes) {
    c.out(isLineEnded ? `${text}\n` : text);
    return 0;
  }
  const { bytes, stopped } = unescapeEcho(text);
  c.out(bytes);
  if (isLineEnded && !stopped) c.out('\n');
  return 0;
});
