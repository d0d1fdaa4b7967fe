// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The parts of a kernel report (taint letters, CPU, call trace) explain themselves under the mouse.
 *
 * The log panel says the same to keyboards and screen readers.
 */
import type { ILink, ILinkProvider, Terminal } from '@xterm/xterm';

import { explanationsOf, type Explanation } from '../lib/report-terms.ts';

/** Only lines that look like one of a report are searched: others are people's own text. */
const REPORT_LINE = new RegExp(
  [
    'CPU: \\d|Tainted:|RIP: |\\+0x[0-9a-f]+/0x|Call Trace:|</?TASK>|Oops: |BUG',
    'Modules linked in:|end trace|cut here|preempt_count|in_atomic\\(\\)',
    '^(?:Read|Write) of size|^(?:Allocated|Freed) by task|^Memory state|unreferenced object',
  ].join('|'),
);

const GAP = 14;

export function reportHints(terminal: Terminal): ILinkProvider {
  const hint = new Hint();
  return {
    provideLinks(row, callback) {
      const text = terminal.buffer.active.getLine(row - 1)?.translateToString(true) ?? '';
      // dmesg's time in front of it would hide what begins a line.
      const prefix = /^(?:\[[^\]]*\] )?/.exec(text)?.[0].length ?? 0;
      const line = text.slice(prefix);
      if (!REPORT_LINE.test(line)) {
        callback(undefined);
        return;
      }
      const links = explanationsOf(line).map((explanation): ILink => {
        const start = prefix + explanation.start;
        return {
          text: text.slice(start, start + explanation.length),
          range: {
            start: { x: start + 1, y: row },
            end: { x: start + explanation.length, y: row },
          },
          decorations: { pointerCursor: false, underline: true },
          activate: () => undefined,
          hover: (event) => hint.show(explanation, event),
          leave: () => hint.hide(),
          dispose: () => hint.hide(),
        };
      });
      callback(links.length > 0 ? links : undefined);
    },
  };
}

/** The chip with the explanation, beside the mouse. */
class Hint {
  #element: HTMLElement | undefined;

  show({ title, text }: Explanation, { clientX, clientY }: MouseEvent): void {
    this.hide();
    const element = document.createElement('div');
    element.className = 'tooltip hint';
    element.setAttribute('role', 'tooltip');
    const heading = document.createElement('strong');
    heading.textContent = title;
    const body = document.createElement('span');
    body.textContent = text;
    element.append(heading, body);
    document.body.append(element);
    const { width, height } = element.getBoundingClientRect();
    const isBelow = clientY + GAP + height < innerHeight;
    element.style.left = `${Math.max(GAP, Math.min(clientX, innerWidth - width - GAP))}px`;
    element.style.top = `${isBelow ? clientY + GAP : clientY - GAP - height}px`;
    this.#element = element;
  }

  hide(): void {
    this.#element?.remove();
    this.#element = undefined;
  }
}
