// SPDX-License-Identifier: GPL-2.0-or-later
/** A dialog: title, one sentence, content, buttons at the right. Esc closes, focus returns. */
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

interface DialogProps {
  readonly title: string;
  readonly sentence: string;
  readonly isWide?: boolean;
  readonly children?: ReactNode;
  readonly buttons: ReactNode;
  readonly onClose: () => void;
}

export function Dialog({ title, sentence, isWide, children, buttons, onClose }: DialogProps) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className={isWide === true ? 'modal wide' : 'modal'}>
        <AriaDialog className="dialog">
          <Heading slot="title" className="dialog-title">
            {title}
          </Heading>
          <p className="dialog-sentence">{sentence}</p>
          {children}
          <div className="dialog-buttons">{buttons}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
