// SPDX-License-Identifier: GPL-2.0-or-later
/** Gathers what a person would want to be told of: the source of "what just happened". */
import type { BadMemoryHappening, Happening, LogLine, SourcePlace } from '../machine-types.ts';
import type { MemoryFinding } from '../mm/memory-findings.ts';
import { errnoName } from '../uapi/errno.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Kernel } from './kernel.ts';

export function watchHappenings(kernel: Kernel, tell: (happening: Happening) => void): void {
  const { loader, die, printk, charDevices, sysctl, sim, consoles } = kernel;
  let linesBefore = printk.nextSequence;
  tell({ kind: 'booted', atNs: sim.now() });

  loader.hooks = {
    loading: () => {
      linesBefore = printk.nextSequence;
    },
    loaded: ({ name, image, providers }) => {
      const lines = printk
        .since(linesBefore)
        .filter(({ source }) => source?.module === name).length;
      tell({
        kind: 'module-loaded',
        atNs: sim.now(),
        module: name,
        sizeBytes: image.sizeBytes,
        lines,
        uses: [...providers].map((provider) => provider.name),
        exports: image.exports.map((symbol) => symbol.name),
      });
    },
    unloaded: ({ name }) => tell({ kind: 'module-unloaded', atNs: sim.now(), module: name }),
    refused: (name, errno) => {
      const text = errnoName(-errno) ?? String(-errno);
      const why = whyRefused(printk.since(linesBefore), name);
      tell({ kind: 'module-refused', atNs: sim.now(), module: name, errno: text, why });
      linesBefore = printk.nextSequence;
    },
  };
  die.onOops = ({ title, source }) => {
    const happening = { kind: 'oops', atNs: sim.now(), title } as const;
    tell(source === undefined ? happening : { ...happening, source });
  };
  kernel.memoryFindings.onFound = (finding) => tell(badMemory(kernel, finding));
  kernel.locks.lockdep.onReport = (headline, site) => {
    tell({
      kind: 'lock-report',
      atNs: sim.now(),
      title: headline.replace(/^(?:WARNING|INFO|BUG): /, ''),
      task: kernel.scheduler.current.name,
      ...sourceAt(kernel, site),
    });
  };
  kernel.watchers.deadlocks.onNamed = ({ atNs, links }) => {
    const waits = links.map(({ task, blocker }) => ({
      // Often they run the same program.
      task: `${task.name}/${task.pid}`,
      lock: blocker.name,
    }));
    tell({ kind: 'deadlock', atNs, waits, ...sourceAt(kernel, links[0]?.blocker.site ?? 0) });
  };
  charDevices.onRegistered = (name, major) =>
    tell({ kind: 'device', atNs: sim.now(), name, major });
  sysctl.onRegistered = (path) => tell({ kind: 'sysctl', atNs: sim.now(), path });
  consoles.onBuilt = (bytes) => {
    const built = readReply(bytes);
    if (built !== undefined) tell({ kind: 'build', atNs: sim.now(), ...built });
  };
}

/** The line of a driver's that a site stands for, if it does. */
function sourceAt({ sites }: Kernel, site: number): { readonly source?: SourcePlace } {
  const { module, file, line } = sites.resolve(site);
  if (module === undefined || file === undefined || line === undefined) return {};
  return { source: { module, file, line } };
}

function badMemory(kernel: Kernel, finding: MemoryFinding): BadMemoryHappening {
  const { slabs, sites, stackDepot, tasks } = kernel;
  const { kind, pointer, sizeBytes, isWrite, logSequence, timeNs, task, stack } = finding;
  const { module, file, line } = sites.actor(stackDepot.sites(stack)) ?? {};
  const info = slabs.objectAt(finding.object);
  const { free } = info ?? {};
  const isFreed = kind.endsWith('use-after-free') || kind === 'double-free';
  const freed = isFreed ? free : undefined;
  return {
    kind: 'bad-memory',
    atNs: timeNs,
    task,
    access: { kind, address: pointer, sizeBytes, isWrite, logSequence },
    ...(module === undefined || file === undefined || line === undefined
      ? {}
      : { source: { module, file, line } }),
    ...(info === undefined
      ? {}
      : {
          object: {
            sizeBytes: info.slab.tracks?.requestedBytes(info.index) || info.cache.objectBytes,
            offset: pointer - info.pointer,
            ...(freed === undefined
              ? {}
              : { freed: { task: tasks.nameOf(freed.pid), agoNs: timeNs - freed.timeNs } }),
          },
        }),
  };
}

/** The loader's last word on a module, without the module's name in front. */
function whyRefused(lines: readonly LogLine[], name: string): string {
  const prefix = name === '' ? '' : `${name}: `;
  const line = lines.findLast((it) => it.source === undefined && it.text.startsWith(prefix));
  return line?.text.slice(prefix.length) ?? '';
}

/**
 * What a build came to; undefined for a reply that is none. The host is not to be trusted either.
 */
function readReply(
  bytes: Uint8Array,
): { module: string; errors: number; sizeBytes: number } | undefined {
  let reply: unknown;
  try {
    reply = JSON.parse(decodeUtf8(bytes));
  } catch {
    return undefined;
  }
  const { module, diagnostics, ko } = (reply ?? {}) as Record<string, unknown>;
  if (typeof module !== 'string' || !Array.isArray(diagnostics)) return undefined;
  // Four characters of base64 are three bytes.
  const sizeBytes = typeof ko === 'string' ? Math.floor((ko.length * 3) / 4) : 0;
  return { module, errors: diagnostics.length, sizeBytes };
}
