import type { OutcomeFragment } from "#generated/operations";
import { Badge } from "../ui/elements";
import styles from "./invite.module.css";
import { outcomeText } from "./outcome";

type Outcome = Pick<OutcomeFragment, "result" | "error"> & {
  workspace: Pick<OutcomeFragment["workspace"], "id" | "name">;
};

/** A list of one person's outcomes by workspace. Screen readers announce changes if `live`. */
export function OutcomeList<T extends Outcome>({
  outcomes,
  text,
  live,
}: {
  outcomes: readonly T[];
  text: (outcome: T) => string;
  live?: boolean;
}) {
  return (
    <ul className={styles.outcomes} aria-live={live ? "polite" : undefined}>
      {outcomes.map((outcome) => (
        <li key={outcome.workspace.id}>
          <bdi>{outcome.workspace.name}</bdi>
          <Badge tone={outcomeText(outcome).tone}>{text(outcome)}</Badge>
          {outcome.error && <span className="muted">{outcome.error.message}</span>}
        </li>
      ))}
    </ul>
  );
}
