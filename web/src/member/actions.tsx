import { Building2, KeyRound, MailX, Send, ShieldCheck, UserMinus } from "lucide-react";
import { type ComponentType, lazy, type ReactNode, Suspense, useState } from "react";
import type { MembershipAction } from "#generated/operations";
import { useHere } from "../shell/session";
import type { DialogProps } from "./dialogs";
import { canDo, type Member } from "./member";
import { useResend } from "./verbs";

export type Action = {
  action: MembershipAction;
  label: string;
  icon: ComponentType<{ "aria-hidden": "true"; size?: number }>;
  danger: boolean;
  busy: boolean;
  run: () => void;
};

// Read when the first of them opens, or before that when nothing else is to be done.
const dialog = (name: "ResetDialog" | "RoleDialog" | "RevokeDialog" | "RemoveDialog") =>
  lazy<ComponentType<DialogProps>>(async () => ({ default: (await import("./dialogs"))[name] }));

const DIALOGS = {
  SEND_PASSWORD_RESET: dialog("ResetDialog"),
  CHANGE_ROLE: dialog("RoleDialog"),
  ASSIGN_WORKSPACES: lazy(() => import("./assign")),
  REVOKE_INVITATION: dialog("RevokeDialog"),
  REMOVE: dialog("RemoveDialog"),
};

/**
 * What the viewer may do with a member now, the same for rows and pages. `dialogs` must be rendered
 * beside what offers the actions.
 */
export function useMemberActions(member: Member): { actions: Action[]; dialogs: ReactNode } {
  const [asked, setAsked] = useState<keyof typeof DIALOGS>();
  const [resend, resending] = useResend(member);
  const own = useHere().membershipId === member.id;
  const all: Omit<Action, "busy">[] = [
    {
      action: "RESEND_INVITATION",
      label: "Resend invitation",
      icon: Send,
      danger: false,
      run: resend,
    },
    {
      action: "CHANGE_ROLE",
      label: "Change role",
      icon: ShieldCheck,
      danger: false,
      run: () => setAsked("CHANGE_ROLE"),
    },
    {
      action: "ASSIGN_WORKSPACES",
      label: "Assign to workspaces",
      icon: Building2,
      danger: false,
      run: () => setAsked("ASSIGN_WORKSPACES"),
    },
    {
      action: "SEND_PASSWORD_RESET",
      label: "Send password reset",
      icon: KeyRound,
      danger: false,
      run: () => setAsked("SEND_PASSWORD_RESET"),
    },
    {
      action: "REVOKE_INVITATION",
      label: "Revoke invitation",
      icon: MailX,
      danger: true,
      run: () => setAsked("REVOKE_INVITATION"),
    },
    {
      action: "REMOVE",
      label: own ? "Leave workspace" : "Remove from workspace",
      icon: UserMinus,
      danger: true,
      run: () => setAsked("REMOVE"),
    },
  ];
  const actions = all
    .filter(({ action }) => canDo(member, action))
    // Revoking and removing somebody who is invited is the same thing.
    .filter(({ action }) => action !== "REMOVE" || !canDo(member, "REVOKE_INVITATION"))
    .map((each) => ({ ...each, busy: each.action === "RESEND_INVITATION" && resending }));
  const Asked = asked && DIALOGS[asked];
  const dialogs = (
    <Suspense>{Asked && <Asked member={member} onClose={() => setAsked(undefined)} />}</Suspense>
  );
  return { actions, dialogs };
}
