// SPDX-License-Identifier: GPL-2.0-or-later
/** A word of the kernel's that says what it means when it is hovered over or focused. */
import type { ReactNode } from 'react';
import { Button, Tooltip, TooltipTrigger } from 'react-aria-components';

interface TermProps {
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}

export function Term({ title, text, children }: TermProps) {
  return (
    <TooltipTrigger delay={250} closeDelay={0}>
      <Button className="term">{children}</Button>
      <Tooltip className="tooltip hint" offset={4}>
        <strong>{title}</strong>
        <span>{text}</span>
      </Tooltip>
    </TooltipTrigger>
  );
}
