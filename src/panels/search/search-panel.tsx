// SPDX-License-Identifier: GPL-2.0-or-later
/** Search through the text of all files; a result opens its line. */
import { CaseSensitive, Regex, WholeWord } from 'lucide-react';
import { useEffect, useState } from 'react';

import { usePageWidth } from '../../lib/use-width.ts';
import { HOME } from '../../store/file-slice.ts';
import {
  HITS_MAX,
  patternOf,
  searchText,
  type SearchHit,
  type SearchQuery,
} from '../../store/search.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { IconButton } from '../../widgets/button.tsx';

/** After the last key. */
const SEARCH_AFTER_MS = 150;
/** The page gets its turn between pieces of at most so long. */
const PIECE_MS = 8;

interface Result {
  readonly hits: readonly SearchHit[];
  readonly error: string | undefined;
  readonly isDone: boolean;
}

const NOTHING: Result = { hits: [], error: undefined, isDone: true };

export function SearchPanel() {
  const { store } = usePlayground();
  const isPhone = usePageWidth() === 'phone';
  const [query, setQuery] = useState<SearchQuery>({
    text: '',
    isCaseSensitive: false,
    isWholeWord: false,
    isRegex: false,
  });
  const { hits, error, isDone } = useSearch(query);
  const change = (part: Partial<SearchQuery>): void => setQuery({ ...query, ...part });
  const open = (hit: SearchHit): void => {
    const state = store.getState();
    state.openFile(hit.path);
    state.revealLine(hit.path, hit.line, hit.column);
    state.arrange(isPhone ? { page: 'code', sidebar: undefined } : { page: 'code' });
  };
  const groups = byPath(hits);
  return (
    <div className="search">
      <div className="search-field">
        <input
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the person has just asked for it
          autoFocus
          className="field"
          value={query.text}
          placeholder="Search in all files"
          aria-label="Search in all files"
          aria-invalid={error !== undefined}
          spellCheck={false}
          onChange={(event) => change({ text: event.target.value })}
        />
        <IconButton
          icon={CaseSensitive}
          label="Capitals count"
          isPressed={query.isCaseSensitive}
          onPress={() => change({ isCaseSensitive: !query.isCaseSensitive })}
        />
        <IconButton
          icon={WholeWord}
          label="Whole words"
          isPressed={query.isWholeWord}
          onPress={() => change({ isWholeWord: !query.isWholeWord })}
        />
        <IconButton
          icon={Regex}
          label="Regular expression"
          isPressed={query.isRegex}
          onPress={() => change({ isRegex: !query.isRegex })}
        />
      </div>
      <p className="search-count" role="status">
        {error ?? countText(query, hits.length, groups.size, isDone)}
      </p>
      <div className="search-hits">
        {[...groups].map(([path, found]) => (
          <Group key={path} path={path} hits={found} onOpen={open} />
        ))}
      </div>
    </div>
  );
}

interface GroupProps {
  readonly path: string;
  readonly hits: readonly SearchHit[];
  readonly onOpen: (hit: SearchHit) => void;
}

function Group({ path, hits, onOpen }: GroupProps) {
  return (
    <section aria-label={path}>
      <h3 className="search-path">
        {path.slice(HOME.length + 1)} <span className="quiet">{hits.length}</span>
      </h3>
      {hits.map((hit) => (
        <button
          key={`${hit.line}:${hit.column}`}
          type="button"
          className="search-hit"
          onClick={() => onOpen(hit)}
        >
          <span className="quiet">{hit.line}</span>
          <span className="search-line">
            {hit.text.slice(0, hit.start).trimStart()}
            <b>{hit.text.slice(hit.start, hit.end)}</b>
            {hit.text.slice(hit.end)}
          </span>
        </button>
      ))}
    </section>
  );
}

function byPath(hits: readonly SearchHit[]): ReadonlyMap<string, readonly SearchHit[]> {
  const groups = new Map<string, SearchHit[]>();
  for (const hit of hits) {
    const group = groups.get(hit.path);
    if (group === undefined) groups.set(hit.path, [hit]);
    else group.push(hit);
  }
  return groups;
}

function countText(query: SearchQuery, hits: number, files: number, isDone: boolean): string {
  if (query.text === '') return 'Results appear as you type.';
  if (hits === 0) return isDone ? 'Found nowhere.' : 'Searching';
  if (hits >= HITS_MAX) return `The first ${HITS_MAX} places in ${files} files.`;
  return `${hits} ${hits === 1 ? 'place' : 'places'} in ${files} ${files === 1 ? 'file' : 'files'}`;
}

/** Searches a little after the last key, and anew when a file changes. */
function useSearch(query: SearchQuery): Result {
  const files = useSelection((state) => state.files);
  const [result, setResult] = useState<Result>(NOTHING);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const start = (): void => {
      const pattern = patternOf(query);
      if (!(pattern instanceof RegExp)) {
        setResult({ ...NOTHING, error: pattern?.error });
        return;
      }
      const paths = Object.keys(files).toSorted();
      const hits: SearchHit[] = [];
      const searchSome = (): void => {
        const untilMs = performance.now() + PIECE_MS;
        while (paths.length > 0 && hits.length < HITS_MAX && performance.now() < untilMs) {
          const path = paths.shift() ?? '';
          hits.push(...searchText(path, files[path]?.text ?? '', pattern, HITS_MAX - hits.length));
        }
        const isDone = paths.length === 0 || hits.length >= HITS_MAX;
        setResult({ hits: [...hits], error: undefined, isDone });
        if (!isDone) timer = setTimeout(searchSome);
      };
      searchSome();
    };
    timer = setTimeout(start, SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [query, files]);
  return result;
}
