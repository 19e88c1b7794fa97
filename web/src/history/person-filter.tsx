import { Combobox } from "@base-ui/react/combobox";
import { X } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useQuery } from "urql";
import { FindPeopleDocument, PersonDocument } from "#generated/operations";
import { usePrevious } from "../api/use-previous";
import { useCurrentWorkspace } from "../shell/session";
import { Button } from "../ui/button";
import popup from "../ui/popup.module.css";
import { Select } from "../ui/select";
import styles from "./history.module.css";
import type { View } from "./view";

type Person = { id: string; name: string; email: string };

const SIDES = [
  { value: "actor", label: "Activity by this member" },
  { value: "subject", label: "Changes to this member" },
] as const;

/** A filter that narrows the history to one person, as the actor or the subject. */
export function PersonFilter({
  view,
  change,
}: {
  view: View;
  change: (part: Partial<View>) => void;
}) {
  const id = view.actor ?? view.subject;
  const side = view.subject ? "subject" : "actor";
  if (!id) return <Choose onChoose={(person) => change({ actor: person.id })} />;
  return (
    <div className={styles.person}>
      <Chosen id={id} />
      <Select
        bare
        label="Show"
        value={side}
        options={SIDES}
        onChange={(next) => change({ actor: undefined, subject: undefined, [next]: id })}
      />
      <Button
        look="quiet"
        icon
        aria-label="Remove person filter"
        onClick={() => change({ actor: undefined, subject: undefined })}
      >
        <X aria-hidden="true" size={16} />
      </Button>
    </div>
  );
}

function Chosen({ id }: { id: string }) {
  const [{ data, fetching }] = useQuery({ query: PersonDocument, variables: { id } });
  const node = data?.node;
  const name = node && "name" in node ? node.name : undefined;
  return (
    <strong>
      <bdi>{name ?? (fetching ? "…" : "A former member")}</bdi>
    </strong>
  );
}

function Choose({ onChoose }: { onChoose: (person: Person) => void }) {
  const current = useCurrentWorkspace();
  const [text, setText] = useState("");
  const search = useDeferredValue(text.trim());
  const [{ data }] = useQuery({
    query: FindPeopleDocument,
    variables: { workspaceId: current.id, search: search || null },
  });
  const nodes = usePrevious(data?.workspace?.members?.nodes) ?? [];
  const people: Person[] = nodes.map(({ name, email, user }) => ({
    id: user.id,
    name: name ?? "",
    email: email ?? "",
  }));
  return (
    <Combobox.Root
      items={people}
      filter={null}
      value={null}
      inputValue={text}
      onInputValueChange={setText}
      onValueChange={(person: Person | null) => person && onChoose(person)}
      itemToStringLabel={(person: Person) => person.name}
      autoHighlight
    >
      <Combobox.Input className={styles.input} aria-label="Person" placeholder="Any person" />
      <Combobox.Portal>
        <Combobox.Positioner className={popup.positioner} sideOffset={6} align="start">
          <Combobox.Popup className={popup.popup}>
            <Combobox.Empty className={styles.none}>No members match.</Combobox.Empty>
            <Combobox.List>
              {(person: Person) => (
                <Combobox.Item key={person.id} value={person} className={popup.item}>
                  <span className={popup.text}>
                    <bdi>{person.name}</bdi>
                    <bdi className={popup.about}>{person.email}</bdi>
                  </span>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
