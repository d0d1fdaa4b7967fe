// SPDX-License-Identifier: GPL-2.0-or-later
/** Files of the host for the guest's file system: what `--file HOST:GUEST` asks for. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, posix } from 'node:path';

import type { BootFile } from '../machine-types.ts';
import { type FilePair, UsageError } from './arguments.ts';

export const HOME = '/home/user';
export const USER_ID = 1000;

/** Reads every file that the pairs name; a folder stands for all below it. */
export function guestFiles(pairs: readonly FilePair[]): readonly BootFile[] {
  return pairs.flatMap(({ host, guest }) => {
    try {
      const isFolder = statSync(host).isDirectory();
      const isInto = guest.endsWith('/') && !isFolder;
      const target = posix.resolve(HOME, isInto ? posix.join(guest, basename(host)) : guest);
      return isFolder ? folder(host, target) : [file(host, target)];
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'cannot be read';
      throw new UsageError(`run: --file ${host}: ${reason}`);
    }
  });
}

function folder(host: string, guest: string): BootFile[] {
  return readdirSync(host, { withFileTypes: true }).flatMap((entry) => {
    const [from, to] = [join(host, entry.name), posix.join(guest, entry.name)];
    if (entry.isDirectory()) return folder(from, to);
    return statSync(from).isFile() ? [file(from, to)] : [];
  });
}

function file(host: string, guest: string): BootFile {
  const isExecutable = (statSync(host).mode & 0o100) !== 0;
  const mode = isExecutable ? 0o755 : 0o644;
  return { path: guest, bytes: readFileSync(host), mode, uid: USER_ID, gid: USER_ID };
}
