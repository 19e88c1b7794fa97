import { useMemo, useState } from "react";
import { useSession } from "../shell/session";
import type { IsRole, Use } from "./list/columns";
import { type People, peopleIn } from "./list/people";
import { type List, readAsAddresses, readList, takeHeader, withoutHeader } from "./list/read";
import { roleReader } from "./list/role-names";
import type { Choice, Source } from "./source";

/** A list, and the people in it as soon as its columns are known. */
export type Reading = {
  list: List;
  uses: readonly Use[];
  /** Left out until it is known which column is which, or while the list cannot be read. */
  people?: People;
  /** Whether it is asked which column is which. */
  asks: boolean;
};

/** Columns are the same as before while header and width are. */
const shapeOf = ({ kind, header, width }: List) =>
  JSON.stringify([kind, header?.cells ?? null, width]);

/** Reads a list, with what was chosen for it. */
export function useList({ text, origin, chosen }: Source) {
  const { roles } = useSession();
  const reader = useMemo(() => roleReader(roles), [roles]);
  const [asking, setAsking] = useState(false);
  const isRole: IsRole = useMemo(() => (name) => reader.roleIn(name) !== undefined, [reader]);
  const read = useMemo(() => readList(text, origin, isRole), [text, origin, isRole]);
  const shape = shapeOf(read);
  const choice = chosen?.shape === shape ? chosen.choice : undefined;
  const reading = useMemo((): Reading => {
    const list = chosenList(read, choice, text, isRole);
    const uses = typeof choice === "object" ? choice.uses : list.columns.uses;
    const isOpen = asking || (choice === undefined && !list.columns.certain);
    const asks = isOpen && list.kind === "table" && !list.stop;
    if (asks || list.stop) return { list, uses, asks };
    return { list, uses, asks, people: peopleIn(list, uses, roles) };
  }, [read, choice, text, isRole, asking, roles]);
  return { reading, isRole, shape, setAsking };
}

function chosenList(list: List, choice: Choice | undefined, text: string, isRole: IsRole): List {
  if (choice === undefined) return list;
  if (choice === "addresses") return readAsAddresses(text);
  return choice.hasHeader ? takeHeader(list, isRole) : withoutHeader(list, isRole);
}
