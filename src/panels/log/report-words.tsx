// SPDX-License-Identifier: GPL-2.0-or-later
/** A line of a kernel report, whose parts say what they mean when hovered over or focused. */
import type { ReactNode } from 'react';
import { Button, Tooltip, TooltipTrigger } from 'react-aria-components';

import { explanationsOf, type Explanation } from '../../lib/report-terms.ts';

export function ReportWords({ text }: { readonly text: string }) {
  const pieces: ReactNode[] = [];
  let end = 0;
  for (const explanation of explanationsOf(text)) {
    const { start, length } = explanation;
    pieces.push(text.slice(end, start));
    end = start + length;
    pieces.push(
      <Term key={start} explanation={explanation}>
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

interface TermProps {
  readonly explanation: Explanation;
  readonly children: string;
}

function Term({ explanation, children }: TermProps) {
  return (
    <TooltipTrigger delay={250} closeDelay={0}>
      <Button className="term">{children}</Button>
      <Tooltip className="tooltip hint" offset={4}>
        <strong>{explanation.title}</strong>
        <span>{explanation.text}</span>
      </Tooltip>
    </TooltipTrigger>
  );
}
