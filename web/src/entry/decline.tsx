import { useState } from "react";
import { DeclineInvitationDocument } from "#generated/operations";
import { useAction } from "../api/change";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";

/** Declining an invitation, asked once more: it cannot be taken back from here. */
export function Decline({ token, onDeclined }: { token: string; onDeclined: () => void }) {
  const [open, setOpen] = useState(false);
  const [decline, busy] = useAction(DeclineInvitationDocument);
  const confirm = async () => {
    const done = await decline({ input: { token } });
    setOpen(false);
    if (done) onDeclined();
  };
  return (
    <>
      <Button look="link" onClick={() => setOpen(true)}>
        Decline the invitation
      </Button>
      <Confirm
        open={open}
        onClose={() => setOpen(false)}
        title="Decline the invitation?"
        action="Decline"
        onConfirm={confirm}
        busy={busy}
      >
        <p>The link ends. To join later, ask an admin to invite you again.</p>
      </Confirm>
    </>
  );
}
