// SPDX-License-Identifier: GPL-2.0-or-later
/** The line of a driver that did something, which opens. */
import { usePlayground, useSelection } from '../../store/use-playground.ts';

interface DriverLineProps {
  /** 0: nobody's. */
  readonly site: number;
  /** What the caption says when it is opened. */
  readonly sentence: string;
}

export function DriverLine({ site, sentence }: DriverLineProps) {
  const playground = usePlayground();
  const place = useSelection((state) => state.devices.places.get(site));
  const source = place?.source;
  if (source === undefined) return null;
  return (
    <button
      type="button"
      className="link mono"
      onClick={(event) => {
        event.stopPropagation();
        playground.markLine(source, sentence);
        playground.openSource(source.module, source.file, source.line);
      }}
    >
      {source.file}:{source.line}
    </button>
  );
}
