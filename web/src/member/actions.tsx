import { Building2, KeyRound, MailX, Send, ShieldCheck, UserMinus } from "lucide-react";
import { type ComponentType, lazy, type ReactNode, useState } from "react";
import type { MembershipAction } from "#generated/operations";
import { DialogPart } from "../shell/dialog-part";
import { useCurrentWorkspace } from "../shell/session";
import type { DialogProps } from "./dialogs";
import { canDo, type Member } from "./member";
import { useResend } from "./use-member-mutations";

type Icon = ComponentType<{ "aria-hidden": "true"; size?: number }>;

/** An action on a member, shown as a button or a menu item. */
export type Action = {
  action: MembershipAction;
  label: string;
  icon: Icon;
  danger: boolean;
  busy: boolean;
  run: () => void;
};

// The dialogs share one chunk, which is loaded when the first one opens, or prefetched.
const dialog = (name: "ResetDialog" | "RoleDialog" | "RevokeDialog" | "RemoveDialog") =>
  lazy<ComponentType<DialogProps>>(async () => ({ default: (await import("./dialogs"))[name] }));

type Known = {
  action: MembershipAction;
  label: string;
  icon: Icon;
  danger?: boolean;
  /** The dialog that the action opens. Without one, the action runs immediately. */
  dialog?: ComponentType<DialogProps>;
};

/** All actions, in display order. */
const ACTIONS: Known[] = [
  { action: "RESEND_INVITATION", label: "Resend invitation", icon: Send },
  {
    action: "CHANGE_ROLE",
    label: "Change role",
    icon: ShieldCheck,
    dialog: dialog("RoleDialog"),
  },
  {
    action: "ASSIGN_WORKSPACES",
    label: "Assign to workspaces",
    icon: Building2,
    dialog: lazy(() => import("./assign")),
  },
  {
    action: "SEND_PASSWORD_RESET",
    label: "Send password reset",
    icon: KeyRound,
    dialog: dialog("ResetDialog"),
  },
  {
    action: "REVOKE_INVITATION",
    label: "Revoke invitation",
    icon: MailX,
    danger: true,
    dialog: dialog("RevokeDialog"),
  },
  {
    action: "REMOVE",
    label: "Remove from workspace",
    icon: UserMinus,
    danger: true,
    dialog: dialog("RemoveDialog"),
  },
];

/**
 * Returns the actions on a member that the viewer may currently perform, for table rows and the
 * member page. `dialogs` must be rendered next to the element that shows the actions.
 */
export function useMemberActions(member: Member): { actions: Action[]; dialogs: ReactNode } {
  const [Asked, setAsked] = useState<ComponentType<DialogProps>>();
  const [resend, resending] = useResend(member);
  const own = useCurrentWorkspace().membershipId === member.id;
  const actions = ACTIONS.filter(({ action }) => canDo(member, action))
    // For an invited member, revoking the invitation and removing the member are equivalent.
    .filter(({ action }) => action !== "REMOVE" || !canDo(member, "REVOKE_INVITATION"))
    .map(({ dialog: Dialog, danger = false, label, ...known }) => ({
      ...known,
      danger,
      label: own && known.action === "REMOVE" ? "Leave workspace" : label,
      busy: !Dialog && resending,
      run: Dialog ? () => setAsked(() => Dialog) : resend,
    }));
  const dialogs = (
    <DialogPart isOpen={Asked !== undefined} onFail={() => setAsked(undefined)}>
      {Asked && <Asked member={member} onClose={() => setAsked(undefined)} />}
    </DialogPart>
  );
  return { actions, dialogs };
}
