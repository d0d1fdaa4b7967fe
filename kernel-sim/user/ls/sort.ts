// SPDX-License-Identifier: GPL-2.0-or-later
/** In which order ls lists files. */
import { S } from '../../uapi/fs.ts';
import { displayWidth } from '../support/columns.ts';
import { byBytes } from '../support/files.ts';
import { compareVersions } from '../support/version.ts';
import type { Entry } from './format.ts';
import type { LsOptions } from './options.ts';
import { quoteFor } from './quoting.ts';

type Order = (a: Entry, b: Entry) => number;

const byName: Order = (a, b) => byBytes(a.name, b.name);

export function sortEntries(entries: readonly Entry[], options: LsOptions): readonly Entry[] {
  const order = orderOf(options);
  let sorted = entries;
  if (order !== undefined) {
    const sign = options.reverse ? -1 : 1;
    sorted = entries.toSorted((a, b) => sign * (order(a, b) || byName(a, b)));
  }
  if (!options.directoriesFirst || order === undefined) return sorted;
  return [...sorted.filter(isFolder), ...sorted.filter((entry) => !isFolder(entry))];
}

function orderOf({ sort, time, quoting }: LsOptions): Order | undefined {
  switch (sort) {
    case 'none':
      return undefined;
    case 'name':
      return byName;
    case 'size':
      return (a, b) => (b.stat?.size ?? 0) - (a.stat?.size ?? 0);
    case 'time': {
      const nanoseconds = `${time}_ns` as const;
      return (a, b) =>
        (b.stat?.[time] ?? 0) - (a.stat?.[time] ?? 0) ||
        (b.stat?.[nanoseconds] ?? 0) - (a.stat?.[nanoseconds] ?? 0);
    }
    case 'version':
      return (a, b) => compareVersions(a.name, b.name);
    case 'extension':
      return (a, b) => byBytes(extension(a.name), extension(b.name));
    case 'width': {
      const width = ({ name }: Entry): number => displayWidth(quoteFor(quoting, name));
      return (a, b) => width(a) - width(b);
    }
  }
}

function extension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

/** A directory, or a link to one. */
function isFolder({ mode, targetMode }: Entry): boolean {
  return [mode, targetMode ?? 0].some((it) => (it & S.IFMT) === S.IFDIR);
}
