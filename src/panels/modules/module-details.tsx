// SPDX-License-Identifier: GPL-2.0-or-later
/** One module: its words, what one can do with it, and its parts as tables. */
import { useState } from 'react';

import type { ModuleDetail } from '../../../kernel-sim/machine-types.ts';
import { offerFile } from '../../lib/offer-file.ts';
import { fileName, HOME, projectWith, sourceOf } from '../../store/file-slice.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { TabBar } from '../../widgets/tab-bar.tsx';
import { Imports, Parameters, Sections, Symbols } from './module-tables.tsx';
import { holdersOf } from './module-words.ts';
import { useModuleDetail } from './use-module-detail.ts';

type Part = 'about' | 'parameters' | 'symbols' | 'imports' | 'sections';

interface ModuleDetailsProps {
  readonly name: string;
  readonly onChoose: (name: string) => void;
}

export function ModuleDetails({ name, onChoose }: ModuleDetailsProps) {
  const detail = useModuleDetail(name);
  const [part, setPart] = useState<Part>('about');
  if (detail === undefined) return <p className="empty">The kernel is asked about {name}.</p>;
  const tabs = [
    { id: 'about' as const, label: 'About' },
    { id: 'parameters' as const, label: 'Parameters', count: detail.parameters.length },
    { id: 'symbols' as const, label: 'Symbols', count: detail.symbols.length },
    { id: 'imports' as const, label: 'Imports', count: detail.imports.length },
    { id: 'sections' as const, label: 'Sections', count: detail.sections.length },
  ];
  return (
    <section className="module-details" aria-label={`Module ${name}`}>
      <TabBar
        label={`Parts of ${name}`}
        tabs={tabs}
        active={part}
        onChoose={setPart}
        controls="module-part"
      />
      <div className="module-part" id="module-part" role="tabpanel" aria-label={part}>
        <PartBody part={part} detail={detail} onChoose={onChoose} />
      </div>
      <Actions detail={detail} />
    </section>
  );
}

interface PartProps {
  readonly part: Part;
  readonly detail: ModuleDetail;
  readonly onChoose: (name: string) => void;
}

function PartBody({ part, detail, onChoose }: PartProps) {
  switch (part) {
    case 'about':
      return <About detail={detail} onChoose={onChoose} />;
    case 'parameters':
      return <Parameters detail={detail} />;
    case 'symbols':
      return <Symbols symbols={detail.symbols} />;
    case 'imports':
      return <Imports imports={detail.imports} onChoose={onChoose} />;
    case 'sections':
      return <Sections sections={detail.sections} />;
  }
}

function About({ detail, onChoose }: Omit<PartProps, 'part'>) {
  const { name, version, license, description, author, dependsOn, usedBy } = detail;
  const holders = holdersOf(detail);
  return (
    <dl className="facts">
      <dt>Name</dt>
      <dd>
        <strong className="mono">{name}</strong>
        {version === undefined ? '' : `, version ${version}`}
      </dd>
      <dt>Description</dt>
      <dd>{description === '' ? <Nothing /> : description}</dd>
      <dt>Author</dt>
      <dd>{author === '' ? <Nothing /> : author}</dd>
      <dt>License</dt>
      <dd>{license}</dd>
      <dt>Depends on</dt>
      <dd>
        <Names names={dependsOn} none="no other module" onChoose={onChoose} />
      </dd>
      <dt>Used by</dt>
      <dd>
        <Names names={usedBy} none="no other module" onChoose={onChoose} />
      </dd>
      <dt>Held by</dt>
      <dd>
        {holders.length === 0 && <span className="quiet">nobody: rmmod can take it out</span>}
        {holders.map((holder) => (
          <div key={holder}>{holder}</div>
        ))}
      </dd>
    </dl>
  );
}

function Nothing() {
  return <span className="quiet">none given</span>;
}

interface NamesProps {
  readonly names: readonly string[];
  readonly none: string;
  readonly onChoose: (name: string) => void;
}

function Names({ names, none, onChoose }: NamesProps) {
  if (names.length === 0) return <span className="quiet">{none}</span>;
  return names.map((name) => (
    <button key={name} type="button" className="link mono" onClick={() => onChoose(name)}>
      {name}
    </button>
  ));
}

function Actions({ detail }: { readonly detail: ModuleDetail }) {
  const playground = usePlayground();
  const { name } = detail;
  const source = useSelection((state) => sourceOf(state, name));
  const ko = useSelection((state) => {
    const path = `${HOME}/${projectWith(state, name) ?? ''}/${name}.ko`;
    return state.binaries[path] === undefined ? undefined : path;
  });
  const command = `sudo rmmod ${name}`;
  const download = (): void => {
    const bytes = playground.workspace.bytesOf(ko ?? '');
    if (bytes !== undefined) offerFile(`${name}.ko`, new Blob([Uint8Array.from(bytes)]));
  };
  return (
    <div className="task-signals" role="toolbar" aria-label={`Actions for ${name}`}>
      <span className="quiet mono">{command}</span>
      <Button
        label={`Unload: ${command}`}
        onPress={() => void playground.typist.typeAside(command)}
      >
        Unload
        <span className="mono quiet">rmmod</span>
      </Button>
      <Button
        isDisabled={source === undefined}
        onPress={() => playground.openSource(name, fileName(source ?? ''), 1)}
      >
        Show source
      </Button>
      <Button isDisabled={ko === undefined} onPress={download}>
        Download .ko
      </Button>
    </div>
  );
}
