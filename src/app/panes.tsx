// SPDX-License-Identifier: GPL-2.0-or-later
/** How the panes lie, by the page's width and the chosen preset. Running never rearranges them. */
import type { ReactNode } from 'react';
import { Group, Panel, Separator, type Layout } from 'react-resizable-panels';

import { usePageWidth } from '../lib/use-width.ts';
import { ConsolePanel } from '../panels/console/console-panel.tsx';
import { EditorPanel } from '../panels/editor/editor-panel.tsx';
import { useSelection } from '../store/use-playground.ts';
import { TabBar } from '../widgets/tab-bar.tsx';
import { readLayout, writeLayout } from './layout-memory.ts';
import { Maximise } from './maximise.tsx';
import { Sidebar } from './sidebar.tsx';
import { ShellTabs } from './shell-tabs.tsx';
import { ViewBody, useViewTabs } from './views.tsx';

export function Panes() {
  const width = usePageWidth();
  const preset = useSelection((state) => state.preset);
  const maximised = useSelection((state) => state.maximised);
  if (maximised === 'editor') return <EditorArea />;
  if (maximised === 'shell') return <ShellPane />;
  if (maximised === 'views') return <ViewsPane />;
  if (width === 'narrow') return <NarrowPanes />;
  if (width === 'medium') return <MediumPanes />;
  if (preset === 'kernel') return <KernelPanes />;
  return <SidePanes key={preset} name={preset} sidePixels={preset === 'code' ? 480 : 600} />;
}

/** Editor at the left; shell over views at the right. */
function SidePanes({ name, sidePixels }: { readonly name: string; readonly sidePixels: number }) {
  return (
    <Split name={`${name}-columns`} orientation="horizontal">
      <Panel id="editor" minSize={320}>
        <EditorArea />
      </Panel>
      <Bar label="Width of editor and shell" />
      <Panel
        id="side"
        defaultSize={sidePixels}
        minSize={320}
        groupResizeBehavior="preserve-pixel-size"
      >
        <Split name={`${name}-side`} orientation="vertical">
          <Panel id="shell" defaultSize="42" minSize={120}>
            <ShellPane />
          </Panel>
          <Bar label="Height of shell and views" />
          <Panel id="views" minSize={120}>
            <ViewsPane />
          </Panel>
        </Split>
      </Panel>
    </Split>
  );
}

/** Editor over shell at the left; the views have the rest. */
function KernelPanes() {
  return (
    <Split name="kernel-columns" orientation="horizontal">
      <Panel id="work" defaultSize={600} minSize={360} groupResizeBehavior="preserve-pixel-size">
        <Split name="kernel-work" orientation="vertical">
          <Panel id="editor" minSize={120}>
            <EditorArea />
          </Panel>
          <Bar label="Height of editor and shell" />
          <Panel id="shell" defaultSize="42" minSize={120}>
            <ShellPane />
          </Panel>
        </Split>
      </Panel>
      <Bar label="Width of editor and views" />
      <Panel id="views" minSize={320}>
        <ViewsPane />
      </Panel>
    </Split>
  );
}

/** Two columns; shell and views share the right one as tabs. */
function MediumPanes() {
  return (
    <Split name="medium-columns" orientation="horizontal">
      <Panel id="editor" defaultSize="55" minSize={320}>
        <EditorArea />
      </Panel>
      <Bar label="Width of editor and shell" />
      <Panel id="side" minSize={320}>
        <SharedPane />
      </Panel>
    </Split>
  );
}

/** One column: editor or a view above, the shell below. */
function NarrowPanes() {
  const page = useSelection((state) => state.page);
  return (
    <Split name="narrow-rows" orientation="vertical">
      <Panel id="above" minSize={160}>
        {page === 'kernel' ? <ViewsPane /> : <EditorArea />}
      </Panel>
      <Bar label="Height of editor and shell" />
      <Panel id="shell" defaultSize="40" minSize={120}>
        <ShellPane />
      </Panel>
    </Split>
  );
}

/** The editor, with the tree of files or the search beside it when that is wanted. */
function EditorArea() {
  const sidebar = useSelection((state) => state.sidebar);
  if (sidebar === undefined) return <EditorPanel />;
  return (
    <Split name="editor-sidebar" orientation="horizontal">
      <Panel id="sidebar" defaultSize={240} minSize={160} groupResizeBehavior="preserve-pixel-size">
        <Sidebar name={sidebar} />
      </Panel>
      <Bar label="Width of the files" />
      <Panel id="text" minSize={200}>
        <EditorPanel />
      </Panel>
    </Split>
  );
}

function ShellPane() {
  return (
    <section className="pane" aria-label="Shell" data-pane="shell">
      <ShellTabs />
      <div className="pane-body" id="shell-body" role="tabpanel" aria-label="Shell">
        <ConsolePanel />
      </div>
    </section>
  );
}

export function ViewsPane() {
  const view = useSelection((state) => state.view);
  const arrange = useSelection((state) => state.arrange);
  return (
    <section className="pane" aria-label="Kernel" data-pane="views">
      <TabBar
        label="Views of the kernel"
        tabs={useViewTabs()}
        active={view}
        onChoose={(id) => arrange({ view: id })}
        controls="views-body"
      >
        <Maximise pane="views" />
      </TabBar>
      <div className="pane-body" id="views-body" role="tabpanel" aria-label={view}>
        <ViewBody view={view} />
      </div>
    </section>
  );
}

function SharedPane() {
  const view = useSelection((state) => state.view);
  const page = useSelection((state) => state.page);
  const arrange = useSelection((state) => state.arrange);
  const tabs = useViewTabs();
  const active = page === 'kernel' ? view : 'shell';
  return (
    <section className="pane" aria-label="Shell and kernel" data-pane="shell">
      <TabBar
        label="Shell and views of the kernel"
        tabs={[{ id: 'shell' as const, label: 'Shell' }, ...tabs]}
        active={active}
        onChoose={(id) =>
          arrange(id === 'shell' ? { page: 'shell' } : { view: id, page: 'kernel' })
        }
        controls="shared-body"
      />
      {active === 'shell' && <ShellTabs />}
      <div className="pane-body" id="shared-body" role="tabpanel" aria-label={active}>
        {active === 'shell' ? <ConsolePanel /> : <ViewBody view={active} />}
      </div>
    </section>
  );
}

interface SplitProps {
  readonly name: string;
  readonly orientation: 'horizontal' | 'vertical';
  readonly children: ReactNode;
}

function Split({ name, orientation, children }: SplitProps) {
  const layout = readLayout(name);
  return (
    <Group
      className="split"
      orientation={orientation}
      {...(layout === undefined ? {} : { defaultLayout: layout })}
      onLayoutChanged={(changed: Layout) => writeLayout(name, changed)}
    >
      {children}
    </Group>
  );
}

function Bar({ label }: { readonly label: string }) {
  return <Separator className="splitter" aria-label={label} />;
}
