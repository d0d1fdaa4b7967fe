// SPDX-License-Identifier: GPL-2.0-or-later
/** The top bar: which project, how the machine is, how the desk is laid out. */
import { ChevronDown, Columns2, PanelLeft, PanelRight, Search, Settings2 } from 'lucide-react';

import { usePageWidth } from '../lib/use-width.ts';
import { BuildButton } from '../panels/editor/editor-panel.tsx';
import { needsRestart } from '../store/boot-slice.ts';
import type { Preset } from '../store/desk-slice.ts';
import { HOME, isDirty, projectsOf, tabsOf, type SourceFile } from '../store/file-slice.ts';
import { usePlayground, useSelection } from '../store/use-playground.ts';
import { Button, IconButton, Kbd } from '../widgets/button.tsx';
import { Menu } from '../widgets/menu.tsx';
import { MachineState } from './machine-state.tsx';
import { SettingsMenu } from './settings-menu.tsx';

export function TopBar() {
  const width = usePageWidth();
  return (
    <header className="top-bar">
      <BrandMark />
      {width !== 'phone' && <span className="brand-name">Ring Zero</span>}
      {width !== 'phone' && <span className="bar-rule" />}
      <ProjectMenu />
      {width !== 'phone' && <SaveState />}
      <span className="bar-space" />
      {width !== 'phone' && <CommandField />}
      {width === 'wide' && <span className="bar-space" />}
      <MachineState />
      {width !== 'phone' && <StaleMachine />}
      {width === 'narrow' && <PageSwitch />}
      {width === 'wide' && <span className="bar-rule" />}
      {width === 'wide' && <Presets />}
      {width === 'phone' && <BuildButton />}
      <SettingsMenu icon={Settings2} />
    </header>
  );
}

/** Looks like the field that it opens. */
function CommandField() {
  const openDialog = useSelection((state) => state.openDialog);
  const width = usePageWidth();
  if (width !== 'wide') {
    return (
      <IconButton
        icon={Search}
        label="Find a command or file"
        onPress={() => openDialog('palette')}
      />
    );
  }
  return (
    <button type="button" className="command-field" onClick={() => openDialog('palette')}>
      <Search size={14} strokeWidth={1.5} aria-hidden />
      <span>Find a command or file</span>
      <Kbd>F1</Kbd>
    </button>
  );
}

/** Settings of the machine have changed since it booted. */
function StaleMachine() {
  const playground = usePlayground();
  const isStale = useSelection(needsRestart);
  if (!isStale) return null;
  return <Button onPress={() => playground.restart()}>Restart to apply</Button>;
}

function BrandMark() {
  return (
    <svg className="brand-mark" viewBox="0 0 20 20" role="img" aria-label="Ring Zero">
      <circle cx="10" cy="10" r="8.75" />
      <circle cx="10" cy="10" r="5.75" />
      <circle cx="10" cy="10" r="3" className="brand-core" />
    </svg>
  );
}

function ProjectMenu() {
  const playground = usePlayground();
  const files = useSelection((state) => state.files);
  const project = useSelection((state) => state.project);
  const openProject = useSelection((state) => state.openProject);
  const projects = projectsOf({ files });
  const isShipped = (name: string): boolean =>
    tabsOf({ files, project: name }).some(({ shippedText }) => shippedText !== undefined);
  const choice = (name: string) => ({
    id: name,
    label: name,
    isMono: true,
    isChosen: name === project,
    detail: summaryOf(files, name),
  });
  const own = projects.filter((name) => !isShipped(name));
  return (
    <Menu
      label={`Project: ${project}`}
      className="project-button"
      trigger={
        <>
          <span className="project-name">{project === '' ? 'Starting' : project}</span>
          <ChevronDown size={16} strokeWidth={1.5} aria-hidden />
        </>
      }
      groups={[
        { title: 'Examples', choices: projects.filter(isShipped).map(choice) },
        ...(own.length > 0 ? [{ title: 'Your folders', choices: own.map(choice) }] : []),
      ]}
      onChoose={(name) => {
        playground.workspace.save();
        openProject(name);
      }}
    />
  );
}

/** The first sentence of the project's README. */
function summaryOf(
  files: Readonly<Record<string, SourceFile>>,
  project: string,
): string | undefined {
  const text = files[`${HOME}/${project}/README.md`]?.text ?? '';
  const paragraph = text.split(/\n\s*\n/).find((part) => /^[A-Z]/.test(part.trim()));
  return paragraph
    ?.replaceAll(/\s+/g, ' ')
    .replaceAll('`', '')
    .match(/^.*?[.:](?= |$)/)?.[0]
    .replace(/:$/, '.');
}

function SaveState() {
  const isSaving = useSelection((state) => Object.values(state.files).some(isDirty));
  return <span className="save-state">{isSaving ? 'Saving' : 'Saved'}</span>;
}

/** In one column, the editor and the views of the kernel take turns above the shell. */
function PageSwitch() {
  const page = useSelection((state) => state.page);
  const arrange = useSelection((state) => state.arrange);
  const isKernel = page === 'kernel';
  return (
    <div className="segments" role="group" aria-label="Above the shell">
      <button
        type="button"
        className="segment"
        aria-pressed={!isKernel}
        onClick={() => arrange({ page: 'code' })}
      >
        Editor
      </button>
      <button
        type="button"
        className="segment"
        aria-pressed={isKernel}
        onClick={() => arrange({ page: 'kernel' })}
      >
        Kernel
      </button>
    </div>
  );
}

const PRESETS: readonly (readonly [Preset, string, typeof PanelLeft])[] = [
  ['code', 'Code: wide editor', PanelRight],
  ['split', 'Split: editor beside shell and log', Columns2],
  ['kernel', 'Kernel: wide views', PanelLeft],
];

function Presets() {
  const preset = useSelection((state) => state.preset);
  const arrange = useSelection((state) => state.arrange);
  return (
    <div className="segments" role="group" aria-label="Layout">
      {PRESETS.map(([id, label, icon]) => (
        <IconButton
          key={id}
          icon={icon}
          label={label}
          isPressed={id === preset}
          onPress={() => arrange({ preset: id })}
        />
      ))}
    </div>
  );
}
