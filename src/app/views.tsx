// SPDX-License-Identifier: GPL-2.0-or-later
/** The views of the kernel, as tabs. */
import { DevicesPanel } from '../panels/devices/devices-panel.tsx';
import { LocksPanel } from '../panels/locks/locks-panel.tsx';
import { LogPanel } from '../panels/log/log-panel.tsx';
import { MemoryPanel } from '../panels/memory/memory-panel.tsx';
import { ModulesPanel } from '../panels/modules/modules-panel.tsx';
import { PacketsPanel } from '../panels/packets/packets-panel.tsx';
import { ProblemsPanel } from '../panels/problems/problems-panel.tsx';
import { TasksPanel } from '../panels/tasks/tasks-panel.tsx';
import { TimelinePanel } from '../panels/timeline/timeline-panel.tsx';
import { problemCount } from '../store/build-slice.ts';
import type { ViewName } from '../store/desk-slice.ts';
import { badMemoryCount, lockReportCount, oopsCount } from '../store/machine-slice.ts';
import { useSelection } from '../store/use-playground.ts';
import type { TabItem } from '../widgets/tab-bar.tsx';

export function useViewTabs(): readonly TabItem<ViewName>[] {
  const problems = useSelection(problemCount);
  const oopses = useSelection((state) => oopsCount(state.happenings));
  const reports = useSelection((state) => badMemoryCount(state.happenings));
  const locks = useSelection((state) => lockReportCount(state.happenings));
  const tasks = useSelection((state) => state.snapshot?.tasks.length);
  const modules = useSelection((state) => state.snapshot?.modules.length);
  const packets = useSelection((state) => state.packets.frames.length);
  return [
    oopses === 0
      ? { id: 'log', label: 'Log' }
      : { id: 'log', label: 'Log', count: oopses, isAlarming: true },
    { id: 'problems', label: 'Problems', count: problems, isAlarming: problems > 0 },
    { id: 'tasks', label: 'Tasks', count: tasks },
    reports === 0
      ? { id: 'memory', label: 'Memory' }
      : { id: 'memory', label: 'Memory', count: reports, isAlarming: true },
    locks === 0
      ? { id: 'locks', label: 'Locks' }
      : { id: 'locks', label: 'Locks', count: locks, isAlarming: true },
    { id: 'modules', label: 'Modules', count: modules },
    { id: 'timeline', label: 'Timeline' },
    { id: 'devices', label: 'Devices' },
    packets === 0
      ? { id: 'packets', label: 'Packets' }
      : { id: 'packets', label: 'Packets', count: packets },
  ];
}

export function ViewBody({ view }: { readonly view: ViewName }) {
  switch (view) {
    case 'log':
      return <LogPanel />;
    case 'problems':
      return <ProblemsPanel />;
    case 'tasks':
      return <TasksPanel />;
    case 'memory':
      return <MemoryPanel />;
    case 'locks':
      return <LocksPanel />;
    case 'modules':
      return <ModulesPanel />;
    case 'timeline':
      return <TimelinePanel />;
    case 'devices':
      return <DevicesPanel />;
    case 'packets':
      return <PacketsPanel />;
  }
}
