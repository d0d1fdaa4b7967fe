// SPDX-License-Identifier: GPL-2.0-or-later
/** What nothing leads to any more, as kmemleak has found, each with the line that made it. */
import type { LeakView } from '../../../kernel-sim/machine-types.ts';
import { addressText, type PointerBytes } from '../../lib/addresses.ts';
import { usePlayground } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';

/** Two scans find what one has first seen. */
const SCAN = 'for i in 1 2; do echo scan | sudo tee /sys/kernel/debug/kmemleak; done';

interface LeaksProps {
  readonly leaks: readonly LeakView[];
  readonly pointerBytes: PointerBytes;
}

export function Leaks({ leaks, pointerBytes }: LeaksProps) {
  if (leaks.length === 0) return <NoLeaks />;
  return (
    <div className="other-memory">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Lost</th>
            <th scope="col" className="figure">
              Bytes
            </th>
            <th scope="col">Allocated in</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {leaks.map((leak) => (
            <Leak key={leak.address} leak={leak} pointerBytes={pointerBytes} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface LeakProps {
  readonly leak: LeakView;
  readonly pointerBytes: PointerBytes;
}

function Leak({ leak, pointerBytes }: LeakProps) {
  const playground = usePlayground();
  const { address, sizeBytes, kind, pid, task, where, source } = leak;
  return (
    <tr>
      <td>
        <span className="state">
          <StateGlyph state="leaked" label="leaked" />
          {kind === 'slab' ? (
            <button
              type="button"
              className="link mono"
              onClick={() => playground.openObject(address)}
            >
              {addressText(address, pointerBytes)}
            </button>
          ) : (
            `${addressText(address, pointerBytes)} (${kind})`
          )}
        </span>
      </td>
      <td className="figure">{sizeBytes}</td>
      <td>
        {source !== undefined && (
          <button
            type="button"
            className="link mono"
            onClick={() =>
              playground.openSource(source.module, source.file, source.line, { address })
            }
          >
            {source.file}:{source.line}
          </button>
        )}{' '}
        {where}
      </td>
      <td>
        {task}/{pid}
      </td>
    </tr>
  );
}

function NoLeaks() {
  const { typist } = usePlayground();
  return (
    <div className="empty-frame">
      <p>kmemleak has found nothing that modules have lost.</p>
      <p className="quiet">
        It looks every ten minutes, and when it is asked; what a module leaves behind it tells when
        the module is unloaded. Allocations younger than five seconds are spared.
      </p>
      <Button label={`Look now: ${SCAN}`} onPress={() => void typist.typeAside(SCAN)}>
        Look now
        <span className="mono quiet">scan</span>
      </Button>
    </div>
  );
}
