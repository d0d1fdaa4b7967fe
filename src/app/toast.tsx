// SPDX-License-Identifier: GPL-2.0-or-later
/** One short notice at a time, above the caption; waits while one looks at it. Never an error. */
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';

import { useSelection } from '../store/use-playground.ts';
import { Button, IconButton } from '../widgets/button.tsx';

const SHOWN_MS = 5000;

export function Toast() {
  const notice = useSelection((state) => state.notice);
  const dismiss = useSelection((state) => state.dismissNotice);
  const [isHeld, setHeld] = useState(false);

  useEffect(() => {
    if (notice === undefined || isHeld) return undefined;
    const timer = setTimeout(() => dismiss(notice.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice, dismiss, isHeld]);

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- only waits
    <div
      className="toasts"
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {notice !== undefined && (
        <div className="toast" key={notice.id}>
          <span>{notice.text}</span>
          {notice.action !== undefined && (
            <Button
              onPress={() => {
                notice.action?.run();
                dismiss(notice.id);
              }}
            >
              {notice.action.label}
            </Button>
          )}
          <IconButton icon={X} label="Dismiss" onPress={() => dismiss(notice.id)} />
        </div>
      )}
    </div>
  );
}
