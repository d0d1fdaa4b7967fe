// SPDX-License-Identifier: GPL-2.0-or-later
/** A place of code: its line as a link where it is a driver's, else the function's name. */
import type { CodePlace } from '../../../kernel-sim/machine-types.ts';
import { usePlayground } from '../../store/use-playground.ts';

export function PlaceLink({ at }: { readonly at: CodePlace }) {
  const playground = usePlayground();
  const { source, where } = at;
  if (source === undefined) return <span className="mono quiet">{where}</span>;
  const { module, file, line } = source;
  return (
    <button
      type="button"
      className="link mono"
      title={where}
      onClick={(event) => {
        // What holds the link is not chosen by it.
        event.stopPropagation();
        playground.openSource(module, file, line);
      }}
    >
      {file}:{line}
    </button>
  );
}
