// SPDX-License-Identifier: GPL-2.0-or-later
/** The tasks: who runs, who waits. */
import type { TaskView } from '../../../kernel-sim/machine-types.ts';
import { useSelection } from '../../store/use-playground.ts';
import { StateGlyph, type StateName } from '../../widgets/state-glyph.tsx';

/** The letter that `ps` prints, with the state's shape and word. */
const STATES: Readonly<Record<TaskView['state'], readonly [StateName, string]>> = {
  R: ['running', 'running or runnable'],
  S: ['sleeping', 'sleeping'],
  D: ['blocked', 'blocked, not interruptible'],
  Z: ['error', 'ended, not waited for'],
  T: ['blocked', 'stopped'],
  I: ['sleeping', 'idle'],
};

function byPid(one: TaskView, other: TaskView): number {
  return one.pid - other.pid;
}

export function TasksPanel() {
  const tasks = useSelection((state) => state.snapshot?.tasks);
  if (tasks === undefined) return <p className="empty">Tasks appear when the kernel has booted.</p>;
  return (
    <div className="table-scroller">
      <table className="data">
        <thead>
          <tr>
            <th scope="col" className="figure">
              PID
            </th>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <th scope="col" className="figure">
              CPU
            </th>
          </tr>
        </thead>
        <tbody>
          {tasks.toSorted(byPid).map((task) => (
            <tr key={task.pid}>
              <td className="figure">{task.pid}</td>
              <td className="name">{task.name}</td>
              <td>
                <span className="state">
                  <StateGlyph state={STATES[task.state][0]} />
                  {task.state} <span className="quiet">{STATES[task.state][1]}</span>
                </span>
              </td>
              <td className="figure">{task.cpu}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
