import { useState } from "react";
import { DeclineInvitationDocument } from "#generated/operations";
import { useAction } from "../api/use-mutation";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";

/** A button that declines an invitation. It asks for confirmation, as this cannot be undone. */
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
        Decline invitation
      </Button>
      <Confirm
        open={open}
        onClose={() => setOpen(false)}
        title="Decline this invitation?"
        action="Decline"
        onConfirm={confirm}
        busy={busy}
      >
        <p>The link will stop working. To join later, ask an admin to invite you again.</p>
      </Confirm>
    </>
  );
}
