// SPDX-License-Identifier: GPL-2.0-or-later
/** How busy each CPU was over the last second, and how much memory is used: bars and words. */
import { useEffect, useState } from 'react';
import { Button as AriaButton, Tooltip, TooltipTrigger } from 'react-aria-components';

import { machineNowNs } from '../store/machine-slice.ts';
import { usePlayground } from '../store/use-playground.ts';
import { cpuUsage, type CpuUsage } from '../store/usage.ts';

const READ_EVERY_MS = 500;
const MIB = 2 ** 20;

interface Reading {
  /** In whole per cent. */
  readonly cpus: readonly CpuUsage[];
  readonly usedMib: number;
  readonly totalMib: number;
}

export function Meters() {
  const { store } = usePlayground();
  const [reading, setReading] = useState<Reading>();
  useEffect(() => {
    const read = (): void => {
      const state = store.getState();
      if (state.snapshot === undefined) return;
      const { totalBytes, freeBytes } = state.snapshot.memory;
      const next: Reading = {
        cpus: cpuUsage(state.samples, machineNowNs(state, performance.now())).map(percent),
        usedMib: Math.round(((totalBytes - freeBytes) / MIB) * 10) / 10,
        totalMib: Math.round(totalBytes / MIB),
      };
      setReading((old) => (JSON.stringify(old) === JSON.stringify(next) ? old : next));
    };
    const timer = setInterval(read, READ_EVERY_MS);
    return () => clearInterval(timer);
  }, [store]);
  if (reading === undefined) return <span className="meters" />;
  const { cpus, usedMib, totalMib } = reading;
  const memory = `${usedMib.toFixed(1)} of ${totalMib} MiB`;
  return (
    <TooltipTrigger delay={300} closeDelay={0}>
      <AriaButton
        className="meters"
        aria-label={`${cpus.map(cpuWords).join(', ')}; memory: ${memory} used. Show tasks.`}
        onPress={() => store.getState().arrange({ view: 'tasks', page: 'kernel' })}
      >
        {cpus.map((cpu, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- CPUs are numbered
          <CpuBar key={index} {...cpu} />
        ))}
        <span className="meter-memory">
          <span style={{ width: `${(usedMib / totalMib) * 100}%` }} />
        </span>
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {cpus.map((cpu, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- CPUs are numbered
          <span className="tooltip-line" key={index}>
            {cpuWords(cpu, index)}
          </span>
        ))}
        <span className="tooltip-line">Memory: {memory} used</span>
      </Tooltip>
    </TooltipTrigger>
  );
}

/** User time is solid, system time hatched; idle is the empty rest. */
function CpuBar({ user, system }: CpuUsage) {
  return (
    <span className="meter-cpu">
      <span className="meter-system" style={{ height: `${system}%` }} />
      <span className="meter-user" style={{ height: `${user}%` }} />
    </span>
  );
}

function percent({ user, system }: CpuUsage): CpuUsage {
  return { user: Math.round(user * 100), system: Math.round(system * 100) };
}

function cpuWords({ user, system }: CpuUsage, index: number): string {
  if (user + system === 0) return `CPU ${index}: idle`;
  return `CPU ${index}: ${user} % user, ${system} % system`;
}
