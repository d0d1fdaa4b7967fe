// SPDX-License-Identifier: GPL-2.0-or-later
/** The modules, as `lsmod` lists them. */
import type { ModuleView } from '../../../kernel-sim/machine-types.ts';
import { useSelection, usePlayground } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';

export function ModulesPanel() {
  const modules = useSelection((state) => state.snapshot?.modules ?? NONE);
  const playground = usePlayground();
  if (modules.length === 0) {
    return (
      <div className="empty-frame">
        <p>No module is loaded.</p>
        <p className="quiet">Building and loading the open project puts its module here.</p>
        <Button onPress={() => void playground.builder.buildAndLoad()}>Build and load</Button>
      </div>
    );
  }
  return (
    <div className="table-scroller">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Module</th>
            <th scope="col" className="figure">
              Size
            </th>
            <th scope="col" className="figure">
              Used by
            </th>
            <th scope="col">State</th>
            <th scope="col">Taints</th>
          </tr>
        </thead>
        <tbody>
          {modules.map((module) => (
            <tr key={module.name}>
              <td className="name">{module.name}</td>
              <td className="figure">{module.sizeBytes}</td>
              <td className="figure">{module.references}</td>
              <td>
                <span className="state">
                  <StateGlyph state={module.state === 'Oopsed' ? 'error' : 'running'} />
                  {module.state}
                </span>
              </td>
              <td>{module.taints}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const NONE: readonly ModuleView[] = [];
