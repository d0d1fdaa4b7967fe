// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The bar of a pane: text tabs at the left, tools at the right. The active tab has a rule under
 * it, in ink where the focus is and quiet elsewhere.
 */
import { X } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';

export interface TabItem<Id extends string> {
  readonly id: Id;
  readonly label: string;
  /** In figures after the label; in red when it counts what went wrong. */
  readonly count?: number | undefined;
  readonly isAlarming?: boolean | undefined;
  /** A second, quiet word in the kernel's own type: what runs there. */
  readonly note?: string | undefined;
  /** Closes it, by its button or by Delete. */
  readonly onClose?: (() => void) | undefined;
}

interface TabBarProps<Id extends string> {
  readonly label: string;
  readonly tabs: readonly TabItem<Id>[];
  readonly active: Id | undefined;
  readonly onChoose: (id: Id) => void;
  /** Id of the element that the tabs change. */
  readonly controls: string;
  /** Right behind the last tab: what adds one. */
  readonly after?: ReactNode;
  readonly children?: ReactNode;
}

export function TabBar<Id extends string>(props: TabBarProps<Id>) {
  const { label, tabs, active, onChoose, controls, after, children } = props;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // More tabs than fit can be scrolled: the one in front is always in sight.
    const tab = list.current?.querySelector('[aria-selected=true]');
    tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what scrolls is theirs
  }, [active, tabs.length]);
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>): void => {
    if (event.key === 'Delete') tabs.find(({ id }) => id === active)?.onClose?.();
    const to = neighbour(tabs, active, event.key);
    if (to === undefined) return;
    event.preventDefault();
    onChoose(to);
    const index = tabs.findIndex(({ id }) => id === to);
    event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('[role=tab]')[index]?.focus();
  };
  return (
    <div className="pane-bar">
      <div className="tabs" role="tablist" aria-label={label} ref={list}>
        {tabs.map((tab) => (
          <span className="tab-place" role="presentation" key={tab.id}>
            <button
              type="button"
              role="tab"
              className="tab"
              aria-selected={tab.id === active}
              aria-controls={controls}
              tabIndex={tab.id === active ? 0 : -1}
              onClick={() => onChoose(tab.id)}
              onKeyDown={onKeyDown}
            >
              {tab.label}
              {tab.note !== undefined && <span className="tab-note">{tab.note}</span>}
              {tab.count !== undefined && (
                <span className={tab.isAlarming === true ? 'tab-count alarming' : 'tab-count'}>
                  {tab.count}
                </span>
              )}
            </button>
            {tab.onClose !== undefined && (
              <button
                type="button"
                className="tab-close"
                aria-label={`Close ${tab.label}`}
                tabIndex={-1}
                onClick={tab.onClose}
              >
                <X size={12} strokeWidth={1.75} aria-hidden />
              </button>
            )}
          </span>
        ))}
        {after}
      </div>
      {children !== undefined && <div className="pane-tools">{children}</div>}
    </div>
  );
}

function neighbour<Id extends string>(
  tabs: readonly TabItem<Id>[],
  active: Id | undefined,
  key: string,
): Id | undefined {
  const at = tabs.findIndex(({ id }) => id === active);
  switch (key) {
    case 'ArrowRight':
      return tabs[(at + 1) % tabs.length]?.id;
    case 'ArrowLeft':
      return tabs.at(at - 1)?.id;
    case 'Home':
      return tabs[0]?.id;
    case 'End':
      return tabs.at(-1)?.id;
    default:
      return undefined;
  }
}
