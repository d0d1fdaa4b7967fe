// SPDX-License-Identifier: GPL-2.0-or-later
/** On a phone: one page at a time, the bar to choose it, and a row of the keys it lacks. */
import { ArrowDown, ArrowUp, FileCode, Layers, Terminal as TerminalIcon } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { Caption } from '../panels/caption/caption.tsx';
import { ConsolePanel } from '../panels/console/console-panel.tsx';
import { EditorPanel } from '../panels/editor/editor-panel.tsx';
import type { PageName } from '../store/desk-slice.ts';
import { useSelection } from '../store/use-playground.ts';
import { ViewsPane } from './panes.tsx';
import { Sidebar } from './sidebar.tsx';
import { ShellTabs } from './shell-tabs.tsx';
import { useTerminals } from '../xterm/use-terminal.ts';

const PAGES = [
  { id: 'code', label: 'Code', icon: FileCode },
  { id: 'shell', label: 'Shell', icon: TerminalIcon },
  { id: 'kernel', label: 'Kernel', icon: Layers },
] as const;

export function PhonePages() {
  const page = useSelection((state) => state.page);
  const arrange = useSelection((state) => state.arrange);
  return (
    <>
      <main className="phone-page">
        <Page page={page} />
      </main>
      <Caption />
      {page === 'shell' && <KeyRow />}
      <nav className="page-bar" aria-label="Pages">
        {PAGES.map(({ id, label, icon: Icon }) => (
          <button
            key={id}
            type="button"
            className="page-button"
            aria-current={id === page ? 'page' : undefined}
            onClick={() => arrange({ page: id })}
          >
            <Icon size={20} strokeWidth={1.5} aria-hidden />
            {label}
          </button>
        ))}
      </nav>
    </>
  );
}

function Page({ page }: { readonly page: PageName }) {
  const sidebar = useSelection((state) => state.sidebar);
  switch (page) {
    case 'code':
      return sidebar === undefined ? <EditorPanel /> : <Sidebar name={sidebar} />;
    case 'shell':
      return (
        <section className="pane" aria-label="Shell" data-pane="shell">
          <ShellTabs />
          <div className="pane-body" id="shell-body" role="tabpanel" aria-label="Shell">
            <ConsolePanel />
          </div>
        </section>
      );
    case 'kernel':
      return <ViewsPane />;
  }
}

const KEYS: readonly (readonly [label: string, sends: string, face: ReactNode])[] = [
  ['Escape', '\x1b', 'Esc'],
  ['Tab', '\t', 'Tab'],
  ['Pipe', '|', '|'],
  ['Minus', '-', '-'],
  ['Slash', '/', '/'],
  ['Up', '\x1b[A', <ArrowUp key="up" size={16} strokeWidth={1.5} aria-hidden />],
  ['Down', '\x1b[B', <ArrowDown key="down" size={16} strokeWidth={1.5} aria-hidden />],
];

/** Ctrl goes with the next letter that is typed; pressing it twice lets it go again. */
function KeyRow() {
  const terminal = useTerminals().at(useSelection((state) => state.terminal));
  const [isCtrl, setCtrl] = useState(false);
  const holdCtrl = (): void => {
    setCtrl(!isCtrl);
    terminal.holdCtrl(!isCtrl, () => setCtrl(false));
    terminal.focus();
  };
  const press = (keys: string): void => {
    terminal.send(keys);
    terminal.focus();
  };
  const key = ([label, sends, face]: (typeof KEYS)[number]): ReactNode => (
    <button
      key={label}
      type="button"
      className="key"
      aria-label={label}
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => press(sends)}
    >
      {face}
    </button>
  );
  return (
    <div className="key-row" role="toolbar" aria-label="Keys">
      {KEYS.slice(0, 2).map(key)}
      <button
        type="button"
        className="key"
        aria-pressed={isCtrl}
        onPointerDown={(event) => event.preventDefault()}
        onClick={holdCtrl}
      >
        Ctrl
      </button>
      {KEYS.slice(2).map(key)}
    </div>
  );
}
