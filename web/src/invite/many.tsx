import { Upload } from "lucide-react";
import { type DragEvent, useCallback, useMemo, useRef, useState } from "react";
import type { InviteeInput, InviteResult, Role } from "#generated/operations";
import { RoleSelect } from "../member/role-select";
import { useRoleName, useSession } from "../shell/session";
import { Button } from "../ui/button";
import { Buttons, Form, TextArea } from "../ui/field";
import { Notice } from "../ui/notice";
import { Card } from "../ui/page";
import { readFile } from "./file";
import styles from "./invite.module.css";
import { linesOf, OutcomeTable } from "./outcome-table";
import { inviteeOf, keyOf, type Reading, readPeople } from "./people";
import { Unread } from "./unread";
import { usePreview } from "./use-preview";
import { useManaged, WorkspaceChoices } from "./workspaces";

type Props = {
  role: Role;
  onRole: (role: Role) => void;
  chosen: string[];
  onChosen: (ids: string[]) => void;
  text: string;
  onText: (text: string) => void;
  problem: Parameters<typeof Form>[0]["problem"];
  busy: boolean;
  onSend: (invitees: InviteeInput[], unread: Reading["unread"]) => void;
};

/** Several people at once: pasted addresses or a CSV file, with a preview of what would happen. */
export function ManyPeople(props: Props) {
  const { role, onRole, chosen, onChosen, text, onText, problem, busy, onSend } = props;
  const { roles } = useSession();
  const managed = useManaged();
  const [left, setLeft] = useState<readonly string[]>([]);
  const reading = useMemo(() => readPeople(text, roles), [text, roles]);
  const people = useMemo(
    () => reading.people.filter(({ email }) => !left.includes(keyOf(email))),
    [reading, left],
  );
  const invitees = useMemo(() => people.map((each) => inviteeOf(each, role)), [people, role]);
  const preview = usePreview(invitees, chosen);
  const roleName = useRoleName();
  const lines = linesOf(invitees, preview.outcomes, roleName);
  const drop = useCallback((key: string) => setLeft((before) => [...before, key]), []);
  const foresees = ({ email }: InviteeInput, ...results: InviteResult[]) =>
    preview.outcomes.get(keyOf(email))?.some(({ result }) => results.includes(result)) ?? true;
  const fresh = invitees.filter((each) => foresees(each, "INVITED", "ADDED"));
  // Those who cannot be invited are sent as well, so that the results tell them.
  const sent = invitees.filter((each) => foresees(each, "INVITED", "ADDED", "FAILED"));
  const ready = fresh.length > 0 && chosen.length > 0;
  return (
    <div className={styles.main}>
      <Card>
        <Form problem={problem ?? preview.problem} onSend={() => onSend(sent, reading.unread)}>
          <Source
            text={text}
            onText={onText}
            onFile={(read) => {
              setLeft([]);
              onText(read);
            }}
          />
          <Read
            reading={reading}
            left={reading.people.length - people.length}
            onPutBack={() => setLeft([])}
          />
          <div className={styles.names}>
            <RoleSelect value={role} onChange={onRole} label="Role, where the list has none" />
          </div>
          <WorkspaceChoices
            legend={managed.length > 1 ? "Workspaces" : "Workspace"}
            workspaces={managed}
            chosen={chosen}
            onChange={onChosen}
          />
          <Buttons>
            <Button type="submit" look="primary" busy={busy || preview.busy} disabled={!ready}>
              {ready ? `Invite ${howMany(fresh.length)}` : "Invite"}
            </Button>
          </Buttons>
        </Form>
      </Card>
      {invitees.length > 0 && (
        <Card flush title="Preview">
          <OutcomeTable label="Preview" lines={lines} onDrop={drop} />
        </Card>
      )}
    </div>
  );
}

const howMany = (count: number) =>
  count === 1 ? "1 person" : `${count.toLocaleString("en")} people`;

/** Where the list comes from: the keyboard, the clipboard, a file chosen or dropped. */
function Source({
  text,
  onText,
  onFile,
}: {
  text: string;
  onText: (text: string) => void;
  onFile: (text: string) => void;
}) {
  const file = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [refused, setRefused] = useState("");
  const take = async (files: FileList | null | undefined) => {
    const [first] = files ?? [];
    if (!first) return;
    const read = await readFile(first);
    setRefused("refused" in read ? read.refused : "");
    if ("text" in read) onFile(read.text);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way beside the button
    <div
      className={styles.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <TextArea
        name="people"
        label="People"
        hint="Addresses, one to a line or with commas between them, with names or without. Or a table whose first row has “email”, and perhaps “first name”, “last name” and “role”."
        value={text}
        onChange={(event) => onText(event.target.value)}
        rows={6}
        spellCheck={false}
      />
      <div className={styles.file}>
        <input
          ref={file}
          type="file"
          accept=".csv,.tsv,.txt,text/csv,text/plain"
          hidden
          aria-label="CSV file"
          onChange={(event) => {
            take(event.target.files);
            event.target.value = "";
          }}
        />
        <Button onClick={() => file.current?.click()}>
          <Upload aria-hidden="true" size={16} />
          Choose a CSV file
        </Button>
        <span className="muted">or drop it here</span>
      </div>
      {refused && <Notice tone="danger">{refused}</Notice>}
    </div>
  );
}

/** What was read, what was not, and what was left out by hand. */
function Read({
  reading: { people, unread, repeated },
  left,
  onPutBack,
}: {
  reading: Reading;
  left: number;
  onPutBack: () => void;
}) {
  const twice = repeated > 0 && `${repeated} came more than once and count once.`;
  return (
    <div aria-live="polite" className={styles.main}>
      {people.length > 0 && (
        <p>
          {howMany(people.length)} found. {twice}
          {left > 0 && (
            <>
              {" "}
              {howMany(left)} left out.{" "}
              <Button look="link" onClick={onPutBack}>
                Put back
              </Button>
            </>
          )}
        </p>
      )}
      {unread.length > 0 && <Unread lines={unread} what="not understood, and will be left out" />}
    </div>
  );
}
