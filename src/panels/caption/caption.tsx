// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The line at the foot: what just happened, in a sentence. A live region, and the place where a
 * kernel that does not answer is spoken of, calmly, with the one button that helps.
 */
import type { Happening, LogLine } from '../../../kernel-sim/machine-types.ts';
import { SILENCE_MS } from '../../session/kernel-session.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { sentenceOf, type Part } from './sentence.ts';

export function Caption() {
  const playground = usePlayground();
  const isAnswering = useSelection((state) => state.isAnswering);
  const brokenBy = useSelection((state) => state.brokenBy);
  const isHalted = useSelection((state) => state.snapshot?.state === 'halted');
  const trouble = brokenBy ?? (isAnswering ? undefined : SILENCE);

  return (
    <footer className="caption">
      <div className="caption-live" aria-live="polite">
        {trouble === undefined ? (
          <News />
        ) : (
          <span className="caption-text trouble">
            <StateGlyph state={brokenBy === undefined ? 'warning' : 'error'} />
            {brokenBy === undefined ? SILENCE : `The simulator failed: ${firstLine(brokenBy)}`}
          </span>
        )}
      </div>
      {(trouble !== undefined || isHalted) && (
        <Button kind="filled" onPress={() => playground.restart()}>
          Restart the machine
        </Button>
      )}
    </footer>
  );
}

const SILENCE = `The kernel has not answered for ${SILENCE_MS / 1000} s.`;

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

function News() {
  const happening = useSelection((state) => latest(state.happenings));
  const remark = useSelection((state) => state.remark);
  const log = useSelection((state) => state.log);
  if (remark !== undefined) return <Line parts={[{ kind: 'text', text: remark }]} />;
  if (happening === undefined) return <span className="caption-text">The kernel is starting.</span>;
  return <Line parts={sentenceOf(happening, lastSource(happening, log))} />;
}

function Line({ parts }: { readonly parts: readonly Part[] }) {
  const playground = usePlayground();
  return (
    <>
      <span className="caption-mark">What just happened</span>
      <span className="caption-text">
        {parts.map((part, index) => {
          const key = index;
          if (part.kind === 'text') return <span key={key}>{part.text}</span>;
          if (part.kind === 'strong') return <strong key={key}>{part.text}</strong>;
          const { module, file, line } = part.source;
          return (
            <button
              key={key}
              type="button"
              className="link mono"
              onClick={() => playground.openSource(module, file, line)}
            >
              {file}:{line}
            </button>
          );
        })}
      </span>
    </>
  );
}

/** A device that comes with a module is part of the module's news. */
function latest(happenings: readonly Happening[]): Happening | undefined {
  return happenings.findLast(({ kind }) => kind !== 'device');
}

function lastSource(happening: Happening, log: readonly LogLine[]): LogLine['source'] | undefined {
  if (happening.kind !== 'module-loaded') return undefined;
  return log.findLast(
    ({ source, timeNs }) => source?.module === happening.module && timeNs <= happening.atNs,
  )?.source;
}
