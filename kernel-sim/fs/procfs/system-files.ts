// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files of /proc about the machine as a whole, in Linux's formats.
 *
 * What belongs to another room (modules, devices, interrupts) is registered by it.
 *
 * Linux: fs/proc/{version,uptime,stat,loadavg,cmdline,filesystems}.c, proc(5).
 */
import { pathText, type MountTable } from '../mount.ts';
import { NS_PER_SECOND } from '../timespec.ts';
import type { Vfs } from '../vfs.ts';
import type { CpuTimes } from '../../kernel/sched/cpu.ts';
import type { ProcFs } from './procfs.ts';

/** What the machine knows of itself: init/ gathers it. */
export interface SystemFacts {
  readonly nowNs: () => number;
  readonly epochSeconds: number;
  readonly cmdline: string;
  /** The line of the boot's banner: `Linux version …`. */
  readonly version: string;
  /** By CPU: where its time went. */
  readonly cpuTimes: () => readonly CpuTimes[];
  readonly contextSwitches: () => number;
  /** Tasks ever made, runnable now, all now. */
  readonly taskCounts: () => {
    readonly created: number;
    readonly running: number;
    readonly blocked: number;
    readonly all: number;
    readonly lastPid: number;
  };
  /** Over 1, 5 and 15 minutes, in hundredths. */
  readonly loadAverages: () => readonly [number, number, number];
}

const TICK_NS = 10_000_000;
const CENTISECOND_NS = 10_000_000;

export function registerSystemFiles(procfs: ProcFs, vfs: Vfs, facts: SystemFacts): void {
  procfs.register('version', () => `${facts.version}\n`);
  procfs.register('cmdline', () => `${facts.cmdline}\n`);
  procfs.register('filesystems', () => filesystemsText(vfs));
  procfs.register('uptime', () => uptimeText(facts));
  procfs.register('stat', () => statText(facts));
  procfs.register('loadavg', () => loadavgText(facts));
}

function filesystemsText(vfs: Vfs): string {
  return [...vfs.fileSystemTypes]
    .map(([type, { needsDevice }]) => `${needsDevice ? '' : 'nodev'}\t${type}\n`)
    .join('');
}

/** /proc/mounts: source, place, type, options. */
export function mountsText(mounts: MountTable): string {
  return mounts.all
    .map((mount) => {
      const place = pathText({ mount, dentry: mount.fileSystem.root }, mounts.root);
      const access = mount.isReadOnly ? 'ro' : 'rw';
      const { type, options } = mount.fileSystem;
      return `${mount.source} ${escapePath(place)} ${type} ${access},relatime${options} 0 0\n`;
    })
    .join('');
}

/** Blanks would end the field. Linux: seq_path with " \t\n\\". */
function escapePath(path: string): string {
  return path.replace(/[ \t\n\\]/gu, (char) => {
    return `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
  });
}

function uptimeText(facts: SystemFacts): string {
  const idleNs = facts.cpuTimes().reduce((sum, cpu) => sum + cpu.idleNs, 0);
  return `${seconds(facts.nowNs())} ${seconds(idleNs)}\n`;
}

/** Seconds with two decimals, cut off. */
function seconds(nanoseconds: number): string {
  const hundredths = Math.floor((nanoseconds % NS_PER_SECOND) / CENTISECOND_NS);
  return `${Math.floor(nanoseconds / NS_PER_SECOND)}.${String(hundredths).padStart(2, '0')}`;
}

function statText(facts: SystemFacts): string {
  const cpus = facts.cpuTimes();
  const sum = (field: keyof CpuTimes): number =>
    cpus.reduce((total, times) => total + times[field], 0);
  const all: CpuTimes = {
    userNs: sum('userNs'),
    niceNs: sum('niceNs'),
    systemNs: sum('systemNs'),
    idleNs: sum('idleNs'),
    irqNs: sum('irqNs'),
    softirqNs: sum('softirqNs'),
  };
  const counts = facts.taskCounts();
  return [
    `cpu  ${cpuFields(all)}`,
    ...cpus.map((times, index) => `cpu${index} ${cpuFields(times)}`),
    `ctxt ${facts.contextSwitches()}`,
    `btime ${facts.epochSeconds}`,
    `processes ${counts.created}`,
    `procs_running ${counts.running}`,
    `procs_blocked ${counts.blocked}`,
    '',
  ].join('\n');
}

/** user nice system idle iowait irq softirq steal guest guest_nice, in ticks. */
function cpuFields({ userNs, niceNs, systemNs, idleNs, irqNs, softirqNs }: CpuTimes): string {
  const ticks = [userNs, niceNs, systemNs, idleNs, 0, irqNs, softirqNs, 0, 0, 0];
  return ticks.map((nanoseconds) => Math.floor(nanoseconds / TICK_NS)).join(' ');
}

function loadavgText(facts: SystemFacts): string {
  const { running, all, lastPid } = facts.taskCounts();
  const loads = facts
    .loadAverages()
    .map((load) => `${Math.floor(load / 100)}.${String(load % 100).padStart(2, '0')}`);
  return `${loads.join(' ')} ${running}/${all} ${lastPid}\n`;
}
