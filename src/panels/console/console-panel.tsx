// SPDX-License-Identifier: GPL-2.0-or-later
/** The shell: adopts the page's terminal. */
import { useAdopted } from '../../lib/use-adopted.ts';
import { useTerminal } from '../../xterm/use-terminal.ts';

export function ConsolePanel() {
  const terminal = useTerminal();
  return <div className="adopted" ref={useAdopted(terminal.element)} />;
}
