// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A line of the log: the parts of a report say what they mean when hovered over or focused, and the
 * addresses of objects lead to them.
 */
import type { ReactNode } from 'react';

import { addressesIn } from '../../lib/addresses.ts';
import { explanationsOf } from '../../lib/report-terms.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Term } from '../../widgets/term.tsx';

interface LogWordsProps {
  readonly text: string;
  readonly logSequence: number;
  readonly isReport: boolean;
}

interface Piece {
  readonly start: number;
  readonly length: number;
  readonly show: (text: string) => ReactNode;
}

export function LogWords({ text, logSequence, isReport }: LogWordsProps) {
  const pieces: ReactNode[] = [];
  let end = 0;
  for (const { start, length, show } of piecesOf(text, logSequence, isReport)) {
    if (start < end) continue;
    pieces.push(text.slice(end, start));
    end = start + length;
    pieces.push(<span key={start}>{show(text.slice(start, end))}</span>);
  }
  return (
    <>
      {pieces}
      {text.slice(end)}
    </>
  );
}

function piecesOf(text: string, logSequence: number, isReport: boolean): readonly Piece[] {
  const addresses = addressesIn(text).map(({ address, start, length }): Piece => ({
    start,
    length,
    show: (words) => (
      <AddressLink address={address} logSequence={logSequence}>
        {words}
      </AddressLink>
    ),
  }));
  const terms = (isReport ? explanationsOf(text) : []).map(
    ({ title, text: says, start, length }): Piece => ({
      start,
      length,
      show: (words) => (
        <Term title={title} text={says}>
          {words}
        </Term>
      ),
    }),
  );
  return [...addresses, ...terms].toSorted((a, b) => a.start - b.start);
}

interface AddressLinkProps {
  readonly address: number;
  readonly logSequence: number;
  readonly children: ReactNode;
}

function AddressLink({ address, logSequence, children }: AddressLinkProps) {
  const playground = usePlayground();
  const isMarked = useSelection((state) => state.mark?.address === address);
  return (
    <button
      type="button"
      className={isMarked ? 'link mono marked' : 'link mono'}
      title="Shows the object in memory"
      onClick={() => playground.openObject(address, logSequence)}
    >
      {children}
    </button>
  );
}
