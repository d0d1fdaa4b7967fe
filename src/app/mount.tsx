// SPDX-License-Identifier: GPL-2.0-or-later
/** Puts the app on the page once the prompt stands, and lets Monaco and the compiler follow. */
import './styles/fonts.css';
import './styles/frame.css';
import './styles/controls.css';
import './styles/panels.css';
import './styles/tools.css';
import './styles/memory.css';
import './styles/memory-object.css';
import './styles/locks.css';
import './styles/timeline.css';
import './styles/packets.css';
import './styles/devices.css';
import './styles/files.css';
import './styles/dialogs.css';
import './styles/phone.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import type { ThemeKeeper } from '../lib/theme.ts';
import { ThemeContext } from '../lib/use-theme.ts';
import type { Playground } from '../store/playground.ts';
import { PlaygroundContext } from '../store/use-playground.ts';
import type { TerminalRack } from '../xterm/terminal-rack.ts';
import { TerminalsContext } from '../xterm/use-terminal.ts';
import { App } from './app.tsx';

export interface Parts {
  readonly playground: Playground;
  readonly terminals: TerminalRack;
  readonly theme: ThemeKeeper;
}

export function mountApp({ playground, terminals, theme }: Parts): void {
  const root = document.querySelector('#root');
  if (root === null) throw new Error('the page has no #root');
  const hadFocus = terminals.hasFocus;
  createRoot(root).render(
    <StrictMode>
      <PlaygroundContext value={playground}>
        <TerminalsContext value={terminals}>
          <ThemeContext value={theme}>
            <App
              onMounted={() => {
                document.querySelector('#boot')?.remove();
                if (hadFocus) terminals.at(0).focus();
              }}
            />
          </ThemeContext>
        </TerminalsContext>
      </PlaygroundContext>
    </StrictMode>,
  );
  void useFonts(terminals);
}

/** Fonts never hold the prompt: it is redrawn in ours when they are here. */
async function useFonts(terminals: TerminalRack): Promise<void> {
  await Promise.all([
    document.fonts.load('400 12.5px "IBM Plex Mono"'),
    document.fonts.load('600 12.5px "IBM Plex Mono"'),
    document.fonts.load('400 13px "IBM Plex Sans Variable"'),
  ]);
  terminals.set('font', (terminal) => terminal.useFont('IBM Plex Mono'));
}
