// SPDX-License-Identifier: GPL-2.0-or-later
/** The modules, as `lsmod` lists them, and all there is to know of the chosen one. */
import { useState } from 'react';

import type { ModuleView } from '../../../kernel-sim/machine-types.ts';
import { taintWords } from '../../lib/report-terms.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { DataGrid, GRID_ROW_HEIGHT, type GridColumn } from '../../widgets/data-grid.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { Term } from '../../widgets/term.tsx';
import { ModuleDetails } from './module-details.tsx';
import { usersOf } from './module-words.ts';

const COLUMNS: readonly GridColumn<ModuleView>[] = [
  {
    key: 'name',
    label: 'Module',
    width: 130,
    grows: true,
    show: ({ name }) => <strong>{name}</strong>,
  },
  { key: 'size', label: 'Size', width: 64, isFigure: true, show: ({ sizeBytes }) => sizeBytes },
  { key: 'users', label: 'Used by', width: 120, show: usersOf },
  {
    key: 'state',
    label: 'State',
    width: 84,
    show: ({ state }) => (
      <>
        <StateGlyph state={state === 'Oopsed' ? 'error' : 'running'} />
        {state}
      </>
    ),
  },
  {
    key: 'taints',
    label: 'Taints',
    width: 60,
    isMinor: true,
    show: ({ taints }) =>
      taints !== '' && (
        <Term title="Taint: what the kernel holds against it" text={taintWords(taints)}>
          {taints}
        </Term>
      ),
  },
];

export function ModulesPanel() {
  const modules = useSelection((state) => state.snapshot?.modules ?? NONE);
  const [wanted, setWanted] = useState<string>();
  // The latest one, until somebody chooses.
  const chosen = modules.find(({ name }) => name === wanted) ?? modules.at(-1);
  if (chosen === undefined) return <NoModules />;
  return (
    <div className="modules">
      <div className="module-list" style={{ height: listHeight(modules.length) }}>
        <DataGrid
          label="Modules"
          id="module"
          columns={COLUMNS}
          rows={modules}
          keyOf={({ name }) => name}
          chosen={chosen.name}
          onChoose={({ name }) => setWanted(name)}
        />
      </div>
      <ModuleDetails key={chosen.name} name={chosen.name} onChoose={setWanted} />
    </div>
  );
}

/** Of its headings and rows, and a little more; the sheet of styles says how much is too much. */
function listHeight(rows: number): number {
  return (Math.min(rows, LIST_ROWS_MAX) + 1) * GRID_ROW_HEIGHT + 2;
}

const LIST_ROWS_MAX = 6;
const NONE: readonly ModuleView[] = [];

function NoModules() {
  const playground = usePlayground();
  return (
    <div className="empty-frame">
      <p>No module is loaded.</p>
      <p className="quiet">
        Building and loading the open project puts its module here, and so does{' '}
        <span className="mono">sudo insmod NAME.ko</span> in the shell.
      </p>
      <Button onPress={() => void playground.builder.build()}>Build and load</Button>
    </div>
  );
}
