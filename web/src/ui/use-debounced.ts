import { useEffect, useRef, useState } from "react";

/**
 * Returns the text of a field, which is synchronized with a value in the URL, and its setter.
 * `onSettled` runs after `pause` milliseconds without typing. The URL changes some time after that;
 * text that is typed in the meantime is kept.
 */
export function useDebounced(value: string, onSettled: (text: string) => void, pause: number) {
  const [text, setText] = useState(value);
  // The last value read from the URL, and the values passed to `onSettled` since then.
  const sent = useRef([value]);
  useEffect(() => {
    const at = sent.current.indexOf(value);
    if (at >= 0) {
      sent.current.splice(0, at);
      return;
    }
    // Something else changed the URL, such as the back button or a link.
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
