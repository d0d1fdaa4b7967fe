// SPDX-License-Identifier: GPL-2.0-or-later
/** The examples as they lie in the user's home: each a folder of its own, put in by the build. */
import type { BootFile } from '../machine-types.ts';
import { HOME, USER_ID } from './guest-files.ts';

const SOURCES = '../examples/';

const texts = import.meta.glob<string>(['../examples/*/*', '!**/*.test.ts', '!**/generated/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

export const EXAMPLES: readonly BootFile[] = Object.entries(texts).map(([path, text]) => ({
  path: `${HOME}/${path.slice(SOURCES.length)}`,
  bytes: Buffer.from(text),
  uid: USER_ID,
  gid: USER_ID,
}));
