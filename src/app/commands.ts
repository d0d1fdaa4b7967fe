// SPDX-License-Identifier: GPL-2.0-or-later
/** Everything that can be done to the page, for the palette and for the sheet of keys. */
import { fileName, HOME, openProgram } from '../store/file-slice.ts';
import type { ViewName } from '../store/desk-slice.ts';
import type { Playground } from '../store/playground.ts';
import type { TerminalRack } from '../xterm/terminal-rack.ts';
import { forgetLayouts } from './layout-memory.ts';

export interface Command {
  readonly id: string;
  readonly label: string;
  /** In the kernel's own type, behind the label. */
  readonly object?: string;
  readonly keys?: string;
  readonly run: () => void;
}

/** The names of keys on this machine. */
export const COMMAND_KEY = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

/** Keys that are no commands of their own. */
export const OTHER_KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['Ctrl M', 'Tab indents or moves the focus, in the editor'],
  ['Shift Tab', 'Leave the shell'],
  ['F2', 'Rename, in the tree of files'],
  ['Delete', 'Delete a file in the tree, close a terminal’s tab'],
  ['Shift F10', 'The menu of a file'],
];

export function commandsOf(playground: Playground, terminals: TerminalRack): readonly Command[] {
  return [
    ...machineCommands(playground, terminals),
    ...pageCommands(playground),
    ...fileCommands(playground),
  ];
}

function machineCommands(playground: Playground, terminals: TerminalRack): readonly Command[] {
  const { store, builder } = playground;
  const { terminal, openDialog, setFinding } = store.getState();
  const program = openProgram(store.getState());
  const front = (): ReturnType<TerminalRack['at']> => terminals.at(store.getState().terminal);
  return [
    {
      id: 'build',
      label: program === undefined ? 'Build and load' : 'Build and run',
      object: program?.name ?? store.getState().project,
      keys: `${COMMAND_KEY} Enter`,
      run: () => void builder.build(),
    },
    {
      id: 'terminal',
      label: 'Open another terminal',
      keys: 'Ctrl Shift `',
      run: () => {
        playground.openTerminal();
        requestAnimationFrame(() => front().focus());
      },
    },
    ...(terminal === 0
      ? []
      : [
          {
            id: 'close-terminal',
            label: 'Close the terminal',
            object: `ttyS${terminal}`,
            run: () => playground.closeTerminal(terminal),
          },
        ]),
    { id: 'find', label: 'Find in the terminal', run: () => setFinding(true) },
    { id: 'clear', label: 'Clear the terminal', run: () => front().clear() },
    { id: 'restart', label: 'Restart the machine', run: () => playground.restart() },
    { id: 'reset', label: 'Reset everything', run: () => openDialog('reset') },
  ];
}

function pageCommands({ store }: Playground): readonly Command[] {
  const { arrange, maximise, maximised, openDialog } = store.getState();
  const view = (id: ViewName, label: string): Command => ({
    id,
    label: `Show ${label}`,
    run: () => arrange({ view: id, page: 'kernel' }),
  });
  return [
    {
      id: 'files',
      label: 'Show the files',
      keys: `${COMMAND_KEY} Shift E`,
      run: () => arrange({ sidebar: 'files', page: 'code' }),
    },
    {
      id: 'search',
      label: 'Search in all files',
      keys: `${COMMAND_KEY} Shift F`,
      run: () => arrange({ sidebar: 'search', page: 'code' }),
    },
    view('log', 'the kernel’s log'),
    view('problems', 'what the compiler found'),
    view('tasks', 'the tasks'),
    view('modules', 'the modules'),
    view('memory', 'the kernel’s memory'),
    view('locks', 'the kernel’s locks'),
    view('timeline', 'the timeline'),
    view('devices', 'the devices on the USB'),
    view('packets', 'the packets and the wire'),
    {
      id: 'maximise',
      label: maximised === undefined ? 'Maximise the pane' : 'Show all panes',
      keys: `${COMMAND_KEY} Shift Enter`,
      run: () => maximise(maximised === undefined ? paneInFocus() : undefined),
    },
    { id: 'code', label: 'Layout: wide editor', run: () => arrange({ preset: 'code' }) },
    { id: 'split', label: 'Layout: split', run: () => arrange({ preset: 'split' }) },
    { id: 'kernel', label: 'Layout: wide views', run: () => arrange({ preset: 'kernel' }) },
    { id: 'layout', label: 'Reset the layout', run: () => resetLayout(store) },
    {
      id: 'settings',
      label: 'Settings',
      keys: `${COMMAND_KEY} ,`,
      run: () => openDialog('settings'),
    },
    { id: 'keys', label: 'Keyboard shortcuts', keys: '?', run: () => openDialog('keys') },
  ];
}

function fileCommands({ store, workspace }: Playground): readonly Command[] {
  const { files, openFile, arrange } = store.getState();
  return Object.keys(files)
    .filter((path) => !fileName(path).startsWith('.'))
    .toSorted()
    .map((path) => ({
      id: path,
      label: 'Open',
      object: path.slice(HOME.length + 1),
      run: () => {
        workspace.save();
        openFile(path);
        arrange({ page: 'code' });
      },
    }));
}

export function resetLayout(store: Playground['store']): void {
  const { arrange, maximise } = store.getState();
  forgetLayouts();
  maximise(undefined);
  arrange({ preset: 'code' });
  requestAnimationFrame(() => arrange({ preset: 'split' }));
}

/** Of the pane with the focus; the editor when none has it. */
export function paneInFocus(): 'editor' | 'shell' | 'views' {
  const pane = document.activeElement?.closest<HTMLElement>('[data-pane]')?.dataset['pane'];
  return pane === 'shell' || pane === 'views' ? pane : 'editor';
}
