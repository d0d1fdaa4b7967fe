// SPDX-License-Identifier: GPL-2.0-or-later
/** All settings: how the page looks and behaves now, and which machine the next boot makes. */
import { useState, type ReactNode } from 'react';

import type { ThemeChoice } from '../lib/theme.ts';
import { useThemeKeeper, useThemeName } from '../lib/use-theme.ts';
import { usePlayground, useSelection } from '../store/use-playground.ts';
import { needsRestart } from '../store/boot-slice.ts';
import { Button } from '../widgets/button.tsx';
import { Dialog } from '../widgets/dialog.tsx';
import { Choice, Stepper, Switch } from '../widgets/fields.tsx';
import { BootSettings } from './boot-settings.tsx';

const SIZE = { min: 11, max: 20 } as const;

export function SettingsDialog({ onClose }: { readonly onClose: () => void }) {
  const playground = usePlayground();
  const isStale = useSelection(needsRestart);
  const restart = (): void => {
    onClose();
    playground.restart();
  };
  return (
    <Dialog
      title="Settings"
      sentence="They are kept in this browser. Those of the machine hold from its next boot on."
      isWide
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Close</Button>
          {isStale && (
            <Button kind="filled" onPress={restart}>
              Restart to apply
            </Button>
          )}
        </>
      }
    >
      <div className="settings">
        <PageSettings />
        <BootSettings />
      </div>
    </Dialog>
  );
}

function PageSettings() {
  const playground = usePlayground();
  const editorFontSize = useSelection((state) => state.editorFontSize);
  const terminalFontSize = useSelection((state) => state.terminalFontSize);
  const isScreenReader = useSelection((state) => state.isScreenReader);
  const isCursorBlinking = useSelection((state) => state.isCursorBlinking);
  const saveKey = useSelection((state) => state.saveKey);
  const { setSizes } = playground.store.getState();
  return (
    <section className="settings-part" aria-label="Page">
      <h3>Page</h3>
      <ThemeSetting />
      <Row label="Text of the editor">
        <Stepper
          label="Text of the editor"
          value={editorFontSize}
          {...SIZE}
          onChange={(size) => setSizes({ editorFontSize: size })}
        />
      </Row>
      <Row label="Text of the shell">
        <Stepper
          label="Text of the shell"
          value={terminalFontSize}
          {...SIZE}
          onChange={(size) => setSizes({ terminalFontSize: size })}
        />
      </Row>
      <Row label="Ctrl S">
        <Choice
          label="Ctrl S"
          value={saveKey}
          choices={[
            ['save', 'Saves'],
            ['build', 'Builds and loads'],
          ]}
          onChange={(id) => setSizes({ saveKey: id })}
        />
      </Row>
      <Switch
        label="Shell for screen readers"
        detail="Rows are read out as they appear. Slower with much output."
        isOn={isScreenReader}
        onChange={(isOn) => setSizes({ isScreenReader: isOn })}
      />
      <Switch
        label="Cursor of the shell blinks"
        detail="Not when the system asks for less motion."
        isOn={isCursorBlinking}
        onChange={(isOn) => setSizes({ isCursorBlinking: isOn })}
      />
    </section>
  );
}

function ThemeSetting() {
  const keeper = useThemeKeeper();
  useThemeName();
  const [choice, setChoice] = useState<ThemeChoice>(keeper.choice);
  return (
    <Row label={keeper.isForced ? 'Theme (the address decides)' : 'Theme'}>
      <Choice
        label="Theme"
        value={choice}
        isDisabled={keeper.isForced}
        choices={[
          ['system', 'As the system'],
          ['light', 'Light'],
          ['dark', 'Dark'],
        ]}
        onChange={(id) => {
          keeper.choose(id);
          setChoice(id);
        }}
      />
    </Row>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="setting">
      <span>{label}</span>
      {children}
    </div>
  );
}
