import { useMemo, useState } from "react";
import { useSession } from "../shell/session";
import type { IsRole, Use } from "./list/columns";
import { type People, peopleIn } from "./list/people";
import { type List, readAsAddresses, readList, takeHeader, withoutHeader } from "./list/read";
import { roleReader } from "./list/role-names";
import type { Choice, Source } from "./source";

/** A list, with the people in it once the columns are known. */
export type Reading = {
  list: List;
  uses: readonly Use[];
  /** Undefined while the user has to match the columns, or if the list cannot be read. */
  people?: People;
  /** Whether the user is asked to match the columns. */
  asks: boolean;
};

/** Returns a key for the columns of a list. A choice of columns applies while it is unchanged. */
const shapeOf = ({ kind, header, width }: List) =>
  JSON.stringify([kind, header?.cells ?? null, width]);

/** Reads a list and applies the user's choice of columns. */
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
