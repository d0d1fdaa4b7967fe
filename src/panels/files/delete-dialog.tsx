// SPDX-License-Identifier: GPL-2.0-or-later
/** Asks before a folder goes with all that is in it. */
import { Button } from '../../widgets/button.tsx';
import { Dialog } from '../../widgets/dialog.tsx';

interface DeleteDialogProps {
  readonly name: string;
  readonly count: number;
  readonly onClose: () => void;
  readonly onDelete: () => void;
}

export function DeleteDialog({ name, count, onClose, onDelete }: DeleteDialogProps) {
  const what = count === 1 ? 'the one file or folder' : `the ${count} files and folders`;
  return (
    <Dialog
      title={`Delete ${name}`}
      sentence={`The folder goes with ${what} in it. Undo brings it back while its notice stands.`}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Keep it</Button>
          <Button kind="filled" onPress={onDelete}>
            Delete the folder
          </Button>
        </>
      }
    />
  );
}
