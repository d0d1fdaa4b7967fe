// SPDX-License-Identifier: GPL-2.0-or-later
/** What stands beside the editor: the tree of files, or a search through them. */
import { X } from 'lucide-react';
import { lazy, Suspense } from 'react';

import type { SidebarName } from '../store/desk-slice.ts';
import { useSelection } from '../store/use-playground.ts';
import { IconButton } from '../widgets/button.tsx';
import { TabBar, type TabItem } from '../widgets/tab-bar.tsx';

const FilesPanel = lazy(() =>
  import('../panels/files/files-panel.tsx').then(({ FilesPanel: panel }) => ({ default: panel })),
);
const SearchPanel = lazy(() =>
  import('../panels/search/search-panel.tsx').then(({ SearchPanel: panel }) => ({
    default: panel,
  })),
);

const TABS: readonly TabItem<SidebarName>[] = [
  { id: 'files', label: 'Files' },
  { id: 'search', label: 'Search' },
];

export function Sidebar({ name }: { readonly name: SidebarName }) {
  const arrange = useSelection((state) => state.arrange);
  return (
    <section className="pane" aria-label="Files and search" data-pane="sidebar">
      <TabBar
        label="Beside the editor"
        tabs={TABS}
        active={name}
        onChoose={(id) => arrange({ sidebar: id })}
        controls="sidebar-body"
      >
        <IconButton icon={X} label="Close" onPress={() => arrange({ sidebar: undefined })} />
      </TabBar>
      <div className="pane-body" id="sidebar-body" role="tabpanel" aria-label={name}>
        <Suspense fallback={null}>{name === 'files' ? <FilesPanel /> : <SearchPanel />}</Suspense>
      </div>
    </section>
  );
}
