// SPDX-License-Identifier: GPL-2.0-or-later
/** A line of a kernel report, whose parts say what they mean when hovered over or focused. */
import type { ReactNode } from 'react';

import { explanationsOf } from '../../lib/report-terms.ts';
import { Term } from '../../widgets/term.tsx';

export function ReportWords({ text }: { readonly text: string }) {
  const pieces: ReactNode[] = [];
  let end = 0;
  for (const explanation of explanationsOf(text)) {
    const { start, length, title, text: words } = explanation;
    pieces.push(text.slice(end, start));
    end = start + length;
    pieces.push(
      <Term key={start} title={title} text={words}>
        {text.slice(start, end)}
      </Term>,
    );
  }
  return (
    <>
      {pieces}
      {text.slice(end)}
    </>
  );
}
