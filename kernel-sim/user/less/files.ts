// SPDX-License-Identifier: GPL-2.0-or-later
/** Opening what is named. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { S } from '../../uapi/fs.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText } from '../support/command.ts';
import { Document } from './document.ts';
import type { LessOptions } from './options.ts';

/** The document, or why there is none. `-` is standard input. */
export function* openFile(
  c: Libc,
  name: string,
  options: LessOptions,
): Sleeping<Document | string> {
  const squeezes = (): boolean => options.squeezes;
  if (name === '-') return new Document(c, name, 0, squeezes);
  const stat = yield* c.stat(name);
  if (typeof stat === 'number') return `${name}: ${errorText(stat)}`;
  if ((stat.mode & S.IFMT) === S.IFDIR) return `${name} is a directory`;
  const fd = yield* c.open(name);
  if (fd < 0) return `${name}: ${errorText(fd)}`;
  const isRegular = (stat.mode & S.IFMT) === S.IFREG;
  return new Document(c, name, fd, squeezes, isRegular ? stat.size || undefined : undefined);
}
