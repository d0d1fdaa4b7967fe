// SPDX-License-Identifier: GPL-2.0-or-later
/** `ss -s`: how many sockets there are, from /proc/net/sockstat. */
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';

/** `TCP` to `inuse` to its number. */
type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>;

export function* summaryText(c: Libc): Sleeping<string> {
  const v4 = parse(yield* c.read_file('/proc/net/sockstat'));
  const v6 = parse(yield* c.read_file('/proc/net/sockstat6'));
  const of = (counts: Counts, name: string, what: string): number =>
    counts.get(name)?.get(what) ?? 0;
  const established = of(v4, 'TCP', 'inuse');
  const timeWait = of(v4, 'TCP', 'tw');
  const allocated = of(v4, 'TCP', 'alloc');
  const tcpTotal = allocated + timeWait;
  const closed = Math.max(0, tcpTotal - established);
  const orphaned = of(v4, 'TCP', 'orphan');
  const rows = (['RAW', 'UDP', 'TCP', 'FRAG'] as const).map((name) => {
    return [name, of(v4, name, 'inuse'), of(v6, `${name}6`, 'inuse')] as const;
  });
  const inet = rows.filter(([name]) => name !== 'FRAG');
  const sum = (column: 1 | 2): number => inet.reduce((total, row) => total + row[column], 0);
  const shown = [...inet, ['INET', sum(1), sum(2)] as const, rows.at(-1)!];
  return (
    `Total: ${of(v4, 'sockets', 'used')}\n` +
    `TCP:   ${tcpTotal} (estab ${established}, closed ${closed}, orphaned ${orphaned}, ` +
    `timewait ${timeWait})\n\n` +
    'Transport Total     IP        IPv6\n' +
    shown.map(([name, four, six]) => row(name, four, six)).join('') +
    '\n'
  );
}

function row(name: string, v4: number, v6: number): string {
  const columns = [v4 + v6, v4, v6].map((count) => String(count).padEnd(9));
  return `${name}\t  ${columns.join(' ')}\n`;
}

function parse(file: Uint8Array | number): Counts {
  if (typeof file === 'number') return new Map();
  const lines = decodeUtf8(file).trimEnd().split('\n');
  return new Map(
    lines.map((text) => {
      const [name = '', ...words] = text.split(/[:\s]+/);
      const pairs = Array.from({ length: Math.floor(words.length / 2) }, (_, n) => {
        return [words[2 * n]!, Number(words[2 * n + 1])] as const;
      });
      return [name, new Map(pairs)];
    }),
  );
}
