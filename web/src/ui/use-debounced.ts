import { useEffect, useRef, useState } from "react";

/**
 * The text of a field that is synchronized with a value of the URL. `onSettled` runs after `pause`
 * milliseconds without typing. The URL changes a moment later; text typed in between is kept.
 */
export function useDebounced(value: string, onSettled: (text: string) => void, pause: number) {
  const [text, setText] = useState(value);
  // The last value seen in the URL, and the values sent to it since.
  const sent = useRef([value]);
  useEffect(() => {
    const at = sent.current.indexOf(value);
    if (at >= 0) {
      sent.current.splice(0, at);
      return;
    }
    // Changed elsewhere: by the back button or a link.
    sent.current = [value];
    setText(value);
  }, [value]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.current.at(-1)) return;
    const timer = setTimeout(() => {
      sent.current.push(wanted);
      onSettled(wanted);
    }, pause);
    return () => clearTimeout(timer);
  }, [text, onSettled, pause]);
  return [text, setText] as const;
}
