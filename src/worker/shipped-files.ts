// SPDX-License-Identifier: GPL-2.0-or-later
/** The examples as files of /home/user: each a folder of its own, as they lie in the sources. */
import type { BootFile } from '../../kernel-sim/index.ts';

const EXAMPLES = '../../kernel-sim/examples/';

const texts = import.meta.glob<string>(
  ['../../kernel-sim/examples/*/*', '!**/*.test.ts', '!**/generated/**'],
  { query: '?raw', import: 'default', eager: true },
);

// Made while the script loads: later, this realm has no TextEncoder any more.
const encoder = new TextEncoder();

export const SHIPPED_FILES: readonly BootFile[] = Object.entries(texts).map(([path, text]) => ({
  path: `/home/user/${path.slice(EXAMPLES.length)}`,
  bytes: encoder.encode(text),
}));
