import { useEffect, useRef, useState } from "react";

/**
 * A field that follows the address, and the address it: once nobody has typed for `pause`
 * milliseconds. The address changes a moment later than it is told to; what is typed meanwhile
 * stays.
 */
export function useTyped(value: string, onSettled: (text: string) => void, pause: number) {
  const [text, setText] = useState(value);
  // What the address was last seen with, and what it has been told since.
  const told = useRef([value]);
  useEffect(() => {
    const at = told.current.indexOf(value);
    if (at >= 0) {
      told.current.splice(0, at);
      return;
    }
    // By other means: the back button, a link.
    told.current = [value];
    setText(value);
  }, [value]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === told.current.at(-1)) return;
    const timer = setTimeout(() => {
      told.current.push(wanted);
      onSettled(wanted);
    }, pause);
    return () => clearTimeout(timer);
  }, [text, onSettled, pause]);
  return [text, setText] as const;
}
